package io.xenarium.machine.code;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.xenarium.machine.cpu.Exit;
import io.xenarium.machine.cpu.Fault;
import io.xenarium.machine.cpu.Registers;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.ArrayList;
import java.util.List;

/// Every kind of descriptor, of every privilege, in the GDT and in the LDT, under every selector's
/// RPL, at privilege 0 and 3: loads of segment registers, far returns, and questions about
/// descriptors, against what the manual says of each ([PlainDescriptor]).
@ParameterizedClass
@EnumSource
class DescriptorChecksTest {
    private static final long CODE = 0x40_0000;
    private static final int CODE_MFN = 0x100;
    private static final long TABLES = 0x50_0000;
    private static final int TABLES_MFN = 0x110;
    private static final long STACK = 0x60_0000;
    private static final int STACK_MFN = 0x120;
    private static final int LOCAL = 0x400;

    /// Where the descriptor that is asked for stands in its table.
    private static final int ASKED = 0x40;

    /// Where a good stack segment for each privilege stands in the GDT.
    private static final int STACKS = 0x80;

    private static final int TABLE_LIMIT = 0xff;

    /// Where a return leads: within the limit of a segment of 32-bit code.
    private static final long TARGET = 0x1234;

    private final BareMachine machine;
    private final Registers r;
    private final List<String> wrong = new ArrayList<>();

    /// Whether the descriptor asked for is in the LDT.
    private boolean isLocal;

    DescriptorChecksTest(BareMachine.Kind kind) {
        machine = new BareMachine(kind);
        r = machine.registers;
        machine.map(CODE, CODE_MFN, BareMachine.USER_PAGE);
        machine.map(TABLES, TABLES_MFN, BareMachine.USER_PAGE);
        machine.map(STACK, STACK_MFN, BareMachine.USER_PAGE);
        r.gdtBase = TABLES;
        r.gdtLimit = TABLE_LIMIT;
        r.ldtBase = TABLES + LOCAL;
        r.ldtLimit = TABLE_LIMIT;
        for (int privilege = 0; privilege < 4; privilege++) {
            long access = 0xc093 | privilege << 5;
            memory(TABLES_MFN, STACKS + 8 * privilege, access << 40 | 0x000f_0000_0000_ffffL);
        }
    }

    private void memory(int mfn, int offset, long value) {
        machine.memory.setLong(((long) mfn << 12) + offset, value);
    }

    private long descriptorNow() {
        int at = ASKED + (isLocal ? LOCAL : 0);
        return machine.memory.getLong(((long) TABLES_MFN << 12) + at);
    }

    /// What is done with a selector.
    @FunctionalInterface
    private interface Question {
        void ask(PlainDescriptor descriptor, int selector, int cpl);
    }

    /// Asks about every descriptor there can be; about 64-bit code, too, where `sizes` says so.
    private void ask(boolean sizes, Question question) {
        for (int kind = 0; kind < 32 * 4 * 2; kind++) {
            for (int size = 0; size < (sizes ? 4 : 1); size++) {
                int access = kind & 31 | (kind >> 5 & 3) << 5 | (kind >> 7) << 7;
                PlainDescriptor descriptor = new PlainDescriptor(access, sizes ? size : 2);
                for (int choice = 0; choice < 16; choice++) {
                    isLocal = (choice & 4) != 0;
                    memory(TABLES_MFN, ASKED + (isLocal ? LOCAL : 0), descriptor.bits());
                    memory(TABLES_MFN, ASKED + 8 + (isLocal ? LOCAL : 0), 0);
                    question.ask(descriptor, ASKED | choice & 7, (choice & 8) != 0 ? 3 : 0);
                }
            }
        }
        assertEquals(List.of(), wrong.stream().limit(20).toList());
    }

    /// Executes one instruction at privilege `cpl`. Says how it ended.
    private String execute(int cpl, int... bytes) {
        machine.code((long) CODE_MFN << 12, bytes);
        r.setFlat(Registers.CS, 0x30 | cpl, Registers.CODE_64 & ~0x60 | cpl << 5);
        r.setFlat(Registers.SS, STACKS + 8 * cpl | cpl, Registers.DATA_FLAT & ~0x60 | cpl << 5);
        r.cpl = cpl;
        r.rip = CODE;
        Exit exit = machine.run(1);
        return exit instanceof Exit.Fault fault
                ? "#%d(%x)".formatted(fault.vector(), fault.error())
                : "done";
    }

    private void note(String what, PlainDescriptor descriptor, int selector, int cpl, String text) {
        if (!what.equals(text)) {
            wrong.add(
                    "%s, selector %x, cpl %d: %s, but by the manual %s"
                            .formatted(descriptor, selector, cpl, text, what));
        }
    }

    @Test
    void aDataSegmentRegisterTakesWhatTheManualLetsItTake() {
        for (int segment : new int[] {Registers.ES, Registers.DS, Registers.FS, Registers.GS}) {
            ask(
                    false,
                    (descriptor, selector, cpl) -> {
                        r.gpr[Registers.RAX] = 0xabcd_0000L | selector;
                        r.selector[segment] = 0x1234;
                        String ended = execute(cpl, 0x8e, 0xc0 | segment << 3); // mov Sreg, eax
                        String expected = descriptor.asData(selector, cpl);
                        note(expected, descriptor, selector, cpl, ended);
                        checkLoaded(descriptor, segment, selector, ended);
                    });
        }
    }

    @Test
    void theStackSegmentRegisterTakesWhatTheManualLetsItTake() {
        ask(
                false,
                (descriptor, selector, cpl) -> {
                    r.gpr[Registers.RAX] = selector;
                    String ended = execute(cpl, 0x8e, 0xd0); // mov ss, eax
                    note(descriptor.asStack(selector, cpl), descriptor, selector, cpl, ended);
                    checkLoaded(descriptor, Registers.SS, selector, ended);
                });
    }

    /// A load that succeeds takes all of the descriptor and marks it accessed; one that does not
    /// has changed nothing.
    private void checkLoaded(PlainDescriptor asked, int segment, int selector, String ended) {
        boolean isLoaded = ended.equals("done");
        assertEquals(isLoaded ? asked.bits() | 1L << 40 : asked.bits(), descriptorNow(), ended);
        if (isLoaded) {
            assertEquals(selector, r.selector[segment]);
            assertEquals(PlainDescriptor.BASE, r.segmentBase[segment]);
            assertEquals(PlainDescriptor.LIMIT, r.segmentLimit[segment]);
            assertEquals(asked.access() | 1, r.segmentAccess[segment] & 0xff);
        }
    }

    @Test
    void aFarReturnGoesWhereTheManualLetsItGo() {
        ask(
                true,
                (descriptor, selector, cpl) -> {
                    int rpl = selector & 3;
                    memory(STACK_MFN, 0x800, TARGET);
                    memory(STACK_MFN, 0x808, selector);
                    memory(STACK_MFN, 0x818, STACK + 0x900);
                    memory(STACK_MFN, 0x820, STACKS + 8 * rpl | rpl);
                    r.gpr[Registers.RSP] = STACK + 0x800;
                    String ended = execute(cpl, 0x48, 0xca, 8, 0); // lretq $8
                    note(descriptor.asReturn(selector, cpl), descriptor, selector, cpl, ended);
                    checkReturned(selector, cpl, ended, 0x818, 0x908);
                });
    }

    @Test
    void anInterruptReturnGoesWhereTheManualLetsItGo() {
        ask(
                true,
                (descriptor, selector, cpl) -> {
                    int rpl = selector & 3;
                    memory(STACK_MFN, 0x800, TARGET);
                    memory(STACK_MFN, 0x808, selector);
                    memory(STACK_MFN, 0x810, 2);
                    memory(STACK_MFN, 0x818, STACK + 0x900);
                    memory(STACK_MFN, 0x820, STACKS + 8 * rpl | rpl);
                    r.gpr[Registers.RSP] = STACK + 0x800;
                    r.rflags = 2;
                    String ended = execute(cpl, 0x48, 0xcf); // iretq
                    note(descriptor.asReturn(selector, cpl), descriptor, selector, cpl, ended);
                    checkReturned(selector, cpl, ended, 0x900, 0x900);
                });
    }

    /// @param inner where the stack is afterwards if the privilege is the same
    /// @param outer where it is if it is less
    private void checkReturned(int selector, int cpl, String ended, int inner, int outer) {
        boolean isDone = ended.equals("done");
        int rpl = selector & 3;
        long stack = STACK + (!isDone ? 0x800 : rpl > cpl ? outer : inner);
        assertEquals(stack, r.gpr[Registers.RSP], "rpl %d cpl %d".formatted(rpl, cpl));
        assertEquals(isDone ? TARGET : CODE, r.rip);
        assertEquals(isDone ? rpl : cpl, r.cpl);
        assertEquals(isDone ? selector : 0x30 | cpl, r.selector[Registers.CS]);
        assertEquals(STACKS + 8 * r.cpl | r.cpl, r.selector[Registers.SS]);
    }

    @Test
    void aReturnOutwardsTakesOnlyAStackOfItsPrivilege() {
        long access = 0xa0fb; // 64-bit code of privilege 3
        memory(TABLES_MFN, 0x38, access << 40);
        ask(
                false,
                (descriptor, selector, cpl) -> {
                    memory(STACK_MFN, 0x800, TARGET);
                    memory(STACK_MFN, 0x808, 0x3b);
                    memory(STACK_MFN, 0x810, STACK + 0x900);
                    memory(STACK_MFN, 0x818, selector);
                    r.gpr[Registers.RSP] = STACK + 0x800;
                    String ended = execute(0, 0x48, 0xcb); // lretq
                    note(descriptor.asStack(selector, 3), descriptor, selector, 0, ended);
                    checkLoaded(descriptor, Registers.SS, selector, ended);
                });
    }

    @Test
    void questionsAboutDescriptorsAreAnsweredByTheManual() {
        ask(
                false,
                (descriptor, selector, cpl) -> {
                    r.gpr[Registers.RAX] = selector;
                    r.gpr[Registers.RBX] = -1;
                    int[][] questions = {
                        {0x0f, 0x00, 0xe0}, // verr ax
                        {0x0f, 0x00, 0xe8}, // verw ax
                        {0x0f, 0x02, 0xd8}, // lar ebx, eax
                        {0x0f, 0x03, 0xd8}, // lsl ebx, eax
                    };
                    for (int[] question : questions) {
                        r.rflags = 2;
                        assertEquals("done", execute(cpl, question));
                        boolean isYes = (r.rflags & Flags.ZF) != 0;
                        String expected =
                                descriptor.answer(question[1] << 8 | question[2], selector, cpl);
                        long value = isYes ? r.gpr[Registers.RBX] : -1;
                        r.gpr[Registers.RBX] = -1;
                        String text = isYes ? "yes %x".formatted(value) : "no";
                        note(expected, descriptor, selector, cpl, text);
                    }
                });
    }

    @Test
    void aSelectorBeyondItsTableIsNamedInTheErrorCode() {
        for (int selector : new int[] {0x100, 0x103, 0x104, 0x107, 0xfffb}) {
            r.gpr[Registers.RAX] = selector;
            String named = "(%x)".formatted(selector & ~3);
            assertEquals("#" + Fault.GP + named, execute(3, 0x8e, 0xd8)); // mov ds, eax
            assertEquals("#" + Fault.GP + named, execute(3, 0x8e, 0xd0)); // mov ss, eax
            memory(STACK_MFN, 0x808, selector);
            r.gpr[Registers.RSP] = STACK + 0x800;
            assertEquals("#" + Fault.GP + named, execute(3, 0x48, 0xcb)); // lretq
        }
    }
}
