package io.xenarium.lab01.check;

import io.xenarium.lab.CheckFailed;
import io.xenarium.lab.Rule;
import io.xenarium.lab.Subject;
import io.xenarium.machine.cpu.Fault;
import io.xenarium.parts.Processor;
import io.xenarium.parts.Processor.Instruction;
import io.xenarium.parts.Processor.Operand;
import io.xenarium.terms.Vaddr;

import java.util.Arrays;

/// Registers, flags and three pages of memory on a work bench, with nothing else of a machine: what
/// a part is lent when it is checked alone. The first page may be read and written, the second
/// read, the third is not there.
final class Bench implements Processor.Platform {
    static final long WRITABLE = 0x10000;
    static final long READABLE = WRITABLE + 4096;
    static final long ABSENT = READABLE + 4096;
    static final long BEGIN = 0x401000;

    /// RFLAGS with interrupts on, as user code has them.
    static final long PLAIN_FLAGS = 0x202;

    private static final int WRITES = 2;
    private static final int PRESENT = 1;
    private static final int USER = 4;

    final long[] registers = new long[16];
    final byte[] memory = new byte[8192];
    final Processor part;
    long rflags = PLAIN_FLAGS;
    long rip = BEGIN;

    /// What was delivered last: vector and error code; −1 while nothing was.
    int vector = -1;

    int error = -1;

    private String last = "";

    private Bench(Processor.Maker maker) {
        part = maker.make(this);
        for (int i = 0; i < registers.length; i++) {
            registers[i] = 0x1111_1111_1111_1111L * (i + 1);
        }
        for (int i = 0; i < memory.length; i++) {
            memory[i] = (byte) (i * 7);
        }
    }

    /// The learner's part.
    static Bench mine() {
        return new Bench(Subject.current().mine().processor());
    }

    /// The reference.
    static Bench reference() {
        return new Bench(Subject.current().reference().processor());
    }

    Bench with(int number, long value) {
        registers[number] = value;
        return this;
    }

    Bench withFlags(long value) {
        rflags = value;
        return this;
    }

    /// Executes one instruction as the machine does: rip is behind it, and what faults is raised.
    Bench execute(Instruction instruction) {
        rip = BEGIN + instruction.length();
        try {
            part.execute(instruction);
        } catch (Fault fault) {
            vector = fault.vector();
            error = fault.error();
        }
        last = Names.instruction(instruction);
        tell("%s: %s", last, this);
        return this;
    }

    Bench registerIs(int number, long expected) {
        return expect(
                Rules.REGISTER,
                registers[number] == expected,
                "after %s, %s is %#x".formatted(last, Names.register(number), registers[number]),
                "leaves %#x there".formatted(expected));
    }

    Bench memoryIs(long at, int bytes, long expected) {
        return expect(
                Rules.REGISTER,
                load(at, bytes) == expected,
                "after %s, %#x stands at %#x".formatted(last, load(at, bytes), at),
                "leaves %#x there".formatted(expected));
    }

    Bench flagsAre(String expected) {
        return expect(
                Rules.FLAG,
                Names.flags(rflags).equals(expected),
                "after %s, %s set".formatted(last, Names.flags(rflags)),
                "sets " + expected);
    }

    Bench ripIs(long expected) {
        return expect(
                Rules.RIP,
                rip == expected && vector < 0,
                "after %s at %#x, rip is %#x".formatted(last, BEGIN, rip),
                "goes on at %#x".formatted(expected));
    }

    /// Tells what happens, where a case is repeated for somebody to read.
    static void tell(String format, Object... values) {
        if (Subject.current().isReplay()) {
            Subject.current().steps().add(format.formatted(values));
        }
    }

    Bench expect(Rule rule, boolean holds, String you, String wanted) {
        require(rule, holds, you, wanted);
        return this;
    }

    static void require(Rule rule, boolean holds, String you, String wanted) {
        if (!holds) {
            throw new CheckFailed(rule, you, "a processor " + wanted);
        }
    }

    /// Everything but rip and what was delivered, to compare.
    String state() {
        return Arrays.toString(registers) + rflags + Arrays.hashCode(memory);
    }

    @Override
    public String toString() {
        StringBuilder said = new StringBuilder("rip %#x, %s".formatted(rip, Names.flags(rflags)));
        for (int i = 0; i < registers.length; i++) {
            if (registers[i] != 0x1111_1111_1111_1111L * (i + 1)) {
                said.append(", %s %#x".formatted(Names.register(i), registers[i]));
            }
        }
        return said.toString();
    }

    @Override
    public long register(int number) {
        return registers[number];
    }

    @Override
    public void setRegister(int number, long value) {
        registers[number] = value;
    }

    @Override
    public long flags() {
        return rflags;
    }

    @Override
    public void setFlags(long value) {
        rflags = value;
    }

    @Override
    public Vaddr begin() {
        return new Vaddr(BEGIN);
    }

    @Override
    public Vaddr rip() {
        return new Vaddr(rip);
    }

    @Override
    public void setRip(Vaddr target) {
        if (!target.isCanonical()) {
            throw new Fault().of(Fault.GP);
        }
        rip = target.value();
    }

    @Override
    public long read(Vaddr at, int bytes) {
        reach(at, bytes, READABLE + 4096, 0);
        return load(at.value(), bytes);
    }

    @Override
    public long readForWrite(Vaddr at, int bytes) {
        reach(at, bytes, READABLE, WRITES);
        return load(at.value(), bytes);
    }

    @Override
    public void write(Vaddr at, int bytes, long value) {
        reach(at, bytes, READABLE, WRITES);
        for (int i = 0; i < bytes; i++) {
            memory[(int) (at.value() - WRITABLE) + i] = (byte) (value >>> 8 * i);
        }
    }

    long load(long at, int bytes) {
        long value = 0;
        for (int i = bytes - 1; i >= 0; i--) {
            value = value << 8 | memory[(int) (at - WRITABLE) + i] & 0xff;
        }
        return value;
    }

    /// Faults unless all bytes lie from the first page on and below `end`.
    private static void reach(Vaddr at, int bytes, long end, int how) {
        if (!at.isCanonical()) {
            throw new Fault().of(Fault.GP);
        }
        for (long each = at.value(); each < at.value() + bytes; each++) {
            if (each < WRITABLE || each >= end) {
                boolean isThere = each >= WRITABLE && each < ABSENT;
                throw pageFault(how | USER | (isThere ? PRESENT : 0));
            }
        }
    }

    private static Fault pageFault(int error) {
        return new Fault().of(Fault.PF, error);
    }

    @Override
    public void deliver(int newVector, int newError) {
        vector = newVector;
        error = newError;
        throw new Fault().of(newVector, newError);
    }

    /// An operand in memory: base + displacement.
    static Operand.Memory at(int base, long displacement) {
        return new Operand.Memory(base, Operand.Memory.ABSENT, 1, displacement);
    }

    static Operand.Register reg(int number) {
        return new Operand.Register(number);
    }
}
