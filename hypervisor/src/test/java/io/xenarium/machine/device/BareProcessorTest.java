package io.xenarium.machine.device;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.xenarium.machine.cpu.Fault;
import io.xenarium.machine.cpu.Registers;
import io.xenarium.machine.cpu.SystemRegisters;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Set;

/// A processor with nobody under it: what QEMU cannot judge, because it does not check it or has no
/// way to show it. The rest is asked by [BareRulesTest].
@ParameterizedClass
@EnumSource
class BareProcessorTest {
    private static final int RF = 1 << 16;
    private static final int IF = 1 << 9;

    private final BareCase.Kind kind;
    private final BareCase machine;
    private final Registers r;

    BareProcessorTest(BareCase.Kind kind) {
        this.kind = kind;
        machine = BareCase.longMode(kind);
        r = machine.r;
    }

    private static int[] bytes(String hex) {
        String plain = hex.replace(" ", "");
        int[] bytes = new int[plain.length() / 2];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = Integer.parseInt(plain.substring(2 * i, 2 * i + 2), 16);
        }
        return bytes;
    }

    // --- exceptions ---------------------------------------------------------------------------

    @Test
    void aFaultPushesTheAddressOfItsInstructionAndTheResumeFlag() {
        assertEquals(Fault.UD, machine.run(bytes("90 0f0b")));
        assertEquals(BareCase.CODE + 1, machine.stack(0));
        assertEquals(8, machine.stack(1));
        assertEquals(2 | RF, machine.stack(2));
        assertEquals(BareCase.STACK, machine.stack(3));
        assertEquals(0x10, machine.stack(4));
    }

    @Test
    void aBreakpointPushesTheAddressBehindItAndNoResumeFlag() {
        assertEquals(Fault.BP, machine.run(bytes("90 cc")));
        assertEquals(BareCase.CODE + 2, machine.stack(0));
        assertEquals(2, machine.stack(2));
    }

    @Test
    void theStackIsAlignedTo16BytesBeforeAFrameIsPushed() {
        r.gpr[Registers.RSP] = BareCase.STACK - 3;
        assertEquals(Fault.UD, machine.run(bytes("0f0b")));
        assertEquals(BareCase.STACK - 16 - 40, r.gpr[Registers.RSP]);
        assertEquals(BareCase.STACK - 3, machine.stack(3));
    }

    @Test
    void aFaultWhileADoubleFaultIsDeliveredShutsTheProcessorDown() {
        r.system.idtLimit = 0;
        machine.code(bytes("0f0b"));
        assertEquals(Board.State.SHUT_DOWN, machine.board.run(100));
        assertEquals(BareCase.CODE, r.rip);
    }

    @Test
    void aHandlerThatCannotBeFetchedOnAStackOfItsOwnStillSpendsTheBudget() {
        machine.gate(Fault.PF, 0, 14, 1);
        machine.memory.setLong(
                BareCase.IDT + 16 * Fault.PF,
                machine.memory.getLong(BareCase.IDT + 16 * Fault.PF) | 0x7fffL << 48);
        machine.code(bytes("8b042500004000"));
        assertEquals(Board.State.RUNNING, machine.board.run(5000));
        assertEquals(5000, machine.board.retired());
    }

    @Test
    void aDeliveryCountsAsOneInstruction() {
        machine.run(bytes("90 0f0b"));
        assertEquals(3, machine.board.retired(), "nop, the delivery, hlt");
    }

    @Test
    void aPageFaultOfTheProcessorItselfIsNoUserAccess() {
        r.system.idtBase = 0x40_0000;
        machine.code(bytes("0f0b"));
        assertEquals(Board.State.SHUT_DOWN, machine.board.run(100));
        assertEquals(0x40_0000L + 16 * Fault.DF, r.cr2);
    }

    @Test
    void interruptsOfProtectedModePush32BitFrames() {
        BareCase flat = BareCase.protectedMode(kind);
        assertEquals(Fault.GP, flat.run(bytes("90 b8ff000000 8ed8")));
        assertEquals(0xfc, flat.stack(0), "the error code");
        assertEquals(BareCase.CODE + 6, flat.stack(1));
        assertEquals(8, flat.stack(2));
        assertEquals(2 | RF, flat.stack(3));
        assertEquals(BareCase.STACK - 16, flat.r.gpr[Registers.RSP]);
    }

    @Test
    void protectedModeTakesTheInnerStackFromItsTaskStateSegment() {
        BareCase flat = BareCase.protectedMode(kind);
        flat.r.cpl = 3;
        flat.r.setFlat(Registers.CS, 0x1b, Registers.CODE_32);
        flat.r.setFlat(Registers.SS, 0x23, Registers.DATA_FLAT);
        assertEquals(Fault.UD, flat.run(bytes("0f0b")));
        assertEquals(BareCase.INNER_STACK - 20, flat.r.gpr[Registers.RSP]);
        assertEquals(BareCase.STACK, flat.stack(3));
        assertEquals(0x23, flat.stack(4));
        assertEquals(0, flat.r.cpl);
        assertEquals(0x10, flat.r.selector[Registers.SS]);
    }

    @Test
    void anOuterInterruptReturnsThroughIret() {
        BareCase flat = BareCase.protectedMode(kind);
        flat.r.cpl = 3;
        flat.r.setFlat(Registers.CS, 0x1b, Registers.CODE_32);
        flat.r.setFlat(Registers.SS, 0x23, Registers.DATA_FLAT);
        flat.gate(0x40, 3, 14, 0);
        flat.memory.setByte(BareCase.handler(0x40), (byte) 0xcf);
        assertEquals(Fault.UD, flat.run(bytes("cd40 0f0b")));
        assertEquals(BareCase.CODE + 2, flat.stack(0));
        assertEquals(0x1b, flat.stack(1));
    }

    // --- external interrupts ------------------------------------------------------------------

    @Test
    void anInterruptWaitsWhileTheFlagIsClear() {
        r.system.interrupt = 0x50;
        assertEquals(Fault.UD, machine.run(bytes("90 90 0f0b")));
        assertEquals(0x50, r.system.interrupt);
    }

    @Test
    void stiHoldsAnInterruptBackForOneInstruction() {
        r.system.interrupt = 0x50;
        assertEquals(0x50, machine.run(bytes("fb 90 90 0f0b")));
        assertEquals(BareCase.CODE + 2, machine.stack(0));
        assertEquals(SystemRegisters.NO_INTERRUPT, r.system.interrupt);
    }

    @Test
    void aLoadOfSsHoldsAnInterruptBackForOneInstruction() {
        r.rflags |= IF;
        machine.code(bytes("b810000000 8ed0 90 90"));
        machine.board.run(1);
        r.system.interrupt = 0x50;
        machine.board.run(0);
        machine.gate(0x50, 0, 14, 0);
        r.rip = BareCase.CODE + 5;
        r.system.interrupt = SystemRegisters.NO_INTERRUPT;
        machine.board.run(1);
        r.system.interrupt = 0x50;
        assertEquals(0x50, machine.run());
        assertEquals(BareCase.CODE + 8, machine.stack(0));
    }

    @Test
    void aSecondStiHoldsNothingBack() {
        r.rflags |= IF;
        machine.code(bytes("fb 90 90"));
        machine.board.run(1);
        r.system.interrupt = 0x50;
        assertEquals(0x50, machine.run());
        assertEquals(BareCase.CODE + 1, machine.stack(0));
    }

    @Test
    void anInterruptGateClosesInterruptsAndATrapGateDoesNot() {
        r.rflags |= IF;
        r.system.interrupt = 0x50;
        machine.run(bytes("90"));
        assertEquals(0, r.rflags & IF);
        assertEquals(IF, machine.stack(2) & IF);
        BareCase other = BareCase.longMode(kind);
        other.gate(0x50, 0, 15, 0);
        other.r.rflags |= IF;
        other.r.system.interrupt = 0x50;
        other.run(bytes("90"));
        assertEquals(IF, other.r.rflags & IF);
    }

    @Test
    void anInterruptInTheMiddleOfARepetitionPushesTheResumeFlag() {
        r.rflags |= IF;
        r.gpr[Registers.RCX] = 100;
        r.gpr[Registers.RDI] = 0x40000;
        machine.code(bytes("f3aa"));
        machine.board.run(10);
        r.system.interrupt = 0x50;
        assertEquals(0x50, machine.run());
        assertEquals(BareCase.CODE, machine.stack(0));
        assertEquals(RF, machine.stack(2) & RF);
        assertEquals(90, r.gpr[Registers.RCX]);
    }

    // --- registers of the system --------------------------------------------------------------

    @Test
    void whatControlRegistersForbidIsAProtectionFault() {
        String[] forbidden = {
            "b810000080 0f22c0", // cr0: paging without protection
            "0f20c0 0fbae81d 0f22c0", // cr0: not write-through without cache disable
            "0f20c0 480fbae828 0f22c0", // cr0: bit 40
            "0f20c0 0fbaf01f 0f22c0", // cr0: paging off in 64-bit code
            "0f20e0 0fbaf005 0f22e0", // cr4: no PAE in long mode
            "0f20e0 0fbae814 0f22e0", // cr4: SMEP, which CPUID does not offer
            "0f20e0 0fbae815 0f22e0", // cr4: SMAP
            "0f20e0 480fbae828 0f22e0", // cr4: bit 40
            "0f20d8 480fbae828 0f22d8", // cr3: beyond the address bits
            "b810000000 440f22c0", // cr8: more than 15
            "b9800000c0 0f32 0fbaf008 0f30", // EFER.LME while paging is on
            "b9800000c0 0f32 0fbae814 0f30", // EFER: a reserved bit
            "31c0 0f00d8" // ltr 0
        };
        for (String code : forbidden) {
            BareCase fresh = BareCase.longMode(kind);
            assertEquals(Fault.GP, fresh.run(bytes(code)), code);
            assertEquals(0, fresh.stack(0), code);
        }
    }

    @Test
    void longModeBeginsWithPagingAndEndsWithIt() {
        BareCase flat = BareCase.protectedMode(kind);
        flat.memory.setLong(BareCase.TABLES, BareCase.TABLES + 0x1007);
        flat.memory.setLong(BareCase.TABLES + 0x1000, BareCase.TABLES + 0x2007);
        flat.memory.setLong(BareCase.TABLES + 0x2000, 0x87);
        flat.code(
                bytes(
                        "b820000000 0f22e0 b800400000 0f22d8 b9800000c0 0f32 0d00010000 0f30"
                                + "0f20c0 0d00000080 0f22c0"));
        flat.board.run(11);
        assertEquals(0x500, flat.r.efer & 0x500);
        assertTrue(flat.r.isLongModeActive());
        assertEquals(0, flat.r.cpl);
        flat.code(bytes("0f20c0 25ffffff7f 0f22c0 f4"));
        flat.r.rip = BareCase.CODE;
        assertEquals(Board.State.HALTED, flat.board.run(100));
        assertEquals(0x100, flat.r.efer & 0x500);
    }

    @Test
    void realModeAndThePagingOf32BitCodeShutTheProcessorDown() {
        BareCase flat = BareCase.protectedMode(kind);
        flat.code(bytes("31c0 0f22c0"));
        assertEquals(Board.State.SHUT_DOWN, flat.board.run(10));
        flat = BareCase.protectedMode(kind);
        flat.code(bytes("b811000080 0f22c0"));
        assertEquals(Board.State.SHUT_DOWN, flat.board.run(10));
    }

    @Test
    void theTimeStampCounterGoesOnFromWhatWasWritten() {
        machine.run(bytes("b910000000 b800100000 31d2 0f30 90 0f31 f4"));
        assertEquals(0x1002, r.gpr[Registers.RAX]);
    }

    @Test
    void cs64WithoutLongModeIs32BitCode() {
        BareCase flat = BareCase.protectedMode(kind);
        flat.r.segmentAccess[Registers.CS] = 0xe09b;
        assertEquals(-1, flat.run(bytes("40 f4")));
        assertEquals(1, flat.r.gpr[Registers.RAX]);
    }

    @Test
    void outsideLongModeSegmentsAndGatesOf16BitsMayBeLookedAt() {
        Set<Integer> limits = Set.of(1, 2, 3, 9, 11);
        Set<Integer> gates = Set.of(4, 5, 12);
        for (int type = 0; type < 16; type++) {
            BareCase flat = BareCase.protectedMode(kind);
            long descriptor = 0x80L + type << 40 | 0x1234;
            flat.memory.setLong(BareCase.GDT + 0x30, descriptor);
            flat.r.gpr[Registers.RBX] = 0x30;
            flat.run(bytes("0f02c3 0f94c2 0f03cb 0f94c6 f4")); // lar, setz dl, lsl, setz dh
            boolean hasLimit = limits.contains(type);
            boolean isShown = hasLimit || gates.contains(type);
            assertEquals(isShown ? 0x8000L + (type << 8) : 0, flat.r.gpr[Registers.RAX]);
            assertEquals(hasLimit ? 0x1234 : 0, flat.r.gpr[Registers.RCX]);
            int zeros = (isShown ? 1 : 0) | (hasLimit ? 0x100 : 0);
            assertEquals(zeros, flat.r.gpr[Registers.RDX], "type " + type);
        }
    }

    // --- ports --------------------------------------------------------------------------------

    @Test
    void aPortWithoutADeviceReadsAsOnes() {
        machine.run(bytes("ba00050000 ed f4"));
        assertEquals(0xffff_ffffL, r.gpr[Registers.RAX]);
    }

    @Test
    void aRepeatedOutputSendsByteAfterByte() {
        machine.memory.write(0x40000, "hello".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        r.gpr[Registers.RSI] = 0x40000;
        r.gpr[Registers.RCX] = 5;
        machine.run(bytes("baf8030000 f36e f4"));
        assertArrayEquals("hello".getBytes(), machine.board.serial().sent());
        assertEquals(0x40005, r.gpr[Registers.RSI]);
        assertEquals(0, r.gpr[Registers.RCX]);
        assertEquals(7, machine.board.retired());
    }

    @Test
    void anInputStringGoesToMemory() {
        machine.board.serial().receive((byte) 'x');
        machine.board.serial().receive((byte) 'y');
        r.gpr[Registers.RDI] = 0x40000;
        r.gpr[Registers.RCX] = 2;
        machine.run(bytes("baf8030000 f36c f4"));
        assertEquals('x' | 'y' << 8, machine.memory.getShort(0x40000));
    }

    @Test
    void aPortAccessThatFaultsReachesNoDevice() {
        r.gpr[Registers.RSI] = 0x40_0000;
        assertEquals(Fault.PF, machine.run(bytes("baf8030000 6e f4")));
        assertEquals(0, machine.board.serial().sent().length);
    }

    // --- keyframes ----------------------------------------------------------------------------

    @Test
    void aBoardGoesOnFromAKeyframe() throws IOException {
        machine.code(bytes("fb baf8030000 b041 ee ec 90 ee f4"));
        machine.board.run(3);
        var saved = new ByteArrayOutputStream();
        machine.board.save(new DataOutputStream(saved));
        BareCase other = BareCase.longMode(kind);
        other.code(bytes("fb baf8030000 b041 ee ec 90 ee f4"));
        other.board.load(new DataInputStream(new ByteArrayInputStream(saved.toByteArray())));
        machine.board.run(100);
        other.board.run(100);
        assertArrayEquals(machine.board.serial().sent(), other.board.serial().sent());
        assertEquals(machine.board.retired(), other.board.retired());
        assertArrayEquals(machine.r.gpr, other.r.gpr);
    }
}
