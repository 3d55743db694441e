package io.xenarium.lab01.check;

import static io.xenarium.lab01.check.Bench.require;

import io.xenarium.lab.Tier;
import io.xenarium.machine.Dice;
import io.xenarium.machine.Memory;
import io.xenarium.machine.cpu.Registers;
import io.xenarium.parts.Processor;
import io.xenarium.parts.Processor.Calculation;
import io.xenarium.parts.Processor.Instruction;
import io.xenarium.parts.Processor.Operand;
import io.xenarium.parts.Processor.Operation;
import io.xenarium.parts.Processor.Rflags;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import java.util.List;

/// The fifth tier: code that means harm. It is not made by a compiler, ends where a page ends, has
/// too many prefixes, and reaches for addresses that are not there.
@Tier(5)
public final class T5Hostile {
    private static final int STORM = 20_000;
    private static final int MOST_BYTES = Processor.MAX_BYTES;
    private static final int RBX = 3;

    /// Instructions that reach for memory at rbx, rbp or rsp.
    private static final List<String> REACHING =
            List.of(
                    "01 03",
                    "48 03 03",
                    "48 ff 03",
                    "66 ff 0b",
                    "48 89 03",
                    "48 8b 03",
                    "48 39 03",
                    "83 03 01",
                    "c7 03 01 00 00 00",
                    "50",
                    "58",
                    "5c",
                    "54",
                    "48 8b 5b 08",
                    "48 01 1b",
                    "48 03 5d 00",
                    "48 8d 03");

    private static final long[] BAD_PLACES = {
        Twin.DATA - 1,
        Twin.READ_ONLY - 2,
        Twin.READ_ONLY + 8,
        Twin.ABSENT - 3,
        Twin.ABSENT,
        Twin.NOT_CANONICAL - 4,
        Twin.NOT_CANONICAL,
        Long.MIN_VALUE,
        -1,
        0
    };

    @Test
    @Tag("01.1")
    void nothingStandsAboveTheSizeOfTheOperand() {
        Processor part = Bench.mine().part;
        for (Operation operation :
                List.of(Operation.values()).subList(0, Operation.MOV.ordinal())) {
            for (int bytes = 2; bytes <= 8; bytes *= 2) {
                long mask = -1L >>> 64 - 8 * bytes;
                Calculation what = new Calculation(operation, bytes, 0, mask, true);
                long result = part.execAlu(what);
                Bench.tell("%s said %#x", Names.calculation(what), result);
                require(
                        Rules.RESULT,
                        (result & ~mask) == 0,
                        "%s is %#x".formatted(Names.calculation(what), result),
                        "has no bits above bit %d of it".formatted(8 * bytes - 1));
            }
        }
    }

    @Test
    @Tag("01.2")
    void noFlagOfTheSystemCanBeReached() {
        Processor part = Bench.mine().part;
        Dice dice = new Dice(52);
        for (int i = 0; i < 500; i++) {
            long before = dice.next() & 0x3f_ffff | 2;
            long a = dice.next();
            long b = dice.next();
            Calculation what = new Calculation(Operation.ADC, 8, a, b, (before & 1) != 0);
            long after = part.updateFlags(what, a + b + (before & 1), before);
            Bench.tell("rflags %#x became %#x", before, after);
            require(
                    Rules.KEPT,
                    ((before ^ after) & ~Rflags.ARITHMETIC) == 0,
                    "%s turned rflags %#x into %#x"
                            .formatted(Names.calculation(what), before, after),
                    "never lets arithmetic reach the interrupt flag or the I/O privilege");
        }
    }

    @Test
    @Tag("01.3")
    void addressesWrapAround() {
        Bench bench = Bench.mine().with(RBX, Long.MAX_VALUE).with(1, Long.MIN_VALUE);
        Operand.Memory place = new Operand.Memory(RBX, 1, 8, 1);
        long address = bench.part.effectiveAddress(place).value();
        Bench.tell("%s is %#x", Names.operand(place), address);
        require(
                Rules.ADDRESS,
                address == Long.MIN_VALUE,
                "effectiveAddress(%s) is %#x".formatted(Names.operand(place), address),
                "adds 64-bit numbers and drops what goes out of the top");
    }

    @Test
    @Tag("01.4")
    void noInstructionHasSixteenBytes() {
        isTooLong("66 66 66 66 66 66 66 66 66 48 81 c0 01 00 00 00");
        isTooLong("66 66 66 66 66 66 66 66 66 66 66 66 66 66 01 c0");
        isTooLong("48 48 48 48 48 48 48 48 48 48 48 48 48 8b 84 8b");
        String most = "66 66 66 66 66 66 66 66 48 81 c0 01 00 00 00";
        Instruction read = Bytes.atPageEnd(Bytes.parse(most)).decodedBy(Bench.mine().part);
        require(
                Rules.DECODING,
                Names.instruction(read).equals("add64 rax, 0x1, 15 bytes"),
                "decode(%s) said `%s`".formatted(most, Names.instruction(read)),
                "takes 15 bytes: `add64 rax, 0x1`");
    }

    private static void isTooLong(String hex) {
        Instruction read = Bytes.of(Bytes.parse(hex)).decodedBy(Bench.mine().part);
        require(
                Rules.DECODING,
                read.operation() == Operation.TOO_LONG,
                "decode(%s) said `%s`".formatted(hex, Names.instruction(read)),
                "gives up at 15 bytes: a general-protection fault");
    }

    @Test
    @Tag("01.4")
    void nothingBehindTheInstructionIsFetched() {
        for (String hex :
                List.of(
                        "31 ed",
                        "8b 03",
                        "48 89 45 f8",
                        "5d",
                        "75 fe",
                        "0f 0b",
                        "cc",
                        "41 57",
                        "48 8d 25 00 40 00 00",
                        "66 81 f9 ff 7f",
                        "8b 04 25 f0 ff ff ff",
                        "ff c0",
                        "83 44 24 08 ff",
                        "8b 04 24",
                        "c7 05 10 00 00 00 2a 00 00 00",
                        "0f 05")) {
            Bytes.atPageEnd(Bytes.parse(hex)).decodedBy(Bench.mine().part);
        }
    }

    @Test
    @Tag("01.4")
    void anyBytesHaveAnAnswer() {
        Processor part = Bench.mine().part;
        Processor reference = Bench.reference().part;
        Dice dice = new Dice(54);
        int[] bytes = new int[MOST_BYTES];
        for (int i = 0; i < STORM; i++) {
            for (int at = 0; at < bytes.length; at++) {
                bytes[at] = dice.below(256);
            }
            Bytes code = Bytes.of(bytes);
            Instruction read = code.decodedBy(part);
            Instruction expected = Bytes.of(bytes).decodedBy(reference);
            Bytes.requireSame(bytes, read, expected);
            require(
                    Rules.FETCH,
                    read.operation() == Operation.OTHER || read.length() == code.taken(),
                    "decode(%s) took %d bytes for an instruction of %d"
                            .formatted(Names.bytes(bytes), code.taken(), read.length()),
                    "takes as many as the instruction has");
        }
    }

    @Test
    @Tag("01.5")
    void aWriteAcrossTwoPagesChangesNeither() {
        Bench bench = Bench.mine().with(RBX, Bench.READABLE - 3);
        String before = bench.state();
        for (Operation operation : List.of(Operation.MOV, Operation.ADD, Operation.XOR)) {
            Instruction store = new Instruction(operation, 8, Bench.at(RBX, 0), Bench.reg(0), 0, 3);
            bench.execute(store);
            require(
                    Rules.PRECISE,
                    bench.state().equals(before),
                    Names.instruction(store) + " faulted and left " + bench,
                    "writes all of it or nothing");
        }
    }

    @Test
    @Tag("01.6")
    void everyBadAddressEndsPrecisely() {
        Duel duel = new Duel();
        for (String hex : REACHING) {
            for (long place : BAD_PLACES) {
                Registers start = new Registers();
                for (int i = 0; i < 16; i++) {
                    start.gpr[i] = place;
                }
                start.rflags = 0x202 | Rflags.CF;
                duel.begin(1);
                duel.add(0, code(hex), start);
                duel.step(0, true);
            }
        }
    }

    @Test
    @Tag("01.6")
    void anInstructionMaySpanTwoPages() {
        Duel duel = new Duel();
        String[] codes = {
            "48 81 c0 01 00 00 00",
            "0f 0b",
            "48 8b 05 00 00 20 00",
            "66 66 66 48 89 c3",
            "66 66 66 66 66 66 66 66 48 81 c0 01 00 00 00 90",
            "75 00",
            "cc"
        };
        for (String hex : codes) {
            byte[] code = code(hex);
            for (int before = 1; before <= code.length; before++) {
                for (int page = 1; page <= 2; page++) {
                    int offset = page * Memory.FRAME_BYTES - before;
                    duel.begin(1);
                    duel.add(offset, fitting(code, offset), new Registers());
                    duel.step(0, true);
                }
            }
        }
    }

    /// As much of the code as lies in the code pages; the rest is not there.
    private static byte[] fitting(byte[] code, int offset) {
        return java.util.Arrays.copyOf(code, Math.min(code.length, Twin.CODE_BYTES - offset));
    }

    private static byte[] code(String hex) {
        int[] parsed = Bytes.parse(hex);
        byte[] code = new byte[parsed.length];
        for (int i = 0; i < code.length; i++) {
            code[i] = (byte) parsed[i];
        }
        return code;
    }
}
