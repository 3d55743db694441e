package io.xenarium.machine.code;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.xenarium.machine.code.Operand.Bank;

import org.junit.jupiter.api.Test;

import java.util.HexFormat;
import java.util.Random;

final class DecoderTest {
    private final Decoder decoder = new Decoder();

    @Test
    void operandsComeInIntelsOrder() {
        Instruction add = decode("48 03 44 cb 10");
        assertEquals(Op.ADD, add.op());
        assertEquals(8, add.operandBytes());
        assertEquals(new Operand.Register(Bank.GPR, 0, 8), add.operand(0));
        assertEquals(new Operand.Memory(3, 3, 1, 8, 0x10, 8), add.operand(1));
    }

    @Test
    void rexMakesSplOutOfAh() {
        assertEquals(new Operand.Register(Bank.GPR_HIGH, 0, 1), decode("88 e0").operand(1));
        assertEquals(new Operand.Register(Bank.GPR, 4, 1), decode("40 88 e0").operand(1));
    }

    @Test
    void rexCountsOnlyDirectlyBeforeTheOpcode() {
        Instruction spoiled = decode("48 66 89 c8");
        assertEquals(2, spoiled.operandBytes());
        assertFalse(spoiled.has(Instruction.REX));
        assertEquals(8, decode("66 48 89 c8").operandBytes());
    }

    @Test
    void theLastRepeatPrefixSelectsTheInstruction() {
        assertEquals(Op.MOVSD, decode("f3 f2 0f 10 c1").op());
        assertEquals(Op.MOVSS, decode("66 f2 f3 0f 10 c1").op());
        assertEquals(Op.MOVUPD, decode("66 0f 10 c1").op());
        assertEquals(Op.MOVUPS, decode("0f 10 c1").op());
    }

    @Test
    void inLongModeOnlyFsAndGsOverrideTheSegment() {
        assertEquals(4, memory(decode("64 8b 00")).segment());
        assertEquals(4, memory(decode("64 26 8b 00")).segment());
        assertEquals(3, memory(decode("26 8b 00")).segment());
        assertEquals(0, memory(decode("26 8b 00", Mode.PROTECTED_32)).segment());
    }

    @Test
    void theStackPointerAsBaseMeansTheStackSegment() {
        assertEquals(2, memory(decode("8b 04 24")).segment());
        assertEquals(2, memory(decode("8b 45 00")).segment());
        assertEquals(3, memory(decode("41 8b 45 00")).segment());
        assertEquals(2, memory(decode("8b 42 00", Mode.PROTECTED_16)).segment());
    }

    @Test
    void modZeroWithFiveIsRelativeToRipInLongModeOnly() {
        assertEquals(Operand.RIP, memory(decode("8b 05 10 00 00 00")).base());
        assertEquals(Operand.NONE, memory(decode("8b 05 10 00 00 00", Mode.PROTECTED_32)).base());
    }

    @Test
    void addressesOf16BitsHaveTheirOwnForms() {
        Instruction load = decode("8b 40 fe", Mode.PROTECTED_16);
        assertEquals(new Operand.Memory(3, 3, 6, 1, -2, 2), load.operand(1));
        assertEquals(2, load.addressBytes());
    }

    @Test
    void constantsAreExtendedAsTheInstructionDoesIt() {
        assertEquals(new Operand.Immediate(-1, 1), decode("48 83 c0 ff").operand(1));
        assertEquals(new Operand.Immediate(-1, 4), decode("48 05 ff ff ff ff").operand(1));
        assertEquals(new Operand.Immediate(0xff, 1), decode("e4 ff").operand(1));
        assertEquals(
                new Operand.Immediate(0x1122334455667788L, 8),
                decode("48 b8 88 77 66 55 44 33 22 11").operand(1));
    }

    @Test
    void conditionsComeFromTheOpcode() {
        assertEquals(5, decode("75 00").condition());
        assertEquals(15, decode("0f 4f c1").condition());
        assertEquals(-1, decode("90").condition());
    }

    @Test
    void lockIsForStoresOfSomeInstructions() {
        assertFalse(decode("f0 01 08").isUndefined());
        assertTrue(decode("f0 01 c8").isUndefined(), "register destination");
        assertTrue(decode("f0 03 08").isUndefined(), "memory is the source");
        assertTrue(decode("f0 89 08").isUndefined(), "mov");
        assertTrue(decode("f0 39 08").isUndefined(), "cmp");
        assertFalse(decode("f0 0f c7 08").isUndefined(), "cmpxchg8b");
    }

    @Test
    void whatNoProcessorHasIsUndefined() {
        assertTrue(decode("8e c8").isUndefined(), "mov to cs");
        assertTrue(decode("8e f0").isUndefined(), "no seventh segment register");
        assertTrue(decode("0f 20 c8").isUndefined(), "cr1");
        assertFalse(decode("44 0f 20 c0").isUndefined(), "cr8");
        assertTrue(decode("44 0f 21 c0").isUndefined(), "dr8");
        assertEquals(Op.INVALID, decode("c5 f8 77").op(), "AVX");
        assertEquals(Op.INVALID, decode("8d c0").op(), "lea of a register");
    }

    @Test
    void someInstructionsAreGoneInLongMode() {
        for (String code : new String[] {"27", "37", "60", "ce", "d4 0a", "06", "82 c0 01"}) {
            assertEquals(Op.INVALID, decode(code).op(), code);
            assertFalse(decode(code, Mode.PROTECTED_32).isUndefined(), code);
        }
        assertEquals(Op.INC, decode("40", Mode.PROTECTED_32).op());
        assertEquals(Op.ARPL, decode("63 c8", Mode.PROTECTED_32).op());
        assertEquals(Op.MOVSXD, decode("63 c8").op());
        assertEquals(Op.INVALID, decode("0f 01 f8", Mode.PROTECTED_32).op(), "swapgs");
    }

    @Test
    void stackInstructionsHave64BitsWithoutRex() {
        assertEquals(8, decode("50").operandBytes());
        assertEquals(2, decode("66 50").operandBytes());
        assertEquals(8, decode("ff d0").operandBytes());
        assertEquals(8, decode("66 c3").operandBytes(), "near branches ignore 66, as Intel's do");
        assertEquals(4, decode("50", Mode.PROTECTED_32).operandBytes());
    }

    @Test
    void fifteenBytesAreAllowedAndNotOneMore() {
        String thirteen = "66 ".repeat(13);
        assertEquals(15, decode(thirteen + "89 c8").length());
        assertEquals(Op.TOO_LONG, decode(thirteen + "66 89 c8").op());
    }

    @Test
    void everyBeginningOfAnInstructionIsTruncated() {
        byte[] code = HexFormat.of().parseHex("6548818424785634120efecdab".toLowerCase());
        for (int available = 0; available < 13; available++) {
            Instruction part = decoder.decode(code, 0, available, Mode.LONG);
            assertEquals(Op.TRUNCATED, part.op(), "with " + available + " bytes");
        }
        assertEquals(13, decoder.decode(code, 0, 13, Mode.LONG).length());
    }

    @Test
    void anyBytesHaveAnAnswerAndOneThatReadsNothingBehindIt() {
        Random random = new Random(1);
        byte[] code = new byte[64];
        for (int i = 0; i < 200_000; i++) {
            random.nextBytes(code);
            Mode mode = Mode.values()[i % Mode.values().length];
            Instruction whole = decoder.decode(code, 20, 20, mode);
            assertTrue(whole.length() >= 1 && whole.length() <= Decoder.MAX_BYTES);
            if (whole.op() != Op.INVALID && whole.op() != Op.TOO_LONG) {
                assertEquals(whole, decoder.decode(code, 20, whole.length(), mode));
                Instruction part = decoder.decode(code, 20, whole.length() - 1, mode);
                assertEquals(Op.TRUNCATED, part.op());
            }
            Disassembler.att(whole, code, 20, mode, 0);
            Disassembler.intel(whole, mode, 0);
        }
    }

    private Instruction decode(String hex) {
        return decode(hex, Mode.LONG);
    }

    private Instruction decode(String hex, Mode mode) {
        byte[] code = HexFormat.of().parseHex(hex.replace(" ", ""));
        return decoder.decode(code, 0, code.length, mode);
    }

    private static Operand.Memory memory(Instruction instruction) {
        return (Operand.Memory) instruction.operands().getLast();
    }
}
