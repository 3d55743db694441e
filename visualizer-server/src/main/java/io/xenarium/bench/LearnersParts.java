package io.xenarium.bench;

import io.xenarium.bench.wire.ChildJvm;
import io.xenarium.parts.Parts;

import java.util.List;

/// The parts that a computer is made with: the learner's for the labs that were named, the
/// reference for the rest.
final class LearnersParts {
    private LearnersParts() {}

    static Parts of(List<String> mine) {
        if (!mine.isEmpty()) {
            throw new ChildJvm.Refused("There are no labs yet: " + mine);
        }
        return Parts.reference(LearnersParts.class.getClassLoader());
    }
}
