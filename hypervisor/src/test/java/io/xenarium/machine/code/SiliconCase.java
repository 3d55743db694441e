package io.xenarium.machine.code;

import io.xenarium.machine.Memory;
import io.xenarium.machine.cpu.Exit;
import io.xenarium.machine.cpu.Registers;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/// A few instructions with registers, flags and memory to start from, all made from a seed, so that
/// a real processor and ours can execute the same thing.
record SiliconCase(long seed, byte[] code) {
    static final long CODE = 0x7000_0000;
    static final long DATA = 0x2000_0000;
    static final int DATA_BYTES = 8192;
    static final int CODE_BYTES = 64;

    private static final long RETURN = 0x7800_0000;
    private static final int CODE_MFN = 0x10;
    private static final int DATA_MFN = 0x20;
    private static final int RETURN_MFN = 0x30;
    private static final int HLT = 0xf4;

    /// Flags that a case starts with and that are compared: all but RF, which only shows how a
    /// fault was delivered.
    private static final long COMPARED_FLAGS = ~(long) Flags.RF;

    private static final long[] EDGES = {
        0,
        1,
        -1,
        0x7f,
        0x80,
        0xff,
        0x7fff,
        0x8000,
        0xffff,
        0x7fff_ffffL,
        0x8000_0000L,
        0xffff_ffffL,
        Long.MAX_VALUE,
        Long.MIN_VALUE,
        0x1_0000_0000L,
        -128
    };

    /// What execution left behind.
    ///
    /// @param vector the exception, or −1 where the code ran to its end
    /// @param rip where it stopped
    /// @param dataHash a hash of the data pages
    record Result(
            long[] gpr,
            long flags,
            long vector,
            long error,
            long address,
            long rip,
            long dataHash) {
        /// Says what differs, or an empty string.
        ///
        /// @param undefined flags that do not count
        /// @param isAnyFault whether it does not matter how the code faulted
        String differences(Result other, long undefined, boolean isAnyFault) {
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < 16; i++) {
                note(text, RegisterNames.of(i), gpr[i], other.gpr[i]);
            }
            long counted = COMPARED_FLAGS & ~undefined;
            note(text, "flags", flags & counted, other.flags & counted);
            if (!isAnyFault || vector < 0 || other.vector < 0) {
                note(text, "vector", vector, other.vector);
                note(text, "error", error, other.error);
                note(text, "address", address, other.address);
                note(text, "data", dataHash, other.dataHash);
            }
            note(text, "rip", rip, other.rip);
            return text.toString();
        }

        private static void note(StringBuilder text, String what, long ours, long theirs) {
            if (ours != theirs) {
                text.append(" %s %x≠%x".formatted(what, ours, theirs));
            }
        }

        /// Writes only what the case changed, so that many results are small.
        void write(DataOutput out, SiliconCase from) throws IOException {
            int changed = 0;
            for (int i = 0; i < 16; i++) {
                changed |= gpr[i] != from.gpr(i) ? 1 << i : 0;
            }
            out.writeShort(changed);
            for (int i = 0; i < 16; i++) {
                if ((changed >> i & 1) != 0) {
                    out.writeLong(gpr[i]);
                }
            }
            out.writeInt((int) flags);
            out.writeByte((int) vector);
            if (vector >= 0) {
                out.writeByte((int) error);
                out.writeLong(address);
                out.writeByte((int) (rip - CODE));
            }
            out.writeLong(dataHash);
        }

        static Result read(DataInput in, SiliconCase from) throws IOException {
            int changed = in.readUnsignedShort();
            long[] gpr = new long[16];
            for (int i = 0; i < 16; i++) {
                gpr[i] = (changed >> i & 1) != 0 ? in.readLong() : from.gpr(i);
            }
            long flags = in.readInt() & 0xffff_ffffL;
            int vector = in.readByte();
            int error = vector >= 0 ? in.readUnsignedByte() : 0;
            long address = vector >= 0 ? in.readLong() : 0;
            long rip = vector >= 0 ? CODE + in.readUnsignedByte() : CODE + from.code.length;
            return new Result(gpr, flags, vector, error, address, rip, in.readLong());
        }
    }

    /// Steele and Vigna's SplitMix64: the `index`th number of the stream that starts at `seed`.
    static long mixed(long seed, long index) {
        long z = seed + (index + 1) * 0x9e3779b97f4a7c15L;
        z = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9L;
        z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
        return z ^ z >>> 31;
    }

    /// The register's value at the start: a pointer into the data, a small number, an edge or
    /// anything. The stack pointer always points into the data.
    long gpr(int number) {
        long dice = mixed(~seed, 2L * number);
        long value = mixed(~seed, 2L * number + 1);
        int kind = (int) (dice & 15);
        if (number == Registers.RSP || kind < 6) {
            return DATA + 0x400 + (value >>> 1) % 0x1800;
        }
        if (kind < 9) {
            return (value >>> 1) % 70;
        }
        return kind < 12 ? EDGES[(int) (value & 15)] : value;
    }

    long flags() {
        long value = mixed(~seed, 40);
        long direction = (value >>> 32 & 7) == 0 ? Flags.DF : 0;
        return value & Flags.ARITHMETIC | direction | Flags.IF | Flags.ONE;
    }

    /// Executes it on our processor.
    ///
    /// @param cuts how far each piece of the run goes: a run that is cut must give the same
    Result execute(BareMachine machine, long... cuts) {
        prepare(machine);
        Registers r = machine.registers;
        Exit exit;
        int pieces = 0;
        do {
            long budget = cuts.length == 0 ? 100_000 : cuts[pieces++ % cuts.length];
            exit = machine.run(budget);
        } while (exit instanceof Exit.BudgetSpent);
        Exit.Fault fault = (Exit.Fault) exit;
        boolean isEnd = r.rip == RETURN;
        return new Result(
                r.gpr.clone(),
                r.rflags,
                isEnd ? -1 : fault.vector(),
                isEnd ? 0 : fault.error(),
                isEnd ? 0 : fault.address(),
                isEnd ? CODE + code.length : r.rip,
                dataHash(machine.memory));
    }

    static BareMachine machine() {
        BareMachine machine = new BareMachine(256);
        machine.map(CODE, CODE_MFN, BareMachine.USER_PAGE);
        machine.map(DATA, DATA_MFN, 2, BareMachine.USER_PAGE);
        machine.map(RETURN, RETURN_MFN, BareMachine.USER_PAGE);
        machine.code((long) RETURN_MFN << 12, HLT);
        return machine;
    }

    private void prepare(BareMachine machine) {
        Memory memory = machine.memory;
        for (int i = 0; i < DATA_BYTES / 8; i++) {
            memory.setLong(((long) DATA_MFN << 12) + 8L * i, mixed(seed, i));
        }
        long at = (long) CODE_MFN << 12;
        memory.write(at, code);
        machine.code(at + code.length, 0xff, 0x25, 0, 0, 0, 0);
        memory.setLong(at + code.length + 6, RETURN);
        Registers r = machine.registers;
        for (int i = 0; i < 16; i++) {
            r.gpr[i] = gpr(i);
        }
        r.rflags = flags();
        r.rip = CODE;
        Arrays.fill(r.x87, 0);
        Arrays.fill(r.xmm, 0);
        r.fcw = 0x37f;
        r.fsw = 0;
        r.ftw = 0;
        r.mxcsr = 0x1f80;
    }

    private static long dataHash(Memory memory) {
        long hash = 0;
        for (int i = 0; i < DATA_BYTES / 8; i++) {
            long word = memory.getLong(((long) DATA_MFN << 12) + 8L * i);
            hash = (hash ^ word) * 0x100000001b3L;
        }
        return hash;
    }

    /// Whether it is up to the processor how an instruction faults: which of two places CMPS reads
    /// first, how much of its frame ENTER has stored.
    boolean leavesOpenHowItFaults() {
        return instructions().stream().anyMatch(i -> i.op() == Op.CMPS || i.op() == Op.ENTER);
    }

    /// Flags that the architecture leaves undefined after these instructions.
    long undefinedFlags() {
        long undefined = 0;
        for (Instruction i : instructions()) {
            undefined |=
                    switch (i.op()) {
                        case MUL, IMUL -> Flags.SF | Flags.ZF | Flags.AF | Flags.PF;
                        case DIV, IDIV -> Flags.ARITHMETIC;
                        case SHL, SHR, SAR, SHLD, SHRD -> Flags.AF | Flags.OF | Flags.CF;
                        case ROL, ROR, RCL, RCR -> Flags.OF;
                        case BSF, BSR -> Flags.ARITHMETIC & ~Flags.ZF;
                        case BT, BTS, BTR, BTC -> Flags.ARITHMETIC & ~Flags.CF & ~Flags.ZF;
                        case AND, OR, XOR, TEST -> Flags.AF;
                        default -> 0;
                    };
        }
        return undefined;
    }

    private List<Instruction> instructions() {
        List<Instruction> found = new ArrayList<>();
        Decoder decoder = new Decoder();
        for (int at = 0; at < code.length; at += found.getLast().length()) {
            found.add(decoder.decode(code, at, code.length - at, Mode.LONG));
        }
        return found;
    }

    void write(DataOutput out) throws IOException {
        out.writeLong(seed);
        out.writeByte(code.length);
        out.write(code);
    }

    static SiliconCase read(DataInput in) throws IOException {
        long seed = in.readLong();
        byte[] code = new byte[in.readUnsignedByte()];
        in.readFully(code);
        return new SiliconCase(seed, code);
    }

    @Override
    public String toString() {
        return "seed %x code %s flags %x".formatted(seed, HexFormat.of().formatHex(code), flags());
    }
}
