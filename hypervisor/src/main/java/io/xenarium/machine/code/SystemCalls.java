package io.xenarium.machine.code;

import io.xenarium.machine.cpu.Exit;
import io.xenarium.machine.cpu.Fault;
import io.xenarium.machine.cpu.PageWalk;
import io.xenarium.machine.cpu.Registers;
import io.xenarium.machine.cpu.SystemRegisters;

/// SYSCALL and SYSRET (AMD APM vol. 2, 6.1; Intel SDM vol. 3, 5.8.8). Under a hypervisor SYSCALL is
/// an exit. SYSENTER and SYSEXIT are not offered by CPUID and not there.
///
/// As on AMD's processors, compatibility code may call too and comes in at CSTAR. As on Intel's, a
/// SYSRET to an address that is not canonical is #GP(0) while still at privilege 0, and outside
/// 64-bit code there is no SYSRET.
final class SystemCalls {
    private static final long EFER_SCE = 1;
    private static final Exit SYSCALL = new Exit.Syscall();

    /// A flat 64-bit code segment and a flat data segment of privilege 0.
    private static final int INNER_CODE = 0xa09b;

    private static final int INNER_DATA = 0xc093;

    /// What of r11 SYSRET loads into RFLAGS.
    private static final long LOADED = 0x3c_7fd7;

    private final Core core;
    private final Flags flags;

    SystemCalls(Core core) {
        this.core = core;
        this.flags = core.flags;
    }

    void call(Step s) {
        requireOn();
        if (!core.isBare()) {
            core.gpr[Registers.RCX] = core.after(s);
            core.gpr[Registers.R11] = flags.get();
            core.exit = SYSCALL;
            return;
        }
        Registers r = core.registers;
        if (!r.isLongModeActive()) {
            throw core.fault.of(Fault.UD);
        }
        SystemRegisters system = r.system;
        core.gpr[Registers.RCX] = core.after(s);
        core.gpr[Registers.R11] = flags.get();
        core.rip = core.isLong ? system.lstar : system.cstar;
        int selector = (int) (system.star >>> 32) & 0xfffc;
        r.setFlat(Registers.CS, selector, INNER_CODE);
        r.setFlat(Registers.SS, selector + 8, INNER_DATA);
        boolean wasStepping = flags.has(Flags.TF);
        flags.set(flags.get() & ~(system.syscallMask & 0xffff_ffffL));
        core.dropsStep = wasStepping && !flags.has(Flags.TF);
        core.modeChanged = !core.isLong;
        core.setPrivilege(0);
        core.isLong = true;
    }

    void goBack(Step s) {
        core.requirePrivilege();
        requireOn();
        if (!core.isLong) {
            throw core.fault.of(Fault.UD);
        }
        Registers r = core.registers;
        boolean toLong = s.bytes == 8;
        long target = core.gpr[Registers.RCX];
        if (toLong && !PageWalk.isCanonical(target)) {
            throw core.fault.of(Fault.GP);
        }
        int selector = (int) (r.system.star >>> 48) & 0xffff;
        core.rip = toLong ? target : target & 0xffff_ffffL;
        int code = toLong ? selector + 16 : selector;
        r.setFlat(Registers.CS, code | 3, toLong ? Registers.CODE_64 : Registers.CODE_32);
        r.setFlat(Registers.SS, selector + 8 | 3, Registers.DATA_FLAT);
        flags.set(core.gpr[Registers.R11] & LOADED | Flags.ONE);
        core.modeChanged = !toLong;
        core.setPrivilege(3);
        core.isLong = toLong;
        core.reconsider();
    }

    private void requireOn() {
        if ((core.registers.efer & EFER_SCE) == 0) {
            throw core.fault.of(Fault.UD);
        }
    }
}
