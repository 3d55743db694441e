package io.xenarium.machine.code;

import io.xenarium.machine.cpu.Fault;
import io.xenarium.machine.cpu.Registers;

/// What only 32-bit code has: decimal arithmetic in al and ax (Intel SDM vol. 1, 7.3.4), BOUND and
/// ARPL. The flags that the manual leaves undefined are those of the addition or subtraction
/// inside, as on AMD's Zen.
final class DecimalOps {
    private final Core core;
    private final Flags flags;

    DecimalOps(Core core) {
        this.core = core;
        this.flags = core.flags;
    }

    /// Executes `s`, or returns false if it is none of ours.
    boolean execute(Step s) {
        switch (s.op) {
            case DAA -> adjustPacked(1);
            case DAS -> adjustPacked(-1);
            case AAA -> adjustUnpacked(1);
            case AAS -> adjustUnpacked(-1);
            case AAM -> splitDigits(s);
            case AAD -> joinDigits(s);
            case BOUND -> checkBounds(s);
            case ARPL -> adjustPrivilege(s);
            default -> {
                return false;
            }
        }
        return true;
    }

    private void adjustPacked(int sign) {
        int old = (int) core.gpr[Registers.RAX] & 0xff;
        boolean isLow = (old & 15) > 9 || flags.auxiliary();
        boolean isHigh = old > 0x99 || flags.carry();
        int al = old + sign * ((isLow ? 6 : 0) + (isHigh ? 0x60 : 0));
        boolean borrows = sign < 0 && isLow && old < 6;
        boolean overflows = ((sign > 0 ? ~old & al : old & ~al) & 0x80) != 0;
        core.setRegister(Step.R8, Registers.RAX, al);
        flags.computed(al, 56, isHigh || borrows, overflows, isLow);
    }

    private void adjustUnpacked(int sign) {
        long old = core.gpr[Registers.RAX] & 0xffff;
        boolean adjusts = (old & 15) > 9 || flags.auxiliary();
        long ax = adjusts ? old + sign * 0x106L : old;
        boolean overflows = ((sign > 0 ? ~old & ax : old & ~ax) & 0x8000) != 0;
        core.setRegister(Step.R16, Registers.RAX, ax & 0xff0f);
        flags.computed(ax & 0xffff, 48, adjusts, overflows, adjusts);
    }

    private void splitDigits(Step s) {
        int base = (int) s.immediate & 0xff;
        if (base == 0) {
            throw core.fault.of(Fault.DE);
        }
        int al = (int) core.gpr[Registers.RAX] & 0xff;
        core.setRegister(Step.R16, Registers.RAX, (long) (al / base) << 8 | al % base);
        flags.computed(al % base, 56, false, false, false);
    }

    private void joinDigits(Step s) {
        int ax = (int) core.gpr[Registers.RAX] & 0xffff;
        int tens = (ax >>> 8) * ((int) s.immediate & 0xff) & 0xff;
        int al = ax & 0xff;
        core.setRegister(Step.R16, Registers.RAX, al + tens & 0xff);
        flags.added(al, tens, al + tens, 56);
    }

    private void checkBounds(Step s) {
        long index = IntegerOps.signExtend(core.destination(s), s.bytes);
        long low = bound(s, 0);
        long high = bound(s, s.bytes);
        if (index < low || index > high) {
            throw core.fault.of(Fault.BR);
        }
    }

    private long bound(Step s, int distance) {
        long offset = Core.cut(core.offset(s) + distance, s.addressBytes);
        long address = core.linear(s.segment, offset, s.bytes, false);
        return IntegerOps.signExtend(core.memory.read(address, s.bytes), s.bytes);
    }

    private void adjustPrivilege(Step s) {
        long a = core.destination(s);
        long wanted = core.source(s) & 3;
        boolean raises = (a & 3) < wanted;
        if (raises) {
            core.setDestination(s, a & ~3L | wanted);
        }
        flags.setZero(raises);
    }
}
