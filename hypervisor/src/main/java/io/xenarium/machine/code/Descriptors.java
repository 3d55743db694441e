package io.xenarium.machine.code;

import io.xenarium.machine.cpu.Fault;
import io.xenarium.machine.cpu.Registers;

/// Segment descriptors in the GDT and the LDT (Intel SDM vol. 3, 3.4.5 and 3.5). They are read with
/// the processor's own privilege.
///
/// A descriptor is a `long`: limit 15:0, base 23:0, access byte at 40, limit 19:16 at 48, flags
/// AVL, L, D, G at 52, base 31:24 at 56. Those of long mode's LDT, TSS and call gates have a second
/// half with the upper address.
final class Descriptors {
    static final int RPL = 3;
    private static final int TABLE = 4;
    static final int CODE = 8;

    /// Of a code segment: may be called from less privilege.
    static final int CONFORMING = 4;

    /// Of a data segment writable, of a code segment readable.
    static final int WRITABLE = 2;

    /// Clear in descriptors of the system: tables, tasks, gates.
    static final int SYSTEM_CLEAR = 0x10;

    static final int PRESENT = 0x80;
    static final int LONG = 0x2000;
    static final int BIG = 0x4000;

    private final Core core;

    Descriptors(Core core) {
        this.core = core;
    }

    /// Reads the descriptor that `selector` names; one outside its table is `vector`.
    ///
    /// @param external added to the error code: 1 where an event is delivered
    long read(int selector, int vector, int external) {
        long at = addressOf(selector);
        if (at == -1) {
            throw core.fault.of(vector, selector & ~RPL | external);
        }
        return core.memory.readDescriptor(at);
    }

    long read(int selector, int vector) {
        return read(selector, vector, 0);
    }

    /// The descriptor that `selector` names, or 0 if there is none.
    long find(int selector) {
        long at = isNull(selector) ? -1 : addressOf(selector);
        return at == -1 ? 0 : core.memory.readDescriptor(at);
    }

    /// The second half of a system descriptor in long mode; it has to be in the table as well, and
    /// its own type field to be 0.
    long readUpperHalf(int selector) {
        long at = addressOf(selector + 8);
        if (at == -1) {
            throw core.fault.of(Fault.GP, selector & ~RPL);
        }
        long upper = core.memory.readDescriptor(at);
        if ((upper >>> 40 & 0x1f) != 0) {
            throw core.fault.of(Fault.GP, selector & ~RPL);
        }
        return upper;
    }

    /// Where the descriptor stands, or −1 if it is outside its table.
    private long addressOf(int selector) {
        Registers r = core.registers;
        boolean isLocal = (selector & TABLE) != 0;
        int limit = isLocal ? r.ldtLimit : r.gdtLimit;
        if ((selector | 7) > limit) {
            return -1;
        }
        return (isLocal ? r.ldtBase : r.gdtBase) + (selector & ~7);
    }

    /// Sets bits of the access byte of the descriptor that `selector` names, in its table.
    void mark(int selector, int bits) {
        core.memory.setDescriptorBits(addressOf(selector), bits);
    }

    /// Marks the descriptor as accessed, where it is not yet.
    void markAccessed(int selector, long descriptor) {
        if ((access(descriptor) & 1) == 0) {
            mark(selector, 1);
        }
    }

    /// Puts a checked descriptor into a segment register and marks it accessed.
    void load(int segment, int selector, long descriptor) {
        markAccessed(selector, descriptor);
        put(segment, selector, descriptor);
    }

    /// Puts a checked descriptor, marked already, into a segment register.
    void put(int segment, int selector, long descriptor) {
        Registers r = core.registers;
        r.selector[segment] = selector;
        r.segmentBase[segment] = base(descriptor);
        r.segmentLimit[segment] = limit(descriptor);
        r.segmentAccess[segment] = access(descriptor) | 1;
    }

    void requireStack(int selector, long descriptor, int cpl) {
        if (!isStack(selector, descriptor, cpl)) {
            throw core.fault.of(Fault.GP, selector & ~RPL);
        }
        requirePresent(descriptor, selector, Fault.SS);
    }

    /// Whether a segment may hold the stack of code of privilege `cpl`.
    static boolean isStack(int selector, long descriptor, int cpl) {
        int access = access(descriptor);
        boolean isWritableData =
                (access & (SYSTEM_CLEAR | CODE | WRITABLE)) == (SYSTEM_CLEAR | WRITABLE);
        return isWritableData && (selector & RPL) == cpl && privilege(access) == cpl;
    }

    void requirePresent(long descriptor, int selector, int vector) {
        if ((access(descriptor) & PRESENT) == 0) {
            throw core.fault.of(vector, selector & ~RPL);
        }
    }

    static boolean isNull(int selector) {
        return (selector & ~RPL) == 0;
    }

    static boolean isCode(int access) {
        return (access & (SYSTEM_CLEAR | CODE)) == (SYSTEM_CLEAR | CODE);
    }

    static int access(long descriptor) {
        return (int) (descriptor >>> 40) & 0xf0ff;
    }

    /// The type of a system descriptor.
    static int type(long descriptor) {
        return access(descriptor) & 15;
    }

    static int privilege(int access) {
        return access >> 5 & 3;
    }

    static long base(long descriptor) {
        return descriptor >>> 16 & 0xff_ffff | descriptor >>> 32 & 0xff00_0000L;
    }

    static int limit(long descriptor) {
        int limit = (int) (descriptor & 0xffff | descriptor >>> 32 & 0xf_0000);
        boolean isInPages = (descriptor >>> 55 & 1) != 0;
        return isInPages ? limit << 12 | 0xfff : limit;
    }
}
