package io.xenarium.lab;

import io.xenarium.parts.Paging;
import io.xenarium.parts.Processor;
import io.xenarium.parts.Slot;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.stream.Collectors;

/// Stands between a learner's part and whoever calls it: each call gets a fresh [StepBudget], and
/// what goes wrong inside comes out in words.
final class Guard {
    private Guard() {}

    /// A maker of guarded parts.
    static Object maker(Slot slot, Object maker) {
        return switch (slot) {
            case PROCESSOR -> {
                Processor.Maker plain = (Processor.Maker) maker;
                yield (Processor.Maker) platform -> new GuardedProcessor(made(plain, platform));
            }
            case PAGING -> {
                Paging.Maker guarded = guard(Paging.Maker.class, maker);
                yield (Paging.Maker) platform -> new GuardedPaging(guarded.make(platform));
            }
            case DOMAIN_BUILDER -> making(slot.maker(), maker, StepBudget.PER_BUILDING);
            default -> making(slot.maker(), maker, StepBudget.PER_CALL);
        };
    }

    /// A maker that guards what `maker` makes: its one method returns the part.
    private static <M> M making(Class<M> type, Object maker, int steps) {
        M guarded = guard(type, maker);
        return proxy(
                type,
                (_, method, arguments) -> {
                    try {
                        Object part = method.invoke(guarded, arguments);
                        return guard(method.getReturnType(), part, steps);
                    } catch (InvocationTargetException thrown) {
                        throw thrown.getCause();
                    }
                });
    }

    private static Processor made(Processor.Maker maker, Processor.Platform platform) {
        StepBudget.refill();
        try {
            return given("make", maker.make(platform));
        } catch (Throwable thrown) {
            throw worded("make", thrown);
        }
    }

    /// What a learner's method returned, where it is something.
    static <T> T given(String method, T result) {
        if (result == null) {
            throw new CheckFailed(
                    Rule.RETURNS_SOMETHING,
                    "your " + method + "() returned null",
                    "returns a value; what is not there has a value of its own");
        }
        return result;
    }

    private static <T> T guard(Class<T> type, Object part) {
        return guard(type, part, StepBudget.PER_CALL);
    }

    private static <T> T guard(Class<T> type, Object part, int steps) {
        return proxy(
                type,
                (_, method, arguments) -> {
                    StepBudget.refill(steps);
                    try {
                        Object result = method.invoke(part, arguments);
                        return method.getReturnType() == void.class
                                ? result
                                : given(method.getName(), result);
                    } catch (InvocationTargetException thrown) {
                        throw worded(method.getName(), thrown.getCause());
                    }
                });
    }

    private static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(
                Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
    }

    /// Throws what a learner's method threw: in words where it is theirs, else as it is. Never
    /// returns; the type is for the caller's `throw`.
    static RuntimeException worded(String method, Throwable thrown) {
        throw Guard.<RuntimeException>unchecked(inWords(method, thrown));
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> T unchecked(Throwable thrown) throws T {
        throw (T) thrown;
    }

    private static Throwable inWords(String method, Throwable thrown) {
        return switch (thrown) {
            case StepBudget.Spent _ -> endless(method);
            case StackOverflowError _ ->
                    new CheckFailed(
                            Rule.RETURNS,
                            "your " + method + "() called itself without end",
                            "no call nests deeper than a few levels");
            case LinkageError broken -> broken;
            case RuntimeException exception when isLearners(exception) ->
                    new CheckFailed(
                            Rule.THROWS_NOTHING,
                            "your %s() threw %s at %s"
                                    .formatted(method, describe(exception), place(exception)),
                            "answers with a number, whatever the guest asked");
            default -> thrown;
        };
    }

    private static CheckFailed endless(String method) {
        String lines =
                StepBudget.lastLines().stream()
                        .map(String::valueOf)
                        .collect(Collectors.joining(", "));
        return new CheckFailed(
                Rule.RETURNS,
                "your %s() never returned: %,d steps, last lines visited: %s"
                        .formatted(method, StepBudget.given(), lines),
                "answers after a handful of steps");
    }

    /// Whether the exception is the learner's doing, not a skeleton's or the machine's own.
    private static boolean isLearners(RuntimeException exception) {
        return !(exception instanceof io.xenarium.terms.NotYet)
                && !(exception instanceof io.xenarium.terms.Bug)
                && !(exception instanceof io.xenarium.terms.DomainCrash)
                && !(exception instanceof io.xenarium.machine.cpu.Fault);
    }

    private static String describe(RuntimeException exception) {
        String name = exception.getClass().getSimpleName();
        return exception.getMessage() == null ? name : name + " (" + exception.getMessage() + ")";
    }

    private static String place(RuntimeException exception) {
        for (StackTraceElement frame : exception.getStackTrace()) {
            if (frame.getClassName().matches("io\\.xenarium\\.lab\\d\\d\\.[^.]+")) {
                return frame.getFileName() + ":" + frame.getLineNumber();
            }
        }
        return "an unknown place";
    }
}
