package io.xenarium.lab01.check;

import static io.xenarium.lab01.check.Bench.at;
import static io.xenarium.lab01.check.Bench.reg;
import static io.xenarium.lab01.check.Bench.require;

import io.xenarium.lab.Tier;
import io.xenarium.parts.Processor.Instruction;
import io.xenarium.parts.Processor.Operand;
import io.xenarium.parts.Processor.Operation;
import io.xenarium.parts.Processor.Rflags;
import io.xenarium.parts.Processor.Vector;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// The first tier: what each method says when it is asked alone. What is expected was recorded on a
/// real processor, or stands in its manual.
@Tier(1)
public final class T1Contract {
    private static final int RAX = 0;
    private static final int RBX = 3;
    private static final int RSP = 4;
    private static final int RBP = 5;

    @Test
    @Tag("01.1")
    void resultsAreThoseOfARealProcessor() {
        Bench bench = Bench.mine();
        for (Silicon recorded : Silicon.cases()) {
            long result = bench.part.execAlu(recorded.what());
            String name = Names.calculation(recorded.what());
            Bench.tell("%s said %#x", name, result);
            require(
                    Rules.RESULT,
                    result == recorded.result(),
                    "%s is %#x".formatted(name, result),
                    "says %#x".formatted(recorded.result()));
        }
    }

    @Test
    @Tag("01.2")
    void flagsAreThoseOfARealProcessor() {
        Bench bench = Bench.mine();
        for (Silicon recorded : Silicon.cases()) {
            long carry = recorded.what().carry() ? Rflags.CF : 0;
            long others = Rflags.ARITHMETIC & ~Rflags.CF;
            flagsAre(bench, recorded, Bench.PLAIN_FLAGS | carry);
            flagsAre(bench, recorded, Bench.PLAIN_FLAGS | carry | others);
        }
    }

    private static void flagsAre(Bench bench, Silicon recorded, long before) {
        long after = bench.part.updateFlags(recorded.what(), recorded.result(), before);
        String name = Names.calculation(recorded.what());
        Bench.tell("after %s: %s", name, Names.flags(after));
        String wrong = Names.difference(after, recorded.flags());
        boolean isKept =
                wrong.equals("CF")
                        && (recorded.what().operation() == Operation.INC
                                || recorded.what().operation() == Operation.DEC);
        require(
                isKept ? Rules.KEPT : Rules.FLAG,
                wrong.isEmpty(),
                "after %s, %s is wrong: %s set"
                        .formatted(name, wrong, Names.flags(after).replace("no flag", "nothing")),
                "has %s set".formatted(Names.flags(recorded.flags())));
    }

    @Test
    @Tag("01.2")
    void flagsThatAreNotArithmeticStayAsTheyWere() {
        Bench bench = Bench.mine();
        long before = 0x40f02 & ~Rflags.ARITHMETIC;
        for (Silicon recorded : Silicon.cases()) {
            long after = bench.part.updateFlags(recorded.what(), recorded.result(), before);
            Bench.tell("rflags %#x became %#x", before, after);
            require(
                    Rules.KEPT,
                    (after & ~Rflags.ARITHMETIC) == before,
                    "%s turned rflags %#x into %#x"
                            .formatted(Names.calculation(recorded.what()), before, after),
                    "leaves the interrupt flag and all the others as they were");
        }
    }

    @Test
    @Tag("01.2")
    void conditionsAskTheRightFlags() {
        Bench bench = Bench.mine();
        Map<String, String> holding = new TreeMap<>();
        holding.put("", "no ae ne a ns np ge g");
        holding.put("CF", "no b ne be ns np ge g");
        holding.put("ZF", "no ae e be ns np ge le");
        holding.put("SF", "no ae ne a s np l le");
        holding.put("OF", "o ae ne a ns np l le");
        holding.put("PF", "no ae ne a ns p ge g");
        holding.put("SF OF", "o ae ne a s np ge g");
        holding.put("CF ZF", "no b e be ns np ge le");
        holding.forEach((set, expected) -> {
            long rflags = Bench.PLAIN_FLAGS;
            for (String flag : set.isEmpty() ? new String[0] : set.split(" ")) {
                rflags |= Names.flag(flag);
            }
            for (int condition = 0; condition < 16; condition++) {
                conditionIs(bench, condition, rflags, List.of(expected.split(" ")));
            }
        });
    }

    private static void conditionIs(Bench bench, int number, long rflags, List<String> holding) {
        String name = Names.CONDITIONS.get(number);
        boolean holds = bench.part.holds(number, rflags);
        Bench.tell("with %s, `%s` %s", Names.flags(rflags), name, holds ? "holds" : "does not");
        require(
                Rules.CONDITION,
                holds == holding.contains(name),
                "with %s set, condition `%s` (%d) %s"
                        .formatted(
                                Names.flags(rflags),
                                name,
                                number,
                                holds ? "holds" : "does not hold"),
                holds ? "does not jump there" : "jumps there");
    }

    @Test
    @Tag("01.3")
    void addressesAreTheSumOfWhatThereIs() {
        int none = Operand.Memory.ABSENT;
        Bench bench = Bench.mine().with(RBX, 0x1000).with(1, 0x10).with(12, 0x20);
        bench.rip = 0x401007;
        addressIs(bench, new Operand.Memory(RBX, none, 1, 0), 0x1000);
        addressIs(bench, new Operand.Memory(RBX, none, 1, -8), 0xff8);
        addressIs(bench, new Operand.Memory(RBX, 1, 4, 2), 0x1042);
        addressIs(bench, new Operand.Memory(none, 12, 8, 0x100), 0x200);
        addressIs(bench, new Operand.Memory(none, none, 1, -4096), -4096);
        addressIs(bench, new Operand.Memory(Operand.Memory.RIP, none, 1, 0x20), 0x401027);
        bench.with(RBX, -1);
        addressIs(bench, new Operand.Memory(RBX, 1, 1, 1), 0x10);
    }

    private static void addressIs(Bench bench, Operand.Memory place, long expected) {
        long address = bench.part.effectiveAddress(place).value();
        String name = Names.operand(place);
        Bench.tell("%s is %#x", name, address);
        require(
                Rules.ADDRESS,
                address == expected,
                "effectiveAddress(%s) is %#x, with %s".formatted(name, address, bench),
                "goes to %#x".formatted(expected));
    }

    @Test
    @Tag("01.4")
    void registerFormsAreDecoded() {
        decodes("48 89 f7", "mov64 rdi, rsi, 3 bytes");
        decodes("31 ed", "xor32 rbp, rbp, 2 bytes");
        decodes("4d 01 f8", "add64 r8, r15, 3 bytes");
        decodes("44 8b d9", "mov32 r11, rcx, 3 bytes");
        decodes("66 29 c2", "sub16 rdx, rax, 3 bytes");
        decodes("85 c0", "test32 rax, rax, 2 bytes");
        decodes("41 57", "push64 r15, 2 bytes");
        decodes("5d", "pop64 rbp, 1 byte");
        decodes("66 50", "push16 rax, 2 bytes");
        decodes("41 ff c4", "inc32 r12, 3 bytes");
        decodes("48 ff cb", "dec64 rbx, 3 bytes");
        decodes("cc", "breakpoint, 1 byte");
        decodes("0f 0b", "undefined, 2 bytes");
    }

    @Test
    @Tag("01.4")
    void constantsAndDistancesKeepTheirSign() {
        decodes("48 83 c4 10", "add64 rsp, 0x10, 4 bytes");
        decodes("48 83 e4 f0", "and64 rsp, -0x10, 4 bytes");
        decodes("48 81 ec 00 10 00 00", "sub64 rsp, 0x1000, 7 bytes");
        decodes("66 81 f9 ff 7f", "cmp16 rcx, 0x7fff, 5 bytes");
        decodes("b8 17 00 00 00", "mov32 rax, 0x17, 5 bytes");
        decodes("49 b8 88 77 66 55 44 33 22 91", "mov64 r8, -0x6eddccbbaa998878, 10 bytes");
        decodes("48 c7 c0 ff ff ff ff", "mov64 rax, -0x1, 7 bytes");
        decodes("75 fe", "jump if ne -0x2, 2 bytes");
        decodes("eb 7f", "jump 0x7f, 2 bytes");
        decodes("e9 00 ff ff ff", "jump -0x100, 5 bytes");
        decodes("0f 8c 10 00 00 00", "jump if l 0x10, 6 bytes");
    }

    @Test
    @Tag("01.4")
    void memoryFormsAreDecoded() {
        decodes("8b 03", "mov32 rax, [rbx], 2 bytes");
        decodes("48 89 45 f8", "mov64 [rbp-0x8], rax, 4 bytes");
        decodes("48 8b 84 8b 00 01 00 00", "mov64 rax, [rbx+rcx*4+0x100], 8 bytes");
        decodes("48 8d 25 00 40 00 00", "lea64 rsp, [rip+0x4000], 7 bytes");
        decodes("48 8b 04 24", "mov64 rax, [rsp], 4 bytes");
        decodes("8b 04 25 f0 ff ff ff", "mov32 rax, [-0x10], 7 bytes");
        decodes("4a 8d 04 e5 00 00 00 00", "lea64 rax, [r12*8], 8 bytes");
        decodes("41 8b 45 00", "mov32 rax, [r13], 4 bytes");
        decodes("41 8b 04 24", "mov32 rax, [r12], 4 bytes");
        decodes("41 8b 05 08 00 00 00", "mov32 rax, [rip+0x8], 7 bytes");
        decodes("83 44 24 08 ff", "add32 [rsp+0x8], -0x1, 5 bytes");
        decodes("c7 05 10 00 00 00 2a 00 00 00", "mov32 [rip+0x10], 0x2a, 10 bytes");
        decodes("48 39 1c 0a", "cmp64 [rdx+rcx*1], rbx, 4 bytes");
    }

    @Test
    @Tag("01.4")
    void aRexCountsOnlyBeforeTheOpcode() {
        decodes("66 48 01 c0", "add64 rax, rax, 4 bytes");
        decodes("48 66 01 c0", "add16 rax, rax, 4 bytes");
        decodes("41 48 01 c0", "add64 rax, rax, 4 bytes");
        decodes("66 66 01 c0", "add16 rax, rax, 4 bytes");
    }

    @Test
    @Tag("01.4")
    void whatIsNotOursIsLeftToTheMachine() {
        for (String code :
                List.of(
                        "90",
                        "0f a2",
                        "f3 48 a5",
                        "00 c0",
                        "c3",
                        "e8 00 00 00 00",
                        "ff d0",
                        "c7 f8 00 00 00 00",
                        "8d c0",
                        "0f af c1",
                        "f0 01 03",
                        "65 8b 03",
                        "0f 05")) {
            decodes(code, "left to the machine");
        }
    }

    private static void decodes(String hex, String expected) {
        int[] bytes = Bytes.parse(hex);
        Instruction read = Bytes.of(bytes).decodedBy(Bench.mine().part);
        String words = Names.instruction(read);
        require(
                Rules.DECODING,
                words.equals(expected),
                "decode(%s) said `%s`".formatted(hex, words),
                "reads `%s`".formatted(expected));
    }

    @Test
    @Tag("01.5")
    void aResultGoesIntoItsRegister() {
        Instruction add =
                new Instruction(Operation.ADD, 8, reg(RAX), new Operand.Constant(-1), 0, 4);
        Bench.mine().with(RAX, 5).execute(add).registerIs(RAX, 4).flagsAre("CF AF");
        Instruction compare = new Instruction(Operation.CMP, 8, reg(RAX), reg(RBX), 0, 3);
        Bench seven = Bench.mine().with(RAX, 7).with(RBX, 7);
        seven.execute(compare).registerIs(RAX, 7).flagsAre("PF ZF");
        Instruction carried = new Instruction(Operation.ADC, 8, reg(RAX), reg(RBX), 0, 3);
        Bench one = Bench.mine().with(RAX, 1).with(RBX, 1).withFlags(Bench.PLAIN_FLAGS | Rflags.CF);
        one.execute(carried).registerIs(RAX, 3);
    }

    @Test
    @Tag("01.5")
    void thirtyTwoBitsClearTheUpperHalfAndSixteenKeepTheRest() {
        long all = 0xaaaa_bbbb_cccc_ddddL;
        Instruction wide = new Instruction(Operation.MOV, 4, reg(RAX), reg(RBX), 0, 2);
        Bench.mine().with(RAX, -1).with(RBX, all).execute(wide).registerIs(RAX, 0xcccc_ddddL);
        Instruction word = new Instruction(Operation.MOV, 2, reg(RAX), reg(RBX), 0, 3);
        Bench.mine().with(RAX, 0).with(RBX, all).execute(word).registerIs(RAX, 0xddddL);
        Bench kept = Bench.mine().with(RAX, all).with(RBX, 1);
        kept.execute(word).registerIs(RAX, 0xaaaa_bbbb_cccc_0001L);
        Instruction less = new Instruction(Operation.DEC, 4, reg(RAX), Operand.NONE, 0, 2);
        Bench.mine().with(RAX, 0).execute(less).registerIs(RAX, 0xffff_ffffL);
    }

    @Test
    @Tag("01.5")
    void memoryIsReadAndWritten() {
        Instruction add = new Instruction(Operation.ADD, 4, at(RBX, 8), reg(RAX), 0, 3);
        Bench bench = Bench.mine().with(RBX, Bench.WRITABLE).with(RAX, 0x1_0000_0001L);
        long before = bench.load(Bench.WRITABLE + 8, 4);
        long behind = bench.load(Bench.WRITABLE + 12, 4);
        bench.execute(add);
        bench.memoryIs(Bench.WRITABLE + 8, 4, before + 1).memoryIs(Bench.WRITABLE + 12, 4, behind);
        Instruction lea = new Instruction(Operation.LEA, 8, reg(RAX), at(RBX, -8), 0, 4);
        bench.with(RBX, Bench.ABSENT).execute(lea).registerIs(RAX, Bench.ABSENT - 8);
    }

    @Test
    @Tag("01.5")
    void theStackGrowsDownwards() {
        long top = Bench.WRITABLE + 64;
        Instruction push = new Instruction(Operation.PUSH, 8, Operand.NONE, reg(RSP), 0, 1);
        Bench pushed = Bench.mine().with(RSP, top).execute(push);
        pushed.registerIs(RSP, top - 8).memoryIs(top - 8, 8, top);
        Instruction pop = new Instruction(Operation.POP, 8, reg(RBP), Operand.NONE, 0, 1);
        Bench popped = Bench.mine().with(RSP, top);
        long value = popped.load(top, 8);
        popped.execute(pop).registerIs(RBP, value).registerIs(RSP, top + 8);
        Instruction self = new Instruction(Operation.POP, 8, reg(RSP), Operand.NONE, 0, 1);
        Bench.mine().with(RSP, top).execute(self).registerIs(RSP, value);
    }

    @Test
    @Tag("01.5")
    void jumpsGoFromTheNextInstruction() {
        Operand back = new Operand.Constant(-2);
        Bench.mine()
                .execute(new Instruction(Operation.JUMP, 8, Operand.NONE, back, 0, 2))
                .ripIs(Bench.BEGIN);
        Operand ahead = new Operand.Constant(0x10);
        Instruction ifZero = new Instruction(Operation.JUMP_IF, 8, Operand.NONE, ahead, 4, 2);
        Bench.mine().execute(ifZero).ripIs(Bench.BEGIN + 2);
        Bench zero = Bench.mine().withFlags(Bench.PLAIN_FLAGS | Rflags.ZF);
        zero.execute(ifZero).ripIs(Bench.BEGIN + 0x12);
    }

    @Test
    @Tag("01.5")
    void whatFaultsHasChangedNothing() {
        Bench bench = Bench.mine().with(RSP, Bench.READABLE + 8).with(RBX, Bench.READABLE - 2);
        Operand.Memory readOnly = at(RSP, 0);
        Operand.Memory straddling = at(RBX, 0);
        leavesAlone(bench, new Instruction(Operation.PUSH, 8, Operand.NONE, reg(RAX), 0, 1));
        leavesAlone(bench, new Instruction(Operation.ADD, 4, readOnly, reg(RAX), 0, 3));
        leavesAlone(bench, new Instruction(Operation.INC, 8, straddling, Operand.NONE, 0, 3));
        leavesAlone(bench, new Instruction(Operation.MOV, 8, straddling, reg(RAX), 0, 3));
        leavesAlone(
                bench.with(RSP, Bench.ABSENT - 4),
                new Instruction(Operation.POP, 8, reg(RSP), Operand.NONE, 0, 1));
    }

    private static void leavesAlone(Bench bench, Instruction instruction) {
        String before = bench.state();
        bench.vector = -1;
        bench.execute(instruction);
        String words = Names.instruction(instruction);
        require(
                Rules.PRECISE,
                bench.vector == Vector.PF,
                words + " went on over a page that does not allow it",
                "faults there");
        require(
                Rules.PRECISE,
                bench.state().equals(before),
                words + " faulted and left " + bench,
                "leaves registers, flags and memory as they were");
    }

    @Test
    @Tag("01.5")
    void whatWillBeWrittenIsAskedForAsAWrite() {
        Instruction add = new Instruction(Operation.ADD, 4, at(RBX, 0), reg(RAX), 0, 2);
        Bench bench = Bench.mine().with(RBX, Bench.ABSENT).execute(add);
        require(
                Rules.EXCEPTION,
                bench.error == 6,
                "%s on an absent page faulted with error code %d"
                        .formatted(Names.instruction(add), bench.error),
                "says 6: a user's write, since the kernel has to know that a write will come");
    }

    @Test
    @Tag("01.6")
    void aFaultPointsAtItsInstructionAndATrapBehindIt() {
        raises(Vector.UD, 0, Bench.BEGIN, 0);
        raises(Vector.BP, 0, Bench.BEGIN + 2, 0);
        raises(Vector.OF, 0, Bench.BEGIN + 2, 0);
        raises(Vector.PF, 7, Bench.BEGIN, 7);
        raises(Vector.GP, 0x18, Bench.BEGIN, 0x18);
    }

    @Test
    @Tag("01.6")
    void onlySomeExceptionsHaveAnErrorCode() {
        raises(Vector.UD, 5, Bench.BEGIN, 0);
        raises(Vector.BP, 5, Bench.BEGIN + 2, 0);
        raises(0, 5, Bench.BEGIN, 0);
        raises(12, 5, Bench.BEGIN, 5);
    }

    private static void raises(int vector, int error, long rip, int expectedError) {
        Bench bench = Bench.mine();
        bench.rip = Bench.BEGIN + 2;
        String state = bench.state();
        try {
            bench.part.raise(vector, error);
        } catch (io.xenarium.machine.cpu.Fault _) {
            Bench.tell("raise(%d, %d): %s, error %d", vector, error, bench, bench.error);
        }
        String name = "raise(%d, %d)".formatted(vector, error);
        require(
                Rules.EXCEPTION,
                bench.vector == vector,
                name + (bench.vector < 0 ? " delivered nothing" : " delivered " + bench.vector),
                "delivers exception %d and does not come back".formatted(vector));
        require(
                Rules.RIP,
                bench.rip == rip,
                "%s delivered with rip %#x; the instruction begins at %#x"
                        .formatted(name, bench.rip, Bench.BEGIN),
                "has rip at %#x then".formatted(rip));
        require(
                Rules.EXCEPTION,
                bench.error == expectedError,
                "%s delivered error code %d".formatted(name, bench.error),
                "delivers %d".formatted(expectedError));
        require(
                Rules.PRECISE,
                bench.state().equals(state),
                name + " changed a register",
                "does not");
    }
}
