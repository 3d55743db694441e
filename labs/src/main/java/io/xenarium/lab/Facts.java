package io.xenarium.lab;

import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;

/// Compares what can be seen of a world by now, fact by fact, and words the failure where one is
/// not as it should be.
public final class Facts {
    private final BiFunction<String, String, Rule> rules;

    /// @param rules the rule that is broken where, after what was done last, a fact is wrong
    public Facts(BiFunction<String, String, Rule> rules) {
        this.rules = rules;
    }

    /// The first fact in which `mine` differs from `xen`; empty where none does.
    ///
    /// @param last what was done last, in words
    public Optional<CheckFailed> difference(
            String last, Map<String, String> mine, Map<String, String> xen) {
        return xen.entrySet().stream()
                .filter(each -> !each.getValue().equals(mine.get(each.getKey())))
                .findFirst()
                .map(each ->
                        differs(last, each.getKey(), mine.get(each.getKey()), each.getValue()));
    }

    /// The failure of a fact that is not what is wanted.
    public CheckFailed differs(String last, String fact, String is, String wanted) {
        return new CheckFailed(
                rules.apply(last, fact),
                "after %s, %s: %s".formatted(last, fact, is),
                "%s: %s".formatted(fact, wanted));
    }
}
