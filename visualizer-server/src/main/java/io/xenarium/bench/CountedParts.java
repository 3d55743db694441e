package io.xenarium.bench;

import io.xenarium.bench.view.SlotView;
import io.xenarium.parts.Parts;
import io.xenarium.parts.Slot;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/// The parts of a computer, each behind a proxy that counts the calls: parts are called at
/// hypercall grain, where a proxy costs nothing that one could feel. The processor alone is called
/// for every instruction, and has its own.
final class CountedParts {
    private final Parts parts;
    private final Map<Slot, AtomicLong> calls = new EnumMap<>(Slot.class);

    CountedParts(Parts bare) {
        Parts counted = bare;
        for (Slot slot : Slot.values()) {
            AtomicLong count = new AtomicLong();
            calls.put(slot, count);
            counted = counted.with(slot, counting(slot, bare, count), bare.holder(slot));
        }
        parts = counted;
    }

    /// The parts to build a hypervisor from.
    Parts parts() {
        return parts;
    }

    /// Who fills which slot, and how often it was called.
    List<SlotView> slots() {
        List<SlotView> views = new ArrayList<>();
        for (Slot slot : Slot.values()) {
            String holder = parts.holder(slot).name().toLowerCase(Locale.ROOT);
            views.add(new SlotView(slot.name(), slot.lab(), holder, calls.get(slot).get()));
        }
        return views;
    }

    /// A maker whose part counts.
    private static Object counting(Slot slot, Parts bare, AtomicLong count) {
        if (slot == Slot.PROCESSOR) {
            return CountedProcessor.maker(bare.processor(), count);
        }
        Object maker = bare.maker(slot);
        InvocationHandler making =
                (_, method, arguments) -> {
                    Object made = call(maker, method, arguments);
                    return method.getReturnType().isInterface()
                            ? counted(method.getReturnType(), made, count)
                            : made;
                };
        return proxy(slot.maker(), making);
    }

    private static Object counted(Class<?> part, Object made, AtomicLong count) {
        return proxy(
                part,
                (_, method, arguments) -> {
                    count.incrementAndGet();
                    return call(made, method, arguments);
                });
    }

    private static Object proxy(Class<?> type, InvocationHandler handler) {
        return Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler);
    }

    private static Object call(Object target, Method method, Object[] arguments) throws Throwable {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException thrown) {
            throw thrown.getCause();
        }
    }
}
