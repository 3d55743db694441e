package io.xenarium.bench;

import io.xenarium.lab.LabFolder;
import io.xenarium.lab.LabProblem;
import io.xenarium.lab.LearnerParts;
import io.xenarium.parts.Parts;

import java.util.List;

/// The parts that a computer is made with: the learner's for the labs that were named, as they
/// stand on disk now, the reference for the rest.
final class LearnersParts {
    private LearnersParts() {}

    /// @throws LabProblem where a lab does not exist or does not compile
    static Parts of(List<String> mine) {
        Parts reference = Parts.reference(LearnersParts.class.getClassLoader());
        return mine.isEmpty() ? reference : LearnerParts.load(LabFolder.root(), mine, reference);
    }
}
