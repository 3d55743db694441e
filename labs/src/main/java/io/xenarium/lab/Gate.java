package io.xenarium.lab;

import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.MethodOrdererContext;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

import java.util.Comparator;

/// Lets a check run only where what it builds on is in order: one fault is told once, at its root.
public final class Gate implements ExecutionCondition {
    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        if (context.getTestMethod().isEmpty()) {
            return ConditionEvaluationResult.enabled("a class of checks");
        }
        String why =
                Subject.current()
                        .blocked(
                                context.getTags().iterator().next(),
                                context.getRequiredTestClass().getAnnotation(Tier.class).value());
        return why.isEmpty()
                ? ConditionEvaluationResult.enabled("nothing stands in its way")
                : ConditionEvaluationResult.disabled(why);
    }

    /// In the order of the tasks, then of the names.
    public static final class ByTask implements MethodOrderer {
        @Override
        public void orderMethods(MethodOrdererContext context) {
            context.getMethodDescriptors()
                    .sort(
                            Comparator.comparing((org.junit.jupiter.api.MethodDescriptor method) ->
                                            method.findAnnotation(Tag.class)
                                                    .map(Tag::value)
                                                    .orElse(""))
                                    .thenComparing(method -> method.getMethod().getName()));
        }
    }
}
