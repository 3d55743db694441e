package io.xenarium.bench;

import io.xenarium.lab.CheckFailed;
import io.xenarium.terms.Bug;
import io.xenarium.terms.NotYet;

import java.util.Arrays;
import java.util.Optional;

/// Why the machine could not go on, in words for the reader.
final class PartFailure {
    /// Where the learner's parts live.
    private static final String LABS = "io.xenarium.lab";

    private PartFailure() {}

    /// What went wrong, and in which line of a part where it was one.
    static String describe(Throwable failed) {
        String where = part(failed.getStackTrace()).map(line -> " at " + line).orElse("");
        String what =
                switch (failed) {
                    case NotYet notYet -> notYet.getMessage();
                    case CheckFailed broken -> broken.getMessage();
                    case Bug bug -> "A rule of the hypervisor was broken: " + bug.getMessage();
                    case StackOverflowError _ -> "A method called itself without end";
                    default -> "A part failed: " + failed;
                };
        return what + where + ".";
    }

    /// The place that a stack tells of.
    static String place(StackTraceElement[] stack) {
        return part(stack)
                .or(() -> Arrays.stream(stack).findFirst().map(PartFailure::words))
                .orElse("nowhere");
    }

    private static Optional<String> part(StackTraceElement[] stack) {
        return Arrays.stream(stack)
                .filter(at -> at.getClassName().matches(LABS + "\\d\\d\\..*"))
                .findFirst()
                .map(PartFailure::words);
    }

    private static String words(StackTraceElement at) {
        String type = at.getClassName().substring(at.getClassName().lastIndexOf('.') + 1);
        return "%s.%s, line %d".formatted(type, at.getMethodName(), at.getLineNumber());
    }
}
