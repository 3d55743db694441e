package io.xenarium.machine.code;

import io.xenarium.machine.cpu.CpuidPolicy;
import io.xenarium.machine.cpu.Exit;
import io.xenarium.machine.cpu.Fault;
import io.xenarium.machine.cpu.LinearMemory;
import io.xenarium.machine.cpu.PageWalk;
import io.xenarium.machine.cpu.Registers;
import io.xenarium.machine.cpu.Role;
import io.xenarium.machine.cpu.SystemRegisters;

/// What instructions work on: registers, flags, memory, the stack, the instruction pointer. The
/// classes of operations ([IntegerOps], [StringOps], …) are written in these terms.
///
/// A value on its way between operands is a `long` whose bits above the operand may hold anything,
/// unless a method says otherwise; a store cuts it.
final class Core {
    private static final long CR0_AM = 1 << 18;

    final LinearMemory memory;
    final Fault fault;
    private final CpuidPolicy ownCpuid;
    final Role role;
    final Flags flags = new Flags();

    /// The general registers, while the processor runs. Always the same array, so that translated
    /// code can take it for constant.
    final long[] gpr = new long[16];

    Registers registers;

    /// The instruction pointer: while an instruction executes, where it began plus its length; a
    /// branch puts its target here.
    long rip;

    /// The address of the running block's first byte, relative to cs.
    long blockRip;

    /// How many instructions retired in this run before the one that executes.
    long retired;

    /// Iterations of a repeated string instruction beyond the one that every instruction counts.
    long repeated;

    /// How many may have retired before the processor stops.
    long limit;

    /// What a region leaves behind: how many instructions were left.
    long left;

    /// Whether the next block is to be interpreted: its first instruction changes code.
    boolean interpretsNext;

    /// Where the instruction asks the hypervisor for something, else null.
    Exit exit;

    /// Whether the exit comes before the instruction, which is to be executed again.
    boolean hasNotRetired;

    /// Whether the fault under way is a trap: reported behind the instruction, which has retired.
    boolean isTrap;

    /// Whether cs holds 64-bit code.
    boolean isLong;

    /// Whether cs has changed: the next instruction may have to be decoded in another way.
    boolean modeChanged;

    /// Whether a mov or pop to ss has just retired: no trap comes before the next instruction.
    boolean holdsTraps;

    /// Whether the instruction has gone into a handler, so that it earns no single step.
    boolean dropsStep;

    /// Whether something may have to happen before the next instruction: an interrupt may be taken
    /// now, or breakpoints are armed.
    boolean pauses;

    /// External interrupts are held back from the instruction before which this many have retired,
    /// or −1: STI and loads of ss do so.
    long holdsInterruptsAt;

    /// RFLAGS.RF is set for the instruction before which this many have retired, or −1.
    long resumesAt;

    Core(LinearMemory memory, Fault fault, CpuidPolicy cpuid, Role role) {
        this.memory = memory;
        this.fault = fault;
        ownCpuid = cpuid;
        this.role = role;
    }

    /// An interrupt that waits may have become due.
    void reconsider() {
        pauses |= registers.system.interrupt != SystemRegisters.NO_INTERRUPT;
    }

    /// What CPUID answers to the code that runs.
    CpuidPolicy cpuid() {
        return registers.cpuid != null ? registers.cpuid : ownCpuid;
    }

    boolean isBare() {
        return role == Role.BARE;
    }

    // --- operands ---------------------------------------------------------------------------

    /// The second operand's value, zero-extended; a constant is sign-extended.
    long source(Step s) {
        return value(s.kind1, s.number1, s);
    }

    /// The first operand's value, zero-extended.
    long destination(Step s) {
        return value(s.kind0, s.number0, s);
    }

    /// The third operand's value.
    long third(Step s) {
        return value(s.kind2, s.number2, s);
    }

    private long value(int kind, int number, Step s) {
        return switch (kind) {
            case Step.R64 -> gpr[number];
            case Step.R32 -> gpr[number] & 0xffff_ffffL;
            case Step.R16 -> gpr[number] & 0xffff;
            case Step.R8 -> gpr[number] & 0xff;
            case Step.HIGH -> gpr[number] >>> 8 & 0xff;
            case Step.MEMORY -> memory.read(address(s), s.memoryBytes);
            case Step.IMMEDIATE -> s.immediate;
            default -> throw fault.of(Fault.UD);
        };
    }

    /// Stores the low bits of `value` into the first operand, which is only written.
    void setDestination(Step s, long value) {
        if (s.kind0 == Step.MEMORY) {
            memory.write(addressForWrite(s), s.memoryBytes, value);
        } else {
            setRegister(s.kind0, s.number0, value);
        }
    }

    /// Stores the low bits of `value` into a general register.
    void setRegister(int kind, int number, long value) {
        switch (kind) {
            case Step.R64 -> gpr[number] = value;
            case Step.R32 -> gpr[number] = value & 0xffff_ffffL;
            case Step.R16 -> gpr[number] = gpr[number] & ~0xffffL | value & 0xffff;
            case Step.R8 -> gpr[number] = gpr[number] & ~0xffL | value & 0xff;
            case Step.HIGH -> gpr[number] = gpr[number] & ~0xff00L | (value & 0xff) << 8;
            default -> throw fault.of(Fault.UD);
        }
    }

    /// Stores into a general register of `bytes` bytes, with an 8-bit one always the low part.
    void setGpr(int number, int bytes, long value) {
        switch (bytes) {
            case 1 -> setRegister(Step.R8, number, value);
            case 2 -> setRegister(Step.R16, number, value);
            case 4 -> setRegister(Step.R32, number, value);
            default -> gpr[number] = value;
        }
    }

    /// Begins to change the first operand: checks that it may be written. The result is for
    /// [#opened] and [#close].
    long open(Step s) {
        return s.kind0 == Step.MEMORY ? memory.forWrite(addressForWrite(s), s.memoryBytes) : 0;
    }

    /// The first operand's value, zero-extended, after [#open].
    long opened(Step s, long place) {
        return s.kind0 == Step.MEMORY
                ? memory.load(place, s.memoryBytes)
                : value(s.kind0, s.number0, s);
    }

    /// Stores into the first operand after [#open]. Flags come after it, because a hypervisor may
    /// still refuse the store.
    void close(Step s, long place, long value) {
        if (s.kind0 == Step.MEMORY) {
            memory.store(place, s.memoryBytes, value);
        } else {
            setRegister(s.kind0, s.number0, value);
        }
    }

    // --- addresses --------------------------------------------------------------------------

    /// The linear address of the memory operand, for reading.
    long address(Step s) {
        if (s.address == Step.BASE) {
            return gpr[s.base] + s.displacement;
        }
        return switch (s.address) {
            case Step.ABSOLUTE -> s.displacement;
            case Step.BASE_INDEX -> gpr[s.base] + (gpr[s.index] << s.scale) + s.displacement;
            case Step.INDEX -> (gpr[s.index] << s.scale) + s.displacement;
            case Step.NEXT -> blockRip + s.next + s.displacement;
            default -> linear(s.segment, offset(s), reach(s), false);
        };
    }

    /// The same for writing.
    long addressForWrite(Step s) {
        return s.address == Step.SEGMENTED
                ? linear(s.segment, offset(s), reach(s), true)
                : address(s);
    }

    /// How many bytes of the memory operand must lie within its segment at once: ten are accessed
    /// as eight, then two.
    private static int reach(Step s) {
        return s.memoryBytes == 10 ? 8 : Math.max(s.memoryBytes, 1);
    }

    /// The linear address of the last two bytes of a memory operand of ten bytes that begins at
    /// `at`: they are accessed by themselves, so they have to lie within the segment by themselves.
    long tail(Step s, long at, boolean isWrite) {
        return isLong ? at + 8 : linear(s.segment, cut(offset(s) + 8, s.addressBytes), 2, isWrite);
    }

    /// The offset of the memory operand in its segment, cut to the address size: what LEA gives.
    long offset(Step s) {
        long offset = s.displacement;
        if (s.isFromNext) {
            offset += blockRip + s.next;
        } else if (s.base != Operand.NONE) {
            offset += gpr[s.base];
        }
        if (s.index != Operand.NONE) {
            offset += gpr[s.index] << s.scale;
        }
        return cut(offset, s.addressBytes);
    }

    static long cut(long offset, int addressBytes) {
        return switch (addressBytes) {
            case 2 -> offset & 0xffff;
            case 4 -> offset & 0xffff_ffffL;
            default -> offset;
        };
    }

    /// The linear address of `offset` in `segment`, after the checks of the segment's descriptor
    /// that 32-bit code undergoes.
    long linear(int segment, long offset, int bytes, boolean isWrite) {
        if (isLong) {
            return segment >= Registers.FS ? registers.segmentBase[segment] + offset : offset;
        }
        int access = registers.segmentAccess[segment];
        boolean isCode = (access & 8) != 0;
        boolean allowed =
                access != Registers.UNUSABLE
                        && (isWrite ? !isCode && (access & 2) != 0 : !isCode || (access & 2) != 0)
                        && isWithin(segment, offset, bytes);
        if (!allowed) {
            throw fault.of(segment == Registers.SS ? Fault.SS : Fault.GP);
        }
        return registers.segmentBase[segment] + offset & 0xffff_ffffL;
    }

    private boolean isWithin(int segment, long offset, int bytes) {
        int access = registers.segmentAccess[segment];
        long limit = registers.segmentLimit[segment] & 0xffff_ffffL;
        long last = offset + bytes - 1;
        boolean expandsDown = (access & 0xc) == 4;
        if (!expandsDown) {
            return last <= limit;
        }
        long top = (access & 0x4000) != 0 ? 0xffff_ffffL : 0xffff;
        return offset > limit && last <= top;
    }

    /// An address that is not canonical is reported before one that is not aligned.
    void requireCanonical(long vaddr) {
        if (!PageWalk.isCanonical(vaddr)) {
            throw fault.nonCanonical();
        }
    }

    // --- stack ------------------------------------------------------------------------------

    /// Bytes of the stack pointer in use.
    int stackBytes() {
        if (isLong) {
            return 8;
        }
        return (registers.segmentAccess[Registers.SS] & 0x4000) != 0 ? 4 : 2;
    }

    void push(long value, int bytes) {
        int size = stackBytes();
        long rsp = cut(gpr[Registers.RSP] - bytes, size);
        memory.write(stackAddress(rsp, bytes, true), bytes, value);
        setGpr(Registers.RSP, size, rsp);
    }

    long pop(int bytes) {
        long value = peek(0, bytes);
        release(bytes);
        return value;
    }

    /// The value `distance` bytes above the stack pointer, which stays.
    long peek(long distance, int bytes) {
        long rsp = cut(gpr[Registers.RSP] + distance, stackBytes());
        return memory.read(stackAddress(rsp, bytes, false), bytes);
    }

    void release(long bytes) {
        setGpr(Registers.RSP, stackBytes(), gpr[Registers.RSP] + bytes);
    }

    /// The linear address of a place on the stack; an address that is not canonical is #SS.
    long stackAddress(long offset, int bytes, boolean isWrite) {
        if (!isLong) {
            return linear(Registers.SS, offset, bytes, isWrite);
        }
        if (!PageWalk.isCanonical(offset) || !PageWalk.isCanonical(offset + bytes - 1)) {
            throw fault.of(Fault.SS);
        }
        return offset;
    }

    /// Whether cs ends somewhere before 4 GiB, so that code can run beyond its end.
    boolean isCodeLimited() {
        return !isLong && registers.segmentLimit[Registers.CS] != -1;
    }

    /// How code is read here.
    Mode mode() {
        if (isLong) {
            return Mode.LONG;
        }
        boolean isBig = (registers.segmentAccess[Registers.CS] & 0x4000) != 0;
        return isBig ? Mode.PROTECTED_32 : Mode.PROTECTED_16;
    }

    // --- control ----------------------------------------------------------------------------

    /// Goes to `target` if code may be there.
    void jump(long target, int operandBytes) {
        rip = requireTarget(target, operandBytes);
    }

    /// The address that a branch to `target` leads to: cut as the code's size demands, and checked.
    long requireTarget(long target, int operandBytes) {
        if (isLong) {
            if (!PageWalk.isCanonical(target)) {
                throw fault.of(Fault.GP);
            }
            return target;
        }
        long cut = cut(target, operandBytes == 2 ? 2 : 4);
        if (cut > (registers.segmentLimit[Registers.CS] & 0xffff_ffffL)) {
            throw fault.of(Fault.GP);
        }
        return cut;
    }

    /// The fault of a region's branch to where no code may be.
    ///
    /// @param left the budget that was left there
    /// @param point the number of its point
    Fault badTarget(long left, int point) {
        fault.note(left, point);
        return fault.of(Fault.GP);
    }

    /// The address of the instruction after `s`.
    long after(Step s) {
        return blockRip + s.next;
    }

    /// Has memory look at how accesses are aligned, or not: privilege or flags have changed.
    void watchAlignment() {
        boolean isUser = registers.cpl == 3 && (registers.cr0 & CR0_AM) != 0;
        memory.checkAlignment(isUser && flags.has(Flags.AC));
    }

    /// Makes accesses for which it does not matter how they are aligned.
    void loosely(Runnable accesses) {
        memory.checkAlignment(false);
        try {
            accesses.run();
        } finally {
            watchAlignment();
        }
    }

    /// Runs at privilege `cpl` from here on.
    void setPrivilege(int cpl) {
        if (registers.cpl != cpl) {
            registers.cpl = cpl;
            memory.enter(registers);
            watchAlignment();
            modeChanged = true;
        }
    }

    void requirePrivilege() {
        if (registers.cpl != 0) {
            throw fault.of(Fault.GP);
        }
    }

    /// Whether the code may use IN, OUT, CLI and STI by its privilege level.
    boolean hasIoPrivilege() {
        return registers.cpl <= (flags.get() & Flags.IOPL) >> 12;
    }
}
