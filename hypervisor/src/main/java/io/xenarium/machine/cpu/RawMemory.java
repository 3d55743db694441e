package io.xenarium.machine.cpu;

import io.xenarium.terms.Bug;

import java.lang.reflect.Field;

/// Bytes at an address of this process, with no check at all: the caller has made sure that they
/// are guest memory.
///
/// A [java.lang.foreign.MemorySegment] is as fast where the JVM's compiler has inlined all of it,
/// but each access is made of some twenty methods, and after a few dozen accesses in one method the
/// compiler stops inlining. An access here is one instruction to it from the beginning. The flag
/// `--sun-misc-unsafe-memory-access=allow` keeps the JVM from warning about it.
@SuppressWarnings("removal")
final class RawMemory {
    private static final sun.misc.Unsafe UNSAFE = find();

    private RawMemory() {}

    private static sun.misc.Unsafe find() {
        try {
            Field field = sun.misc.Unsafe.class.getDeclaredField("theUnsafe");
            field.setAccessible(true);
            return (sun.misc.Unsafe) field.get(null);
        } catch (ReflectiveOperationException missing) {
            throw new Bug("this JVM has no sun.misc.Unsafe", missing);
        }
    }

    static long get8(long address) {
        return UNSAFE.getByte(address) & 0xff;
    }

    static long get16(long address) {
        return UNSAFE.getShort(address) & 0xffff;
    }

    static long get32(long address) {
        return UNSAFE.getInt(address) & 0xffff_ffffL;
    }

    static long get64(long address) {
        return UNSAFE.getLong(address);
    }

    static void put8(long address, long value) {
        UNSAFE.putByte(address, (byte) value);
    }

    static void put16(long address, long value) {
        UNSAFE.putShort(address, (short) value);
    }

    static void put32(long address, long value) {
        UNSAFE.putInt(address, (int) value);
    }

    static void put64(long address, long value) {
        UNSAFE.putLong(address, value);
    }
}
