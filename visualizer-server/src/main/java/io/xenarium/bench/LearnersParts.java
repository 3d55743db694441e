package io.xenarium.bench;

import io.xenarium.lab.LabFolder;
import io.xenarium.lab.LabProblem;
import io.xenarium.lab.LearnerParts;
import io.xenarium.lab.Mutant;
import io.xenarium.parts.Parts;

import java.util.List;
import java.util.stream.Collectors;

/// The parts that a computer is made with: the learner's for the labs that were named, as they
/// stand on disk now, or a mutant where one was named, the reference for the rest.
final class LearnersParts {
    private LearnersParts() {}

    /// Whose parts these are, in words.
    static String words(List<String> mine) {
        if (mine.isEmpty()) {
            return "the reference";
        }
        return mine.stream().map(LearnersParts::words).collect(Collectors.joining(", "));
    }

    private static String words(String lab) {
        int colon = lab.indexOf(':');
        if (colon < 0) {
            return "your part of lab " + lab;
        }
        LabFolder folder = LabFolder.of(LabFolder.root(), lab.substring(0, colon));
        Mutant mutant = Mutant.of(folder, lab.substring(colon + 1));
        return "mutant %s of lab %s: %s".formatted(mutant.id(), folder.id(), mutant.name());
    }

    /// @throws LabProblem where a lab does not exist or does not compile
    static Parts of(List<String> mine) {
        Parts reference = Parts.reference(LearnersParts.class.getClassLoader());
        return mine.isEmpty() ? reference : LearnerParts.load(LabFolder.root(), mine, reference);
    }
}
