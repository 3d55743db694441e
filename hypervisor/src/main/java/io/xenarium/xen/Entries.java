package io.xenarium.xen;

import io.xenarium.machine.cpu.Registers;
import io.xenarium.parts.PvEntry;
import io.xenarium.terms.DomainCrash;
import io.xenarium.terms.Vaddr;
import io.xenarium.trace.CpuEvent.Args;

import java.util.Optional;
import java.util.function.Supplier;

/// What the part that guests enter and leave Xen through is lent: the registers, the modes and the
/// memory of the vCPU that has the turn.
final class Entries implements PvEntry.Platform {
    private static final int[] GENERAL = new int[PvEntry.Register.values().length];

    static {
        GENERAL[PvEntry.Register.RAX.ordinal()] = Registers.RAX;
        GENERAL[PvEntry.Register.RCX.ordinal()] = Registers.RCX;
        GENERAL[PvEntry.Register.RDX.ordinal()] = Registers.RDX;
        GENERAL[PvEntry.Register.RSI.ordinal()] = Registers.RSI;
        GENERAL[PvEntry.Register.RDI.ordinal()] = Registers.RDI;
        GENERAL[PvEntry.Register.RSP.ordinal()] = Registers.RSP;
        GENERAL[PvEntry.Register.R8.ordinal()] = Registers.R8;
        GENERAL[PvEntry.Register.R10.ordinal()] = Registers.R10;
        GENERAL[PvEntry.Register.R11.ordinal()] = Registers.R11;
    }

    private static final long[] NOTHING = {};

    private final GuestMemory guest;
    private final Segments segments;
    private final Tlbs tlbs;
    private final PvEntry part;

    private Hypercalls hypercalls;
    private Vcpu current;
    private Supplier<String> purpose = () -> "";
    private int exception = Segments.LOADABLE;

    Entries(Xen xen, PvEntry.Maker maker) {
        guest = xen.guest();
        segments = xen.segments();
        tlbs = xen.tlbs();
        part = maker.make(this);
    }

    /// Says which hypercalls there are.
    void connect(Hypercalls table) {
        hypercalls = table;
    }

    /// The part, working on `vcpu`.
    PvEntry on(Vcpu vcpu) {
        return on(vcpu, () -> "");
    }

    /// The part, working on `vcpu`; where the guest ends by it, `words` say what it was for.
    PvEntry on(Vcpu vcpu, Supplier<String> words) {
        current = vcpu;
        purpose = words;
        exception = Segments.LOADABLE;
        return part;
    }

    /// The exception that the last segments could not be loaded for, or [Segments#LOADABLE].
    int exception() {
        return exception;
    }

    @Override
    public long get(PvEntry.Register register) {
        Registers registers = current.registers;
        return switch (register) {
            case RIP -> registers.rip;
            case RFLAGS -> registers.rflags & ~Traps.IO_PRIVILEGE | shownPrivilege();
            case CS -> registers.selector[Registers.CS];
            case SS -> registers.selector[Registers.SS];
            default -> registers.gpr[GENERAL[register.ordinal()]];
        };
    }

    private long shownPrivilege() {
        boolean isShown = current.domain().assists(VersionCalls.ARCHITECTURAL_IOPL);
        return isShown ? (long) current.ioPrivilege << 12 : 0;
    }

    @Override
    public void set(PvEntry.Register register, long value) {
        Registers registers = current.registers;
        switch (register) {
            case RIP -> registers.rip = value;
            case RFLAGS -> registers.rflags = value & ~Traps.IO_PRIVILEGE;
            case CS -> registers.selector[Registers.CS] = (int) value & 0xffff;
            case SS -> registers.selector[Registers.SS] = (int) value & 0xffff;
            default -> registers.gpr[GENERAL[register.ordinal()]] = value;
        }
    }

    @Override
    public boolean isKernel() {
        return current.isKernelMode;
    }

    @Override
    public void toggleMode() {
        Registers registers = current.registers;
        long table = current.isKernelMode ? current.userTableMfn : current.kernelTableMfn;
        if (table == 0) {
            throw new DomainCrash(current.domain().id(), "return to a program without a table");
        }
        current.isKernelMode = !current.isKernelMode;
        long gsBase = registers.segmentBase[Registers.GS];
        registers.segmentBase[Registers.GS] = current.otherGsBase;
        current.otherGsBase = gsBase;
        registers.cr3 = table << 12;
        tlbs.flushLocal();
    }

    @Override
    public Vaddr kernelStack() {
        return new Vaddr(current.kernelStackVaddr);
    }

    @Override
    public boolean areEventsMasked() {
        return current.isUpcallMasked();
    }

    @Override
    public void maskEvents(boolean areMasked) {
        current.setUpcallMasked(areMasked);
    }

    @Override
    public long[] read(Vaddr from, int words) {
        long[] values = new long[words];
        try {
            for (int i = 0; i < words; i++) {
                values[i] = guest.getLong(current, from.value() + i * 8L);
            }
            return values;
        } catch (BadPointer unusable) {
            return NOTHING;
        }
    }

    @Override
    public boolean write(Vaddr to, long... words) {
        try {
            guest.require(current, to.value(), words.length * 8L, true);
        } catch (BadPointer unusable) {
            return false;
        }
        for (int i = 0; i < words.length; i++) {
            guest.putLong(current, to.value() + i * 8L, words[i]);
        }
        return true;
    }

    @Override
    public void clearTraps() {
        current.traps.clear();
    }

    @Override
    public void setTrap(int vector, Vaddr handler, int flags) {
        current.traps.set(vector, handler.value(), flags);
    }

    @Override
    public void loadKernelSegments() {
        current.registers.setFlat(Registers.CS, XenSlots.CODE_64, Registers.CODE_64);
        current.registers.setFlat(Registers.SS, XenSlots.DATA, Registers.DATA_FLAT);
    }

    /// The way back from a system call does not look at the selectors.
    @Override
    public void loadSegments(int cs, int ss, boolean isSysret) {
        Registers registers = current.registers;
        int code = cs & 0xffff | 3;
        int stack = ss & 0xffff | 3;
        boolean isCanonical = new Vaddr(registers.rip).isCanonical();
        if (isSysret && isCanonical) {
            boolean isLong = code != XenSlots.CODE_32;
            registers.setFlat(
                    Registers.CS,
                    isLong ? XenSlots.CODE_64 : XenSlots.CODE_32,
                    isLong ? Registers.CODE_64 : Registers.CODE_32);
            registers.setFlat(Registers.SS, XenSlots.DATA, Registers.DATA_FLAT);
            return;
        }
        exception = segments.checkCode(current, code);
        if (exception == Segments.LOADABLE) {
            exception = segments.checkStack(current, stack);
        }
        if (exception == Segments.LOADABLE && !isCanonical) {
            exception = Traps.PROTECTION << 16;
        }
        if (exception == Segments.LOADABLE) {
            segments.load(current, Registers.CS, code);
            segments.load(current, Registers.SS, stack);
        } else {
            registers.selector[Registers.CS] = code;
            registers.selector[Registers.SS] = stack;
        }
    }

    @Override
    public void setIoPrivilege(int level) {
        if (current.domain().assists(VersionCalls.ARCHITECTURAL_IOPL)) {
            current.ioPrivilege = level;
        }
    }

    @Override
    public int hypercalls() {
        return hypercalls.places();
    }

    @Override
    public long carryOut(int number, Args args) {
        return hypercalls.carryOut(current, number, args);
    }

    @Override
    public long call(long number, Args args) {
        return hypercalls.call(current, number, args);
    }

    @Override
    public long again(Args left) {
        return hypercalls.restart(left);
    }

    @Override
    public Optional<Args> left(long answer) {
        return hypercalls.left(answer);
    }

    @Override
    public DomainCrash crash(String why) {
        return new DomainCrash(current.domain().id(), why + purpose.get());
    }
}
