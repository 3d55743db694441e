package io.xenarium.machine.code;

import static io.xenarium.machine.code.Descriptors.CODE;
import static io.xenarium.machine.code.Descriptors.CONFORMING;
import static io.xenarium.machine.code.Descriptors.RPL;
import static io.xenarium.machine.code.Descriptors.SYSTEM_CLEAR;
import static io.xenarium.machine.code.Descriptors.WRITABLE;
import static io.xenarium.machine.code.Descriptors.access;
import static io.xenarium.machine.code.Descriptors.limit;
import static io.xenarium.machine.code.Descriptors.privilege;

import io.xenarium.machine.cpu.Fault;
import io.xenarium.machine.cpu.Registers;

/// Loads of data segment registers, and questions about descriptors, with the checks of the
/// descriptors (Intel SDM vol. 3, 5.4 to 5.7).
final class SegmentOps {
    /// System descriptors that LSL may look at, as a set of bits by their types: an LDT (2) and
    /// available or busy TSS (9, 11); outside long mode also those of 16 bits (1, 3).
    private static final int WITH_LIMIT = 1 << 2 | 1 << 9 | 1 << 11;

    private static final int WITH_LIMIT_16 = 1 << 1 | 1 << 3;

    /// Those that only LAR may look at: call gates (12), outside long mode also call gates of 16
    /// bits and task gates (4, 5).
    private static final int GATES = 1 << 12;

    private static final int GATES_16 = 1 << 4 | 1 << 5;

    private final Core core;
    private final Descriptors descriptors;
    private final FarTransfers transfers;

    SegmentOps(Core core) {
        this.core = core;
        descriptors = new Descriptors(core);
        transfers = new FarTransfers(core, descriptors);
    }

    /// Executes `s`, or returns false if it is none of ours.
    boolean execute(Step s) {
        switch (s.op) {
            case MOV -> move(s);
            case PUSH -> core.push(core.registers.selector[s.number0], s.bytes);
            case POP -> pop(s);
            case LES, LDS, LSS, LFS, LGS -> loadPointer(s);
            case JMPF -> transfers.jump(s);
            case CALLF -> transfers.call(s);
            case RETF -> transfers.goBack(s);
            case IRET -> transfers.returnFromInterrupt(s);
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
            long descriptor = descriptors.read(selector, Fault.GP);
            descriptors.requireStack(selector, descriptor, r.cpl);
            descriptors.load(segment, selector, descriptor);
        } else {
            long descriptor = descriptors.read(selector, Fault.GP);
            requireData(selector, descriptor);
            descriptors.load(segment, selector, descriptor);
        }
        if (segment == Registers.SS) {
            core.holdsTraps = true;
            core.holdsInterruptsAt = core.retired + 1;
            core.reconsider();
        }
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
        descriptors.requirePresent(descriptor, selector, Fault.NP);
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
        long descriptor = descriptors.find(selector);
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

    /// The descriptor that LAR or LSL may look at, or 0 (Intel SDM vol. 2, LAR and LSL).
    private long visible(Step s, boolean isAccess) {
        int selector = (int) core.source(s) & 0xffff;
        long descriptor = descriptors.find(selector);
        int access = access(descriptor);
        if ((access & SYSTEM_CLEAR) == 0) {
            int shown = isAccess ? WITH_LIMIT | GATES : WITH_LIMIT;
            if (!core.registers.isLongModeActive()) {
                shown |= isAccess ? WITH_LIMIT_16 | GATES_16 : WITH_LIMIT_16;
            }
            descriptor = (shown >> (access & 15) & 1) != 0 ? descriptor : 0;
        }
        boolean isConforming =
                (access & (SYSTEM_CLEAR | CODE | CONFORMING)) == (SYSTEM_CLEAR | CODE | CONFORMING);
        int least = Math.max(selector & RPL, core.registers.cpl);
        return isConforming || privilege(access) >= least ? descriptor : 0;
    }
}
