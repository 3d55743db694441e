package io.xenarium.xen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.xenarium.abi.Hypercall;
import io.xenarium.check.Invariants;
import io.xenarium.machine.Dice;
import io.xenarium.machine.Machine;
import io.xenarium.machine.Memory;
import io.xenarium.machine.cpu.Exit;
import io.xenarium.machine.cpu.Registers;
import io.xenarium.trace.DomainEvent.Life;
import io.xenarium.trace.Trace;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.HexFormat;
import java.util.List;

/// A guest whose processor comes back with any exception at any place, and whose kernel returns to
/// anywhere: it is sent to its handlers, or crashed, and nobody else notices.
class TrapStormTest {
    private static final int STEPS = 3_000;
    private static final int PAGES = 16;
    private static final int FRAMES = 200;
    private static final long ARGUMENTS = TestGuest.FREE << 12;

    /// Instructions that Xen looks at, and some that it does not.
    private static final List<String> INSTRUCTIONS =
            List.of(
                    "fa",
                    "fb",
                    "f4",
                    "e461",
                    "ed",
                    "ef",
                    "e680",
                    "f36c",
                    "f36d",
                    "6e",
                    "f36f",
                    "0f20c0",
                    "0f20d8",
                    "0f22c0",
                    "0f22d8",
                    "0f22e0",
                    "0f21c0",
                    "0f23f8",
                    "0f30",
                    "0f32",
                    "0f31",
                    "0f01f9",
                    "0f01f0",
                    "0f013f",
                    "0f06",
                    "0f09",
                    "0fa2",
                    "0f01f8",
                    "0f0b78656e0fa2",
                    "f00f22c0",
                    "90",
                    "0f01",
                    "66");

    private ScriptedCpu cpu;
    private Hypervisor xen;
    private TestGuest bystander;
    private TestGuest guest;
    private Dice dice;
    private int survived;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void aGuestThatGoesAstrayHarmsOnlyItself(long seed) {
        assertEquals("", Storm.shrunk(seed, STEPS, this::failure));
        assertTrue(survived > STEPS / 2, "too few survive to do harm: " + survived);
    }

    private String failure(long seed, int start, int end) {
        cpu = new ScriptedCpu();
        Machine machine = new Machine(1, FRAMES, 1, (frames, clock) -> cpu);
        xen = new Hypervisor(machine, PlainParts.all(), new Trace());
        bystander = new TestGuest(xen, 8, new byte[] {1, 2, 3});
        xen.pause(bystander.domain);
        renew();
        survived = 0;
        for (int i = start; i < end; i++) {
            dice = new Dice(seed * 1_000_003 + i);
            prepare();
            cpu.does(this::leave);
            xen.run(machine.clock().nanos() + 1, StopWhen.never());
            List<String> wrong = Invariants.check(xen);
            if (!wrong.isEmpty() || bystander.domain.life() != Life.PAUSED) {
                return "seed %d, steps %d to %d: %s".formatted(seed, start, i, wrong);
            }
            if (guest.domain.isRunning() && cpu.isDone()) {
                survived++;
            } else {
                xen.destroy(guest.domain);
                renew();
            }
        }
        return "";
    }

    private void renew() {
        while (!cpu.isDone()) {
            cpu.run(new Registers(), 1);
        }
        guest = new TestGuest(xen, PAGES, new byte[0]);
        for (int vector = 0; vector < 32; vector++) {
            guest.put(ARGUMENTS + vector * 16L, vector | (vector & 7) << 8);
            guest.put(ARGUMENTS + vector * 16L + 8, 0x4800 + vector);
        }
        guest.put(ARGUMENTS + 32 * 16L, 0);
        guest.put(ARGUMENTS + 32 * 16L + 8, 0);
        guest.call(Hypercall.SET_TRAP_TABLE.number(), ARGUMENTS);
        guest.call(Hypercall.SET_CALLBACKS.number(), 0x4900, 0x4910, 0x4920);
        guest.call(Hypercall.STACK_SWITCH.number(), 0xe02b, 9 << 12);
        guest.put(ARGUMENTS, 15);
        guest.put(ARGUMENTS + 8, guest.mfns[0]);
        guest.call(Hypercall.MMUEXT_OP.number(), ARGUMENTS, 1, 0, 0x7ff0);
    }

    /// Registers, code and the frame of a return, most of them sensible.
    private void prepare() {
        Registers registers = guest.vcpu.registers();
        for (int i = 0; i < 16; i++) {
            registers.gpr[i] = dice.below(3) == 0 ? address() : dice.below(64);
        }
        if (dice.below(8) > 0) {
            registers.gpr[Registers.RSP] = (10L << 12) + 0x400 + dice.below(512) * 8;
        }
        registers.rip = dice.below(10) == 0 ? address() : 0x4000 + dice.below(256);
        if (dice.below(8) == 0) {
            registers.rflags = registers.rflags & 0x2 | dice.below(1 << 22) & 0x254fd5L;
        }
        guest.vcpu.ioPrivilege = dice.below(4);
        guest.domain.setAssist(dice.below(6), dice.below(2) == 0);
        byte[] code = HexFormat.of().parseHex(INSTRUCTIONS.get(dice.below(INSTRUCTIONS.size())));
        if (registers.rip >= 0x4000 && registers.rip < 0x4200) {
            Memory memory = xen.machine().memory();
            memory.write(guest.maddr(4, (int) registers.rip & 0xfff), code);
        }
    }

    private Exit leave(Registers registers) {
        return switch (dice.below(8)) {
            case 0 -> {
                frame(registers);
                registers.gpr[Registers.RAX] = Hypercall.IRET.number();
                yield ScriptedCpu.systemCall(registers);
            }
            case 1 -> ScriptedCpu.systemCall(registers);
            case 2, 3 -> new Exit.Fault(13, 0, 0);
            case 4 -> new Exit.Fault(13, dice.below(1 << 12), 0);
            case 5 -> new Exit.Fault(14, dice.below(32), address());
            case 6 -> new Exit.Fault(6, 0, 0);
            default -> new Exit.Fault(dice.below(22), dice.below(4), 0);
        };
    }

    private void frame(Registers registers) {
        long at = (10L << 12) + 0x800;
        int[] selectors = {0xe030, 0xe033, 0xe033, 0xe023, 0x33, 0, 0xe02b};
        long cs = selectors[dice.below(selectors.length)];
        long ss = dice.below(6) == 0 ? selectors[dice.below(selectors.length)] : 0xe02b;
        long rip = dice.below(6) == 0 ? address() : 0x4000;
        long[] words = {1, 2, 3, dice.below(2) * 0x100L, rip, cs, dice.below(1 << 20), 0xa400, ss};
        for (int i = 0; i < words.length; i++) {
            guest.put(at + i * 8L, words[i]);
        }
        registers.gpr[Registers.RSP] = dice.below(12) == 0 ? address() : at;
    }

    private long address() {
        return switch (dice.below(8)) {
            case 0 -> dice.next();
            case 1 -> XenSlots.M2P_VADDR + dice.below(1 << 20);
            case 2 -> XenSlots.ldtVaddr(0) + dice.below(1 << 17);
            case 3 -> -8L - dice.below(16);
            case 4 -> (1L << 47) - dice.below(16);
            default -> (long) dice.below(PAGES + 2) << 12 | dice.below(4096);
        };
    }
}
