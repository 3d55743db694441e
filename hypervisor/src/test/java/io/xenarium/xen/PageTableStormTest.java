package io.xenarium.xen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.xenarium.abi.Hypercall;
import io.xenarium.check.Invariants;
import io.xenarium.machine.Dice;
import io.xenarium.machine.Machine;
import io.xenarium.machine.Memory;
import io.xenarium.parts.Scheduler;
import io.xenarium.trace.MemoryEvent.FrameType;
import io.xenarium.trace.Trace;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;

/// A guest that makes and unmakes page tables at random, most of them nearly right: whatever Xen
/// lets through, the counts are those that the tables account for, no table can be stored to, and
/// what another domain has stays as it was.
class PageTableStormTest {
    private static final int STEPS = 6_000;
    private static final int STEPS_PER_GUEST = 80;
    private static final int FRAMES = 180;
    private static final int PAGES = 22;
    private static final int ARGUMENTS = TestGuest.FREE;
    private static final int KINDS = 20;
    private static final long SELF = 0x7ff0;

    private final TreeMap<Integer, Integer> successes = new TreeMap<>();
    private final Set<FrameType> seen = EnumSet.noneOf(FrameType.class);
    private NoCpu cpu;
    private Hypervisor xen;
    private Memory memory;
    private TestGuest bystander;
    private TestGuest guest;
    private Dice dice;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void countsAlwaysAgreeWithTables(long seed) {
        assertEquals("", Storm.shrunk(seed, STEPS, this::failure));
        assertTrue(
                successes.size() == KINDS
                        && successes.values().stream().allMatch(count -> count > 5),
                "the storm is too weak: " + successes);
        assertTrue(seen.contains(FrameType.SEGMENT_DESCRIPTORS), "no descriptors: " + seen);
    }

    private String failure(long seed, int start, int end) {
        cpu = new NoCpu();
        Machine machine = new Machine(1, FRAMES, 1, (frames, clock) -> cpu);
        memory = machine.memory();
        xen = new Hypervisor(machine, PlainParts.all(), new Trace());
        bystander = new TestGuest(xen, 8, new byte[] {1, 2, 3});
        xen.pause(bystander.domain);
        guest = null;
        byte[] before = bystanding();
        for (int i = start; i < end; i++) {
            dice = new Dice(seed * 1_000_003 + i);
            if (guest == null || i % STEPS_PER_GUEST == 0) {
                renewGuest();
            }
            int kind = dice.below(KINDS);
            long rc = act(kind);
            successes.merge(kind, rc >= 0 ? 1 : 0, Integer::sum);
            Arrays.stream(guest.mfns).forEach(mfn -> seen.add(xen.frames().type(mfn)));
            List<String> wrong = Invariants.check(xen);
            if (!wrong.isEmpty() || !Arrays.equals(before, bystanding())) {
                return "seed %d, steps %d to %d, the last of kind %d, answered %d: %s"
                        .formatted(seed, start, i, kind, rc, wrong);
            }
        }
        return "";
    }

    /// All that the other domain has.
    private byte[] bystanding() {
        byte[] all = new byte[bystander.mfns.length * Memory.FRAME_BYTES];
        for (int i = 0; i < bystander.mfns.length; i++) {
            byte[] page = new byte[Memory.FRAME_BYTES];
            memory.read(bystander.mfns[i] << 12, page);
            System.arraycopy(page, 0, all, i * Memory.FRAME_BYTES, page.length);
        }
        return all;
    }

    private void renewGuest() {
        if (guest != null) {
            xen.destroy(guest.domain);
        }
        guest = new TestGuest(xen, PAGES, new byte[0]);
        guest.call(Hypercall.VM_ASSIST.number(), 0, 2);
        // Most pages begin unmapped, so that they can become tables.
        for (int page = ARGUMENTS + 1; page < PAGES; page++) {
            guest.call(Hypercall.UPDATE_VA_MAPPING.number(), (long) page << 12, 0, 1);
        }
        xen.run(xen.machine().clock().nanos() + Scheduler.SLICE / 2, StopWhen.never());
    }

    private long act(int kind) {
        return switch (kind) {
            case 0, 1 -> guest.call(Hypercall.UPDATE_VA_MAPPING.number(), vaddr(), entry(), 1);
            case 2, 3, 4 -> update();
            case 5 -> extended(dice.below(4), mfn(), 0);
            case 6 -> extended(4, mfn(), 0);
            case 7 -> extended(5, dice.below(3) == 0 ? mfn() : guest.mfns[0], 0);
            case 8 -> extended(15, dice.below(3) == 0 ? 0 : mfn(), 0);
            case 9 -> extended(dice.below(2) + 16, mfn(), mfn());
            case 10 -> setGdt();
            case 11 -> ownStore();
            case 12 -> tableStore();
            case 13 -> extended(13, vaddr(), dice.below(600));
            case 14, 15 -> forgeTable();
            case 16 -> reservation(1) - 1;
            case 17 -> reservation(dice.below(2) * 6) - 1;
            case 18 -> exchange();
            default -> useLdt();
        };
    }

    /// The guest stores into what it takes for one of its L1 tables, mostly a whole entry.
    private long tableStore() {
        long tableMfn = dice.below(3) == 0 ? mfn() : guest.mfns[3];
        int bytes = dice.below(3) == 0 ? 1 << dice.below(4) : 8;
        return cpu.store(tableMfn << 12 | offset(), bytes, entry()) ? 0 : -1;
    }

    private long update() {
        int kind = dice.below(6);
        put(0, mfn() << 12 | offset() | (kind < 3 ? kind : 0));
        put(8, kind == 1 ? dice.below(100) : entry());
        long whose = dice.below(20) == 0 ? dice.below(4) << 16 | SELF : SELF;
        return guest.call(Hypercall.MMU_UPDATE.number(), ARGUMENTS << 12, 1, 0, whose);
    }

    private long extended(int op, long first, long second) {
        put(0, op);
        put(8, first);
        put(16, second);
        return guest.call(Hypercall.MMUEXT_OP.number(), ARGUMENTS << 12, 1, 0, SELF);
    }

    private long setGdt() {
        put(0, mfn());
        put(8, mfn());
        return guest.call(Hypercall.SET_GDT.number(), ARGUMENTS << 12, dice.below(1024));
    }

    /// A page that looks like a table, most of its entries alike, and an attempt to pin it.
    private long forgeTable() {
        long tableMfn = guest.mfns[ARGUMENTS + 1 + dice.below(PAGES - ARGUMENTS - 1)];
        if (!isPlain(tableMfn)) {
            return -1;
        }
        memory.clear((int) tableMfn);
        for (int i = dice.below(4); i > 0; i--) {
            long flags = dice.below(6) == 0 ? 0x67 : 0x65;
            long shown = dice.below(4) == 0 ? tableMfn : mfn();
            memory.setLong(tableMfn << 12 | offset(), shown << 12 | flags);
        }
        return extended(dice.below(4), tableMfn, 0);
    }

    private long reservation(int operation) {
        put(0x100, operation == 1 ? mfn() : dice.below(100));
        fillReservation(0, 0x100, operation == 1 || dice.below(3) > 0 ? 0 : 1);
        return guest.call(Hypercall.MEMORY_OP.number(), operation, ARGUMENTS << 12);
    }

    private void fillReservation(int at, int list, int order) {
        put(at, (ARGUMENTS << 12) + list);
        put(at + 8, 1);
        put(at + 16, order);
        put(at + 24, SELF);
    }

    private long exchange() {
        put(0x100, mfn());
        put(0x108, dice.below(100));
        fillReservation(0, 0x100, 0);
        fillReservation(32, 0x108, 0);
        put(64, 0);
        return guest.call(Hypercall.MEMORY_OP.number(), 11, ARGUMENTS << 12);
    }

    /// What the processor does when it wants a descriptor of the LDT.
    private long useLdt() {
        extended(13, vaddr(), 512);
        put(0, 3);
        return guest.call(Hypercall.SET_SEGMENT_BASE.number(), 3, dice.below(512) << 3 | 7);
    }

    /// The guest stores to memory that it may write: an unmapped page stands for one that was
    /// mapped a moment ago.
    private long ownStore() {
        long mfn = guest.mfns[dice.below(PAGES)];
        if (!isPlain(mfn)) {
            return -1;
        }
        memory.setLong(mfn << 12 | offset(), entry());
        return 0;
    }

    private boolean isPlain(long mfn) {
        FrameType type = xen.frames().type(mfn);
        boolean isOwn = xen.frames().isOwnedBy(mfn, guest.domain.id());
        return isOwn && (type == FrameType.NONE || type == FrameType.WRITABLE);
    }

    private void put(int offset, long value) {
        if (isPlain(guest.mfns[ARGUMENTS])) {
            memory.setLong((guest.mfns[ARGUMENTS] << 12) + offset, value);
        }
    }

    private long vaddr() {
        return (long) dice.below(PAGES + 4) << 12;
    }

    /// Low entries are those in use; the highest of the rest are Xen's.
    private long offset() {
        return dice.below(12) == 0 ? (250 + dice.below(30)) * 8L : dice.below(28) * 8L;
    }

    private long entry() {
        long flags =
                switch (dice.below(9)) {
                    case 0 -> 0;
                    case 1 -> 0x1e7;
                    case 2 -> 1L << 62 | 0x67;
                    case 3 -> 0x63;
                    case 4, 5 -> 0x67;
                    default -> 0x65;
                };
        return mfn() << 12 | flags;
    }

    private long mfn() {
        return switch (dice.below(40)) {
            case 0 -> dice.below(FRAMES + 8);
            case 1 -> guest.domain.sharedInfo().value();
            case 2 -> bystander.mfns[dice.below(bystander.mfns.length)];
            case 3 -> guest.mfns[ARGUMENTS];
            case 4, 5, 6, 7 -> guest.mfns[dice.below(4)];
            default -> guest.mfns[ARGUMENTS + 1 + dice.below(PAGES - ARGUMENTS - 1)];
        };
    }
}
