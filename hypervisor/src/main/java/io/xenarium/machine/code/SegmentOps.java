package io.xenarium.machine.code;

import io.xenarium.machine.cpu.Fault;
import io.xenarium.machine.cpu.Registers;

/// Loads of segment registers and far control transfers, with the checks of the descriptors (Intel
/// SDM vol. 3, 5.4 to 5.8). Descriptors are read with the processor's own privilege.
///
/// A descriptor is a `long`: limit 15:0, base 23:0, access byte at 40, limit 19:16 at 48, flags
/// AVL, L, D, G at 52, base 31:24 at 56.
final class SegmentOps {
    private static final int RPL = 3;
    private static final int TABLE = 4;
    private static final int CODE = 8;

    /// Of a code segment: may be called from less privilege.
    private static final int CONFORMING = 4;

    /// Of a data segment writable, of a code segment readable.
    private static final int WRITABLE = 2;

    private static final int SYSTEM_CLEAR = 0x10;
    private static final int PRESENT = 0x80;
    private static final int LONG = 0x2000;
    private static final int BIG = 0x4000;

    private final Core core;

    SegmentOps(Core core) {
        this.core = core;
    }

    /// Executes `s`, or returns false if it is none of ours.
    boolean execute(Step s) {
        switch (s.op) {
            case MOV -> move(s);
            case PUSH -> core.push(core.registers.selector[s.number0], s.bytes);
            case POP -> pop(s);
            case LES, LDS, LSS, LFS, LGS -> loadPointer(s);
            case JMPF -> jumpFar(s);
            case CALLF -> callFar(s);
            case RETF -> returnFar(s);
            case IRET -> returnFromInterrupt(s);
            case LAR -> loadAccess(s);
            case LSL -> loadLimit(s);
            case VERR -> core.flags.setZero(mayVerify(s, false));
            case VERW -> core.flags.setZero(mayVerify(s, true));
            default -> {
                return false;
            }
        }
        return true;
    }

    private void move(Step s) {
        if (s.kind1 == Step.SEGMENT) {
            core.setDestination(s, core.registers.selector[s.number1] & 0xffff);
            return;
        }
        if (s.number0 == Registers.CS || s.number0 > Registers.GS) {
            throw core.fault.of(Fault.UD);
        }
        load(s.number0, (int) core.source(s) & 0xffff);
    }

    private void pop(Step s) {
        int selector = (int) core.peek(0, s.bytes) & 0xffff;
        load(s.number0, selector);
        core.release(s.bytes);
    }

    private void loadPointer(Step s) {
        int segment =
                switch (s.op) {
                    case LES -> Registers.ES;
                    case LDS -> Registers.DS;
                    case LSS -> Registers.SS;
                    case LFS -> Registers.FS;
                    default -> Registers.GS;
                };
        long address = core.address(s);
        long offset = core.memory.read(address, s.bytes);
        int selector = (int) core.memory.read16(address + s.bytes);
        load(segment, selector);
        core.setDestination(s, offset);
    }

    /// Loads a data segment register or ss.
    private void load(int segment, int selector) {
        Registers r = core.registers;
        if ((selector & ~RPL) == 0) {
            boolean mayBeNull =
                    segment != Registers.SS
                            || core.isLong && r.cpl != 3 && (selector & RPL) == r.cpl;
            if (!mayBeNull) {
                throw core.fault.of(Fault.GP);
            }
            r.setNull(segment, selector);
        } else if (segment == Registers.SS) {
            long descriptor = descriptor(selector, Fault.GP);
            requireStack(selector, descriptor, r.cpl);
            put(segment, selector, descriptor);
        } else {
            long descriptor = descriptor(selector, Fault.GP);
            requireData(selector, descriptor);
            put(segment, selector, descriptor);
        }
        core.holdsTraps = segment == Registers.SS;
    }

    private void requireData(int selector, long descriptor) {
        int access = access(descriptor);
        boolean isCode = (access & CODE) != 0;
        boolean isReadable = !isCode || (access & WRITABLE) != 0;
        boolean isConforming = isCode && (access & CONFORMING) != 0;
        int least = Math.max(selector & RPL, core.registers.cpl);
        boolean isAllowed = isConforming || privilege(access) >= least;
        if ((access & SYSTEM_CLEAR) == 0 || !isReadable || !isAllowed) {
            throw core.fault.of(Fault.GP, selector & ~RPL);
        }
        requirePresent(access, selector, Fault.NP);
    }

    private void requireStack(int selector, long descriptor, int cpl) {
        int access = access(descriptor);
        boolean isWritableData =
                (access & (SYSTEM_CLEAR | CODE | WRITABLE)) == (SYSTEM_CLEAR | WRITABLE);
        if (!isWritableData || (selector & RPL) != cpl || privilege(access) != cpl) {
            throw core.fault.of(Fault.GP, selector & ~RPL);
        }
        requirePresent(access, selector, Fault.SS);
    }

    private void requirePresent(int access, int selector, int vector) {
        if ((access & PRESENT) == 0) {
            throw core.fault.of(vector, selector & ~RPL);
        }
    }

    /// Checks a code segment for a jump, call or return to privilege `cpl`.
    private void requireCode(int selector, long descriptor, boolean isReturn) {
        int access = access(descriptor);
        boolean isCode = (access & (SYSTEM_CLEAR | CODE)) == (SYSTEM_CLEAR | CODE);
        boolean isConforming = (access & CONFORMING) != 0;
        int rpl = selector & RPL;
        int cpl = core.registers.cpl;
        int dpl = privilege(access);
        boolean isAllowed;
        if (isReturn) {
            isAllowed = rpl >= cpl && (isConforming ? dpl <= rpl : dpl == rpl);
        } else {
            isAllowed = isConforming ? dpl <= cpl : rpl <= cpl && dpl == cpl;
        }
        boolean isTwoSizes = (access & LONG) != 0 && (access & BIG) != 0;
        if (!isCode || !isAllowed || isTwoSizes) {
            throw core.fault.of(Fault.GP, selector & ~RPL);
        }
        requirePresent(access, selector, Fault.NP);
    }

    /// Reads the descriptor that `selector` names; one outside its table is `vector`.
    private long descriptor(int selector, int vector) {
        long at = descriptorAddress(selector);
        if (at == -1) {
            throw core.fault.of(vector, selector & ~RPL);
        }
        return core.memory.readDescriptor(at);
    }

    /// Where the descriptor stands, or −1 if it is outside its table.
    private long descriptorAddress(int selector) {
        Registers r = core.registers;
        boolean isLocal = (selector & TABLE) != 0;
        int limit = isLocal ? r.ldtLimit : r.gdtLimit;
        if ((selector | 7) > limit) {
            return -1;
        }
        return (isLocal ? r.ldtBase : r.gdtBase) + (selector & ~7);
    }

    /// Puts a checked descriptor into a segment register and marks it accessed.
    private void put(int segment, int selector, long descriptor) {
        Registers r = core.registers;
        if ((access(descriptor) & 1) == 0) {
            core.memory.setDescriptorAccessed(descriptorAddress(selector));
        }
        r.selector[segment] = selector;
        r.segmentBase[segment] = base(descriptor);
        r.segmentLimit[segment] = limit(descriptor);
        r.segmentAccess[segment] = access(descriptor) | 1;
    }

    private static int access(long descriptor) {
        return (int) (descriptor >>> 40) & 0xf0ff;
    }

    private static int privilege(int access) {
        return access >> 5 & 3;
    }

    private static long base(long descriptor) {
        return descriptor >>> 16 & 0xff_ffff | descriptor >>> 32 & 0xff00_0000L;
    }

    private static int limit(long descriptor) {
        int limit = (int) (descriptor & 0xffff | descriptor >>> 32 & 0xf_0000);
        boolean isInPages = (descriptor >>> 55 & 1) != 0;
        return isInPages ? limit << 12 | 0xfff : limit;
    }

    // --- far transfers ----------------------------------------------------------------------

    private void jumpFar(Step s) {
        transfer(pointerSelector(s), pointerOffset(s), s.bytes);
    }

    private void callFar(Step s) {
        int selector = pointerSelector(s);
        long offset = pointerOffset(s);
        Registers r = core.registers;
        int size = core.stackBytes();
        long rsp = core.gpr[Registers.RSP];
        long bottom = Core.cut(rsp - 2L * s.bytes, size);
        int oldSelector = r.selector[Registers.CS];
        core.memory.requireWritable(core.stackAddress(bottom, 2 * s.bytes, true), 2 * s.bytes);
        long back = core.after(s);
        transfer(selector, offset, s.bytes);
        core.push(oldSelector, s.bytes);
        core.push(back, s.bytes);
    }

    private int pointerSelector(Step s) {
        return s.kind0 == Step.MEMORY
                ? (int) core.memory.read16(core.address(s) + s.bytes)
                : s.number0;
    }

    private long pointerOffset(Step s) {
        return s.kind0 == Step.MEMORY
                ? core.memory.read(core.address(s), s.bytes)
                : Core.cut(s.immediate, s.bytes);
    }

    /// Loads cs and rip for a far jump or call within the same privilege. Call gates and task
    /// gates, which a PV guest's descriptor tables never hold, are refused.
    private void transfer(int selector, long offset, int bytes) {
        if ((selector & ~RPL) == 0) {
            throw core.fault.of(Fault.GP);
        }
        long descriptor = descriptor(selector, Fault.GP);
        requireCode(selector, descriptor, false);
        enterCode(selector & ~RPL | core.registers.cpl, descriptor, offset, bytes);
    }

    /// The last step of a far transfer: cs and rip change together or not at all.
    private void enterCode(int selector, long descriptor, long offset, int bytes) {
        Registers r = core.registers;
        boolean wasLong = core.isLong;
        int oldLimit = r.segmentLimit[Registers.CS];
        core.isLong = (access(descriptor) & LONG) != 0;
        r.segmentLimit[Registers.CS] = limit(descriptor);
        try {
            core.jump(offset, core.isLong ? 8 : bytes == 2 ? 2 : 4);
        } catch (Fault fault) {
            core.isLong = wasLong;
            r.segmentLimit[Registers.CS] = oldLimit;
            throw fault;
        }
        put(Registers.CS, selector, descriptor);
        core.isLong = r.inLongMode();
        core.modeChanged = true;
    }

    private void returnFar(Step s) {
        int bytes = s.bytes;
        long offset = core.peek(0, bytes);
        int selector = (int) core.peek(bytes, bytes) & 0xffff;
        long extra = s.kind0 == Step.IMMEDIATE ? s.immediate & 0xffff : 0;
        long descriptor = returnDescriptor(selector);
        boolean isOutward = (selector & RPL) > core.registers.cpl;
        if (!isOutward) {
            enterCode(selector, descriptor, offset, bytes);
            core.release(2L * bytes + extra);
            return;
        }
        long newRsp = core.peek(2L * bytes + extra, bytes);
        int newSs = (int) core.peek(3L * bytes + extra, bytes) & 0xffff;
        returnOutward(selector, descriptor, offset, newSs, newRsp, bytes);
        core.release(extra);
    }

    private long returnDescriptor(int selector) {
        if ((selector & ~RPL) == 0) {
            throw core.fault.of(Fault.GP);
        }
        long descriptor = descriptor(selector, Fault.GP);
        requireCode(selector, descriptor, true);
        return descriptor;
    }

    /// Loads cs, rip, ss and rsp for a return to the same or to less privilege.
    private void returnOutward(
            int selector, long descriptor, long offset, int newSs, long newRsp, int bytes) {
        Registers r = core.registers;
        int newCpl = selector & RPL;
        boolean toLong = (access(descriptor) & LONG) != 0;
        boolean isNull = (newSs & ~RPL) == 0;
        long stack = 0;
        if (!isNull) {
            stack = descriptor(newSs, Fault.GP);
            requireStack(newSs, stack, newCpl);
        } else if (!toLong || newCpl == 3 || (newSs & RPL) != newCpl) {
            throw core.fault.of(Fault.GP);
        }
        enterCode(selector, descriptor, offset, bytes);
        if (isNull) {
            r.setNull(Registers.SS, newSs);
        } else {
            put(Registers.SS, newSs, stack);
        }
        core.setGpr(Registers.RSP, toLong ? 8 : bytes, newRsp);
        boolean isLessPrivileged = newCpl > r.cpl;
        r.cpl = newCpl;
        if (isLessPrivileged) {
            core.memory.enter(r);
            dropPrivilegedSegments();
        }
    }

    /// Data segments that the new privilege may not use become null.
    private void dropPrivilegedSegments() {
        Registers r = core.registers;
        for (int segment : new int[] {Registers.ES, Registers.DS, Registers.FS, Registers.GS}) {
            int access = r.segmentAccess[segment];
            boolean isConforming = (access & (CODE | CONFORMING)) == (CODE | CONFORMING);
            if (!isConforming && privilege(access) < r.cpl) {
                r.setNull(segment, 0);
            }
        }
    }

    private void returnFromInterrupt(Step s) {
        int bytes = s.bytes;
        if (core.flags.has(Flags.NT)) {
            throw core.fault.of(Fault.GP);
        }
        long offset = core.peek(0, bytes);
        int selector = (int) core.peek(bytes, bytes) & 0xffff;
        long image = core.peek(2L * bytes, bytes);
        boolean isOutward = (selector & RPL) > core.registers.cpl;
        boolean popsStack = core.isLong || isOutward;
        long newRsp = popsStack ? core.peek(3L * bytes, bytes) : 0;
        int newSs = popsStack ? (int) core.peek(4L * bytes, bytes) & 0xffff : 0;
        int oldCpl = core.registers.cpl;
        long descriptor = returnDescriptor(selector);
        if (popsStack) {
            returnOutward(selector, descriptor, offset, newSs, newRsp, bytes);
        } else {
            enterCode(selector, descriptor, offset, bytes);
            core.release(3L * bytes);
        }
        core.flags.set(merge(core.flags.get(), image, bytes, oldCpl));
        core.holdsTraps = false;
    }

    /// What RFLAGS becomes when code of privilege `cpl` loads `image` by IRET.
    private static long merge(long old, long image, int bytes, int cpl) {
        long loaded =
                Flags.ARITHMETIC | Flags.TF | Flags.DF | Flags.NT | Flags.RF | Flags.AC | Flags.ID;
        if (cpl <= (old & Flags.IOPL) >> 12) {
            loaded |= Flags.IF;
        }
        if (cpl == 0) {
            loaded |= Flags.IOPL;
        }
        loaded = bytes == 2 ? loaded & 0xffff : loaded;
        return old & ~loaded | image & loaded;
    }

    // --- questions about descriptors ----------------------------------------------------------

    private void loadAccess(Step s) {
        long descriptor = visible(s, true);
        if (descriptor != 0) {
            core.setDestination(s, descriptor >>> 32 & 0xf0_ff00);
        }
        core.flags.setZero(descriptor != 0);
    }

    private void loadLimit(Step s) {
        long descriptor = visible(s, false);
        if (descriptor != 0) {
            core.setDestination(s, limit(descriptor) & 0xffff_ffffL);
        }
        core.flags.setZero(descriptor != 0);
    }

    private boolean mayVerify(Step s, boolean isWrite) {
        int selector = (int) core.destination(s) & 0xffff;
        long descriptor = find(selector);
        int access = access(descriptor);
        boolean isCode = (access & CODE) != 0;
        boolean isConforming = isCode && (access & CONFORMING) != 0;
        int least = Math.max(selector & RPL, core.registers.cpl);
        boolean isUsable =
                isWrite ? !isCode && (access & WRITABLE) != 0 : !isCode || (access & WRITABLE) != 0;
        return (access & SYSTEM_CLEAR) != 0
                && isUsable
                && (isConforming && !isWrite || privilege(access) >= least);
    }

    /// The descriptor that LAR or LSL may look at, or 0. System descriptors in long mode: an LDT
    /// (2) and available or busy TSS (9, 11), for LAR also call gates (12).
    private long visible(Step s, boolean isAccess) {
        int selector = (int) core.source(s) & 0xffff;
        long descriptor = find(selector);
        int access = access(descriptor);
        int type = access & 15;
        if ((access & SYSTEM_CLEAR) == 0) {
            boolean isShown = type == 2 || type == 9 || type == 11 || isAccess && type == 12;
            descriptor = isShown ? descriptor : 0;
        }
        boolean isConforming =
                (access & (SYSTEM_CLEAR | CODE | CONFORMING)) == (SYSTEM_CLEAR | CODE | CONFORMING);
        int least = Math.max(selector & RPL, core.registers.cpl);
        return isConforming || privilege(access) >= least ? descriptor : 0;
    }

    private long find(int selector) {
        long at = (selector & ~RPL) == 0 ? -1 : descriptorAddress(selector);
        return at == -1 ? 0 : core.memory.readDescriptor(at);
    }
}
