package io.xenarium.machine.code;

import io.xenarium.machine.cpu.Fault;
import io.xenarium.machine.cpu.PageWalk;
import io.xenarium.machine.cpu.Registers;
import io.xenarium.machine.cpu.SystemRegisters;

/// The instructions that say where the descriptor tables and the task state segment are: LGDT,
/// LIDT, LLDT, LTR and their counterparts (Intel SDM vol. 3, 2.4; AMD APM vol. 2, 4.6).
final class DescriptorTables {
    private static final long CR4_UMIP = 1 << 11;
    private static final int TYPE_LDT = 2;
    private static final int TYPE_TSS = 9;

    /// Turns an available TSS into a busy one.
    private static final int BUSY = 2;

    private final Core core;
    private final Descriptors descriptors;

    DescriptorTables(Core core) {
        this.core = core;
        descriptors = new Descriptors(core);
    }

    /// Executes `s`, or returns false if it is none of ours.
    boolean execute(Step s) {
        Registers r = core.registers;
        switch (s.op) {
            case SGDT -> store(s, r.gdtBase, r.gdtLimit);
            case SIDT -> store(s, r.system.idtBase, core.isBare() ? r.system.idtLimit : 0);
            case LGDT, LIDT -> load(s);
            case SLDT -> storeSelector(s, r.system.ldtSelector);
            case STR -> storeSelector(s, r.system.taskSelector);
            case LLDT -> loadLocal(s);
            case LTR -> loadTask(s);
            default -> {
                return false;
            }
        }
        return true;
    }

    /// SGDT and its kin show everybody the real tables unless UMIP forbids it.
    void requireUmipOff() {
        if (core.registers.cpl != 0 && (core.registers.cr4 & CR4_UMIP) != 0) {
            throw core.fault.of(Fault.GP);
        }
    }

    private void storeSelector(Step s, int selector) {
        requireUmipOff();
        core.setDestination(s, selector);
    }

    private void store(Step s, long base, int limit) {
        requireUmipOff();
        long address = core.addressForWrite(s);
        int bytes = core.isLong ? 8 : 4;
        core.memory.requireWritable(address, 2 + bytes);
        core.memory.write16(address, limit);
        core.memory.write(address + 2, bytes, base);
    }

    /// With 16-bit operands only 24 bits of the base are loaded.
    private void load(Step s) {
        core.requirePrivilege();
        long address = core.address(s);
        int limit = (int) core.memory.read16(address);
        long base = core.memory.read(address + 2, core.isLong ? 8 : 4);
        if (!core.isLong && s.bytes == 2) {
            base &= 0xff_ffff;
        }
        if (!PageWalk.isCanonical(base)) {
            throw core.fault.of(Fault.GP);
        }
        if (s.op == Op.LGDT) {
            core.registers.gdtBase = base;
            core.registers.gdtLimit = limit;
        } else {
            core.registers.system.idtBase = base;
            core.registers.system.idtLimit = limit;
        }
    }

    private void loadLocal(Step s) {
        core.requirePrivilege();
        int selector = (int) core.destination(s) & 0xffff;
        Registers r = core.registers;
        if (Descriptors.isNull(selector)) {
            r.system.ldtSelector = selector;
            r.ldtBase = 0;
            r.ldtLimit = 0;
            return;
        }
        long descriptor = global(selector, TYPE_LDT);
        long base = base(selector, descriptor);
        r.system.ldtSelector = selector;
        r.ldtBase = base;
        r.ldtLimit = Descriptors.limit(descriptor);
    }

    private void loadTask(Step s) {
        core.requirePrivilege();
        int selector = (int) core.destination(s) & 0xffff;
        if (Descriptors.isNull(selector)) {
            throw core.fault.of(Fault.GP);
        }
        long descriptor = global(selector, TYPE_TSS);
        long base = base(selector, descriptor);
        descriptors.mark(selector, BUSY);
        SystemRegisters system = core.registers.system;
        system.taskSelector = selector;
        system.taskBase = base;
        system.taskLimit = Descriptors.limit(descriptor);
        system.taskAccess = Descriptors.access(descriptor) | BUSY;
    }

    /// Reads a system descriptor of `type` from the GDT.
    private long global(int selector, int type) {
        if ((selector & 4) != 0) {
            throw core.fault.of(Fault.GP, selector & ~Descriptors.RPL);
        }
        long descriptor = descriptors.read(selector, Fault.GP);
        boolean isSystem = (Descriptors.access(descriptor) & Descriptors.SYSTEM_CLEAR) == 0;
        if (!isSystem || Descriptors.type(descriptor) != type) {
            throw core.fault.of(Fault.GP, selector & ~Descriptors.RPL);
        }
        descriptors.requirePresent(descriptor, selector, Fault.NP);
        return descriptor;
    }

    /// In long mode the descriptor has a second half with the base's upper bits.
    private long base(int selector, long descriptor) {
        long base = Descriptors.base(descriptor);
        if (!core.registers.isLongModeActive()) {
            return base;
        }
        base |= descriptors.readUpperHalf(selector) << 32;
        if (!PageWalk.isCanonical(base)) {
            throw core.fault.of(Fault.GP, selector & ~Descriptors.RPL);
        }
        return base;
    }
}
