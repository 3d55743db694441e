package io.xenarium.lab01.check;

import static io.xenarium.lab01.check.Bench.require;

import io.xenarium.lab.CheckFailed;
import io.xenarium.lab.Subject;
import io.xenarium.lab.Tier;
import io.xenarium.machine.Dice;
import io.xenarium.machine.cpu.Registers;
import io.xenarium.parts.Processor;
import io.xenarium.parts.Processor.Calculation;
import io.xenarium.parts.Processor.Instruction;
import io.xenarium.parts.Processor.Operand;
import io.xenarium.parts.Processor.Operation;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import java.util.List;

/// The second tier: the same random work for the learner's part and for the reference, or for the
/// machine's own processor, which agrees with silicon; and the first difference.
@Tier(2)
public final class T2LockStep {
    private static final int CALCULATIONS = 2000;
    private static final int DECODINGS = 4000;
    private static final int PROGRAMS = 250;
    private static final int INSTRUCTIONS = 24;
    private static final List<Operation> ARITHMETIC =
            List.of(Operation.values()).subList(0, Operation.MOV.ordinal());

    @Test
    @Tag("01.1")
    void randomResultsAreTheSame() {
        Processor mine = Bench.mine().part;
        Processor reference = Bench.reference().part;
        Dice dice = new Dice(11);
        for (int i = 0; i < CALCULATIONS; i++) {
            Calculation what = calculation(dice);
            long result = mine.execAlu(what);
            long expected = reference.execAlu(what);
            Bench.tell("%s said %#x", Names.calculation(what), result);
            require(
                    Rules.RESULT,
                    result == expected,
                    "%s is %#x".formatted(Names.calculation(what), result),
                    "says %#x".formatted(expected));
        }
    }

    @Test
    @Tag("01.2")
    void randomFlagsAreTheSame() {
        Processor mine = Bench.mine().part;
        Processor reference = Bench.reference().part;
        Dice dice = new Dice(12);
        for (int i = 0; i < CALCULATIONS; i++) {
            Calculation what = calculation(dice);
            long result = reference.execAlu(what);
            long before = 0x202 | dice.next() & 0x8d5;
            long flags = mine.updateFlags(what, result, before);
            long expected = reference.updateFlags(what, result, before);
            Bench.tell("after %s: %s", Names.calculation(what), Names.flags(flags));
            require(
                    Rules.FLAG,
                    flags == expected,
                    "after %s with %s before, %s set"
                            .formatted(
                                    Names.calculation(what),
                                    Names.flags(before),
                                    Names.flags(flags)),
                    "has %s set".formatted(Names.flags(expected)));
        }
    }

    private static Calculation calculation(Dice dice) {
        int bytes = 2 << dice.below(3);
        long mask = -1L >>> 64 - 8 * bytes;
        Operation operation = ARITHMETIC.get(dice.below(ARITHMETIC.size()));
        return new Calculation(
                operation, bytes, value(dice) & mask, value(dice) & mask, dice.below(2) == 0);
    }

    /// Numbers near the ends of things are likely.
    private static long value(Dice dice) {
        long near = dice.below(5) - 2;
        return switch (dice.below(5)) {
            case 0 -> near;
            case 1 -> 0x8000L + near;
            case 2 -> 0x8000_0000L + near;
            case 3 -> Long.MIN_VALUE + near;
            default -> dice.next();
        };
    }

    @Test
    @Tag("01.3")
    void randomAddressesAreTheSame() {
        Dice dice = new Dice(13);
        Bench mine = Bench.mine();
        Bench reference = Bench.reference();
        for (int i = 0; i < CALCULATIONS; i++) {
            int base = dice.below(18) - 1;
            int index = dice.below(17) - 1;
            Operand.Memory place =
                    new Operand.Memory(
                            base,
                            index == 4 ? Operand.Memory.ABSENT : index,
                            1 << dice.below(4),
                            (int) dice.next());
            long address = mine.part.effectiveAddress(place).value();
            long expected = reference.part.effectiveAddress(place).value();
            Bench.tell("%s is %#x", Names.operand(place), address);
            require(
                    Rules.ADDRESS,
                    address == expected,
                    "effectiveAddress(%s) is %#x".formatted(Names.operand(place), address),
                    "goes to %#x".formatted(expected));
        }
    }

    @Test
    @Tag("01.4")
    void randomBytesAreReadTheSame() {
        Processor mine = Bench.mine().part;
        Processor reference = Bench.reference().part;
        for (int seed = 1; seed <= DECODINGS; seed++) {
            int[] bytes = unsigned(new Stream(seed, seed % 4 == 0).code(3));
            Instruction read = Bytes.of(bytes).decodedBy(mine);
            Instruction expected = Bytes.of(bytes).decodedBy(reference);
            Bytes.requireSame(bytes, read, expected);
        }
    }

    private static int[] unsigned(byte[] code) {
        int[] bytes = new int[Math.min(code.length, Processor.MAX_BYTES)];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = code[i] & 0xff;
        }
        return bytes;
    }

    @Test
    @Tag("01.5")
    void instructionsGoTheSameWay() {
        programs(false);
    }

    @Test
    @Tag("01.6")
    void exceptionsComeAtTheSameMoment() {
        programs(true);
    }

    private static void programs(boolean isWild) {
        Subject subject = Subject.current();
        if (subject.isReplay()) {
            program(Integer.parseInt(subject.replayData()), isWild);
            return;
        }
        for (int seed = 1; seed <= PROGRAMS; seed++) {
            try {
                program(seed, isWild);
            } catch (CheckFailed failed) {
                throw failed.seen(new CheckFailed.Again("program " + seed, String.valueOf(seed)));
            }
        }
    }

    private static void program(int seed, boolean isWild) {
        Duel duel = new Duel();
        Stream stream = new Stream(seed, isWild);
        Registers start = new Registers();
        stream.fill(start);
        duel.begin(seed);
        duel.add(0, stream.code(INSTRUCTIONS), start);
        boolean goesOn = true;
        for (int i = 0; i < INSTRUCTIONS && goesOn; i++) {
            goesOn = duel.step(0, isWild);
        }
    }
}
