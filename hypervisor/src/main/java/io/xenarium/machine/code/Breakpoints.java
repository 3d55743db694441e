package io.xenarium.machine.code;

import io.xenarium.machine.cpu.Exit;
import io.xenarium.machine.cpu.Fault;
import io.xenarium.machine.cpu.Registers;

/// The debug registers at work: breakpoints and the single step (Intel SDM vol. 3, 17.2 and
/// 17.3.1). While one is wanted, the processor executes instruction after instruction by itself.
///
/// An instruction breakpoint is a fault, before its instruction, and RFLAGS.RF lets it pass; data
/// and port breakpoints and the single step are traps, behind theirs. A load of ss holds all traps
/// back until the next instruction has retired.
final class Breakpoints {
    /// DR6: a debug register was to be accessed although DR7.GD forbids it.
    private static final int DETECTED = 1 << 13;

    /// DR6: a single step.
    private static final int STEP = 1 << 14;

    /// DR7: any breakpoint is enabled.
    private static final int ENABLED = 0xff;

    private static final int GENERAL_DETECT = 1 << 13;

    /// What a breakpoint waits for, in DR7 from bit 16 on.
    private static final int EXECUTION = 0;

    private static final int PORT = 2;

    private static final int CR4_DE = 8;

    private final Core core;
    private final Flags flags;
    private boolean isStep;
    private int portHits;

    Breakpoints(Core core) {
        this.core = core;
        this.flags = core.flags;
    }

    /// Whether the processor has to stop between instructions.
    boolean wantSteps() {
        return flags.has(Flags.TF) || areArmed();
    }

    boolean areArmed() {
        return (core.registers.debug[7] & ENABLED) != 0;
    }

    /// Before an instruction: it may not be executed where a breakpoint waits.
    void before() {
        core.holdsTraps = false;
        core.dropsStep = false;
        core.memory.takeBreakpoints();
        portHits = 0;
        isStep = flags.has(Flags.TF);
        if (!areArmed() || core.resumesAt == core.retired) {
            return;
        }
        long at = core.rip + (core.isLong ? 0 : core.registers.segmentBase[Registers.CS]);
        int hits = matching(EXECUTION, at, 1);
        if (hits != 0) {
            core.registers.debug[6] |= hits;
            throw core.fault.of(Fault.DB);
        }
    }

    /// Behind an instruction that has retired: throws the traps that it has earned.
    void behind() {
        if (core.exit != null && !(core.exit instanceof Exit.Halt)) {
            return;
        }
        int hits = core.memory.takeBreakpoints() & enabled() | portHits;
        hits |= core.registers.system.heldBreakpoints;
        if (core.holdsTraps) {
            core.registers.system.heldBreakpoints = hits;
            return;
        }
        core.registers.system.heldBreakpoints = 0;
        hits |= isStep && !core.dropsStep ? STEP : 0;
        if (hits != 0) {
            core.exit = null;
            core.registers.debug[6] |= hits;
            throw core.fault.of(Fault.DB);
        }
    }

    /// Notes that a port is accessed.
    void notePort(int port, int bytes) {
        if ((core.registers.cr4 & CR4_DE) != 0) {
            portHits |= matching(PORT, port, bytes);
        }
    }

    /// Throws #DB where the debug registers are guarded. RF is set for it, so that the handler can
    /// return to the instruction.
    void requireUnguarded() {
        long[] debug = core.registers.debug;
        if ((debug[7] & GENERAL_DETECT) != 0) {
            debug[6] |= DETECTED;
            core.resumesAt = core.retired;
            throw core.fault.of(Fault.DB);
        }
    }

    /// A debug exception is delivered: its handler may use the debug registers.
    void delivered() {
        core.registers.debug[7] &= ~GENERAL_DETECT;
    }

    private int matching(int kind, long at, int bytes) {
        long[] debug = core.registers.debug;
        int hits = 0;
        for (int i = 0; i < 4; i++) {
            long control = debug[7] >>> 16 + 4 * i;
            long length = (control >>> 2 & 3) + 1;
            boolean isNear = debug[i] < at + bytes && at < (debug[i] & -length) + length;
            boolean isThere = kind == PORT ? isNear : debug[i] == at;
            hits |= isThere && (control & 3) == kind ? 1 << i : 0;
        }
        return hits & enabled();
    }

    private int enabled() {
        long control = core.registers.debug[7];
        int set = 0;
        for (int i = 0; i < 4; i++) {
            set |= (control >>> 2 * i & 3) != 0 ? 1 << i : 0;
        }
        return set;
    }
}
