package io.xenarium.machine.code;

import io.xenarium.machine.cpu.Exit;
import io.xenarium.machine.cpu.Fault;
import io.xenarium.machine.cpu.PageWalk;
import io.xenarium.machine.cpu.Registers;
import io.xenarium.machine.cpu.SystemRegisters;

/// How a bare processor enters the handler of an exception or an interrupt: through the gate in its
/// IDT (Intel SDM vol. 3, 6.10 to 6.15; vol. 2, "INT n").
///
/// 1. A delivery either happens completely or has changed nothing but accessed bits; then the fault
///    that it met is delivered instead, combined with the first by the rules of the double fault.
/// 2. It counts as one retired instruction, so that a processor that does nothing else comes to the
///    end of its budget too. A software interrupt counts as the instruction that it is.
///
/// Task gates and 16-bit gates are not there: they are #GP like any other wrong type.
final class InterruptDelivery {
    private static final Exit SHUTDOWN = new Exit.Shutdown(Exit.Shutdown.Reason.TRIPLE_FAULT);

    /// Set in error codes that name an entry of the IDT.
    private static final int IN_IDT = 2;

    private static final int INTERRUPT_GATE = 14;
    private static final int TRAP_GATE = 15;

    private final Core core;
    private final Flags flags;
    private final Descriptors descriptors;
    private final TaskState task;
    private final Breakpoints breakpoints;

    /// Of the delivery under way: 1 where it comes from outside the code, for error codes.
    private int external;

    private boolean hasError;
    private int error;
    private long flagsImage;
    private long returnRip;

    InterruptDelivery(Core core, Breakpoints breakpoints) {
        this.core = core;
        this.flags = core.flags;
        this.descriptors = new Descriptors(core);
        this.task = new TaskState(core);
        this.breakpoints = breakpoints;
    }

    /// Whether an external interrupt waits and may be taken before the next instruction.
    boolean isInterruptDue() {
        SystemRegisters system = core.registers.system;
        return system.interrupt != SystemRegisters.NO_INTERRUPT
                && core.isBare()
                && flags.has(Flags.IF)
                && core.holdsInterruptsAt != core.retired
                && !system.isPortAnswered;
    }

    /// Whether an external interrupt waits for the end of the next instruction.
    boolean isInterruptHeld() {
        return core.registers.system.interrupt != SystemRegisters.NO_INTERRUPT
                && core.isBare()
                && flags.has(Flags.IF);
    }

    /// Takes the external interrupt that waits.
    void interrupt() {
        SystemRegisters system = core.registers.system;
        int vector = system.interrupt;
        system.interrupt = SystemRegisters.NO_INTERRUPT;
        begin(core.resumesAt == core.retired, core.rip);
        hasError = false;
        core.retired++;
        try {
            enter(vector, false);
        } catch (Fault raised) {
            deliverInstead(Fault.BP, raised);
        }
    }

    /// Delivers an exception of the code at rip. Where even a double fault cannot be delivered, the
    /// processor shuts down.
    void deliver(Fault raised) {
        boolean isFault = raised.vector() != Fault.DB && raised.vector() != Fault.BP;
        begin(isFault || core.resumesAt == core.retired, core.rip);
        core.retired++;
        deliver(raised.vector(), raised.error(), raised.address());
    }

    /// Carries out `s`, which asks for the handler of `vector`. A fault is that of the instruction.
    ///
    /// @param checksPrivilege whether the gate must admit the code's privilege: not for INT1
    void software(int vector, Step s, boolean checksPrivilege) {
        begin(false, core.after(s));
        external = checksPrivilege ? 0 : 1;
        hasError = false;
        enter(vector, checksPrivilege);
        core.dropsStep = true;
    }

    private void begin(boolean resumes, long newReturnRip) {
        external = 1;
        flagsImage = flags.get() & ~Flags.RF | (resumes ? Flags.RF : 0);
        returnRip = newReturnRip;
    }

    private void deliver(int vector, int newError, long address) {
        hasError = hasErrorCode(vector);
        error = newError;
        if (vector == Fault.PF) {
            core.registers.cr2 = address;
        }
        try {
            enter(vector, false);
        } catch (Fault raised) {
            deliverInstead(vector, raised);
        }
    }

    /// While `vector` was delivered, another exception arose (Intel SDM vol. 3, tables 6-4 and
    /// 6-5).
    private void deliverInstead(int vector, Fault raised) {
        int second = raised.vector();
        boolean isSerious = isContributory(second) || second == Fault.PF;
        if (second == Fault.PF) {
            core.registers.cr2 = raised.address();
        }
        if (vector == Fault.DF && isSerious) {
            core.exit = SHUTDOWN;
            return;
        }
        boolean isDouble =
                vector == Fault.PF && isSerious || isContributory(vector) && isContributory(second);
        if (isDouble) {
            deliver(Fault.DF, 0, 0);
        } else {
            deliver(second, raised.error(), raised.address());
        }
    }

    private static boolean isContributory(int vector) {
        return switch (vector) {
            case Fault.DE, Fault.TS, Fault.NP, Fault.SS, Fault.GP -> true;
            default -> false;
        };
    }

    private static boolean hasErrorCode(int vector) {
        return switch (vector) {
            case Fault.DF, Fault.TS, Fault.NP, Fault.SS, Fault.GP, Fault.PF, Fault.AC -> true;
            default -> false;
        };
    }

    private void enter(int vector, boolean checksPrivilege) {
        if (core.registers.isLongModeActive()) {
            enterLong(vector, checksPrivilege);
        } else {
            enterProtected(vector, checksPrivilege);
        }
        if (vector == Fault.DB) {
            breakpoints.delivered();
        }
    }

    // --- long mode ----------------------------------------------------------------------------

    private void enterLong(int vector, boolean checksPrivilege) {
        Registers r = core.registers;
        long gate = gate(vector, 16, checksPrivilege);
        long upper = core.memory.readDescriptor(r.system.idtBase + 16L * vector + 8);
        long target = gate & 0xffff | gate >>> 32 & 0xffff_0000L | upper << 32;
        int selector = (int) (gate >>> 16) & 0xffff;
        long code = code(selector);
        boolean is64 =
                (Descriptors.access(code) & (Descriptors.LONG | Descriptors.BIG))
                        == Descriptors.LONG;
        if (!is64) {
            throw core.fault.of(Fault.GP, selector & ~Descriptors.RPL | external);
        }
        requirePresent(code, selector);
        int cpl = newPrivilege(code);
        int stackNumber = (int) (gate >>> 32) & 7;
        long top = core.gpr[Registers.RSP];
        if (stackNumber != 0) {
            top = task.interruptStack(stackNumber, external);
        } else if (cpl != r.cpl) {
            top = task.innerStack(cpl, external);
        }
        if (!PageWalk.isCanonical(target)) {
            throw core.fault.of(Fault.GP, external);
        }
        descriptors.markAccessed(selector, code);
        int oldCpl = r.cpl;
        long bottom = pushLong(top & ~15L, cpl);
        if (cpl != oldCpl) {
            r.setNull(Registers.SS, cpl);
        }
        core.gpr[Registers.RSP] = bottom;
        arrive(selector & ~Descriptors.RPL | cpl, code, target, gate);
    }

    /// Writes the frame with the rights of privilege `cpl`, which is in force afterwards.
    private long pushLong(long top, int cpl) {
        Registers r = core.registers;
        int bytes = hasError ? 48 : 40;
        long bottom = top - bytes;
        if (!PageWalk.isCanonical(bottom) || !PageWalk.isCanonical(top - 1)) {
            throw core.fault.of(Fault.SS, external);
        }
        int oldCpl = r.cpl;
        core.setPrivilege(cpl);
        try {
            core.memory.requireWritable(bottom, bytes);
        } catch (Fault raised) {
            core.setPrivilege(oldCpl);
            throw raised;
        }
        core.memory.write64(top - 8, r.selector[Registers.SS]);
        core.memory.write64(top - 16, core.gpr[Registers.RSP]);
        core.memory.write64(top - 24, flagsImage);
        core.memory.write64(top - 32, r.selector[Registers.CS]);
        core.memory.write64(top - 40, returnRip);
        if (hasError) {
            core.memory.write64(bottom, error);
        }
        return bottom;
    }

    // --- protected mode -----------------------------------------------------------------------

    private void enterProtected(int vector, boolean checksPrivilege) {
        Registers r = core.registers;
        long gate = gate(vector, 8, checksPrivilege);
        long target = gate & 0xffff | gate >>> 32 & 0xffff_0000L;
        int selector = (int) (gate >>> 16) & 0xffff;
        long code = code(selector);
        requirePresent(code, selector);
        int cpl = newPrivilege(code);
        if (target > (Descriptors.limit(code) & 0xffff_ffffL)) {
            throw core.fault.of(Fault.GP, external);
        }
        descriptors.markAccessed(selector, code);
        if (cpl == r.cpl) {
            pushProtected(false, 0, 0);
        } else {
            long stack = task.innerStack32(cpl, external);
            switchStack((int) (stack >>> 32), stack & 0xffff_ffffL, cpl);
        }
        arrive(selector & ~Descriptors.RPL | cpl, code, target, gate);
    }

    /// Goes over to the inner stack; where the frame does not fit there, everything is as before.
    private void switchStack(int selector, long top, int cpl) {
        Registers r = core.registers;
        long descriptor = stack(selector, cpl);
        int oldSelector = r.selector[Registers.SS];
        long oldBase = r.segmentBase[Registers.SS];
        int oldLimit = r.segmentLimit[Registers.SS];
        int oldAccess = r.segmentAccess[Registers.SS];
        long oldRsp = core.gpr[Registers.RSP];
        int oldCpl = r.cpl;
        descriptors.put(Registers.SS, selector, descriptor);
        core.gpr[Registers.RSP] = top;
        core.setPrivilege(cpl);
        try {
            pushProtected(true, oldSelector, oldRsp);
        } catch (Fault raised) {
            r.selector[Registers.SS] = oldSelector;
            r.segmentBase[Registers.SS] = oldBase;
            r.segmentLimit[Registers.SS] = oldLimit;
            r.segmentAccess[Registers.SS] = oldAccess;
            core.gpr[Registers.RSP] = oldRsp;
            core.setPrivilege(oldCpl);
            throw raised;
        }
    }

    private long stack(int selector, int cpl) {
        if (Descriptors.isNull(selector)) {
            throw core.fault.of(Fault.TS, external);
        }
        long descriptor = descriptors.read(selector, Fault.TS, external);
        int name = selector & ~Descriptors.RPL | external;
        if (!Descriptors.isStack(selector, descriptor, cpl)) {
            throw core.fault.of(Fault.TS, name);
        }
        if ((Descriptors.access(descriptor) & Descriptors.PRESENT) == 0) {
            throw core.fault.of(Fault.SS, name);
        }
        descriptors.markAccessed(selector, descriptor);
        return descriptor;
    }

    private void pushProtected(boolean isOtherStack, int oldSs, long oldRsp) {
        int words = 3 + (isOtherStack ? 2 : 0) + (hasError ? 1 : 0);
        int size = core.stackBytes();
        long bottom = Core.cut(core.gpr[Registers.RSP] - 4L * words, size);
        core.memory.requireWritable(core.stackAddress(bottom, 4 * words, true), 4 * words);
        if (isOtherStack) {
            core.push(oldSs, 4);
            core.push(oldRsp, 4);
        }
        core.push(flagsImage, 4);
        core.push(core.registers.selector[Registers.CS], 4);
        core.push(returnRip, 4);
        if (hasError) {
            core.push(error, 4);
        }
    }

    // --- both ---------------------------------------------------------------------------------

    /// Reads a gate and checks it.
    private long gate(int vector, int bytes, boolean checksPrivilege) {
        SystemRegisters system = core.registers.system;
        int name = vector * 8 | IN_IDT | external;
        if (vector * bytes + bytes - 1 > system.idtLimit) {
            throw core.fault.of(Fault.GP, name);
        }
        long gate = core.memory.readDescriptor(system.idtBase + (long) vector * bytes);
        int type = (int) (gate >>> 40) & 0x1f;
        boolean isAdmitted =
                !checksPrivilege
                        || Descriptors.privilege(Descriptors.access(gate)) >= core.registers.cpl;
        if (type != INTERRUPT_GATE && type != TRAP_GATE || !isAdmitted) {
            throw core.fault.of(Fault.GP, name);
        }
        if ((Descriptors.access(gate) & Descriptors.PRESENT) == 0) {
            throw core.fault.of(Fault.NP, name);
        }
        return gate;
    }

    /// The code segment that a gate names: as privileged as the code that is left, or more.
    private long code(int selector) {
        if (Descriptors.isNull(selector)) {
            throw core.fault.of(Fault.GP, external);
        }
        long code = descriptors.read(selector, Fault.GP, external);
        int access = Descriptors.access(code);
        if (!Descriptors.isCode(access) || Descriptors.privilege(access) > core.registers.cpl) {
            throw core.fault.of(Fault.GP, selector & ~Descriptors.RPL | external);
        }
        return code;
    }

    private void requirePresent(long code, int selector) {
        if ((Descriptors.access(code) & Descriptors.PRESENT) == 0) {
            throw core.fault.of(Fault.NP, selector & ~Descriptors.RPL | external);
        }
    }

    private int newPrivilege(long code) {
        int access = Descriptors.access(code);
        boolean isConforming = (access & Descriptors.CONFORMING) != 0;
        return isConforming ? core.registers.cpl : Descriptors.privilege(access);
    }

    private void arrive(int selector, long code, long target, long gate) {
        Mode before = core.mode();
        long oldBase = core.registers.segmentBase[Registers.CS];
        descriptors.put(Registers.CS, selector, code);
        long cleared = Flags.TF | Flags.NT | Flags.RF | Flags.VM;
        boolean isInterruptGate = ((int) (gate >>> 40) & 15) == INTERRUPT_GATE;
        flags.set(flags.get() & ~(isInterruptGate ? cleared | Flags.IF : cleared));
        core.rip = target;
        core.isLong = core.registers.inLongMode();
        boolean isMoved = core.registers.segmentBase[Registers.CS] != oldBase;
        core.modeChanged |= isMoved || core.mode() != before || core.isCodeLimited();
    }
}
