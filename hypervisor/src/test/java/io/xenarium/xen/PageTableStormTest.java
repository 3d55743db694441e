package io.xenarium.xen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.xenarium.abi.Hypercall;
import io.xenarium.check.Invariants;
import io.xenarium.machine.Dice;
import io.xenarium.machine.Machine;
import io.xenarium.machine.Memory;
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
/// lets through, the counts are those that the tables account for, and no table can be stored to.
class PageTableStormTest {
    private static final int CALLS = 6_000;
    private static final int CALLS_PER_GUEST = 60;
    private static final int FRAMES = 160;
    private static final int PAGES = 20;
    private static final int ARGUMENTS = TestGuest.FREE;

    private final NoCpu cpu = new NoCpu();
    private final Hypervisor xen;
    private final TestGuest bystander;
    private final TreeMap<Integer, Integer> successes = new TreeMap<>();
    private final Set<FrameType> seen = EnumSet.noneOf(FrameType.class);
    private TestGuest guest;
    private Dice dice;

    PageTableStormTest() {
        Machine machine = new Machine(1, FRAMES, 1, (memory, clock) -> cpu);
        xen = new Hypervisor(machine, PlainParts.all(), new Trace());
        bystander = new TestGuest(xen, 8, new byte[] {1, 2, 3});
        xen.pause(bystander.domain);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void countsAlwaysAgreeWithTables(long seed) {
        dice = new Dice(seed);
        for (int i = 0; i < CALLS; i++) {
            if (i % CALLS_PER_GUEST == 0) {
                renewGuest();
            }
            int kind = dice.below(14);
            long rc = act(kind);
            successes.merge(kind, rc >= 0 ? 1 : 0, Integer::sum);
            Arrays.stream(guest.mfns).forEach(mfn -> seen.add(xen.frames().type(mfn)));
            List<String> wrong = Invariants.check(xen);
            assertEquals(List.of(), wrong, "seed %d, call %d, kind %d".formatted(seed, i, kind));
        }
        assertTrue(
                successes.values().stream().allMatch(count -> count > 5),
                "the storm is too weak: " + successes);
        assertTrue(seen.contains(FrameType.SEGMENT_DESCRIPTORS), "no descriptors: " + seen);
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
        xen.run(xen.machine().clock().nanos() + Limits.SLICE_NANOS / 2, StopWhen.never());
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
            case 12 -> cpu.store(mfn() << 12 | offset(), 8, entry()) ? 0 : -1;
            default -> extended(13, vaddr(), dice.below(600));
        };
    }

    private long update() {
        put(0, mfn() << 12 | offset() | (dice.below(4) == 0 ? 2 : 0));
        put(8, entry());
        return guest.call(Hypercall.MMU_UPDATE.number(), ARGUMENTS << 12, 1, 0, 0x7ff0);
    }

    private long extended(int op, long first, long second) {
        put(0, op);
        put(8, first);
        put(16, second);
        return guest.call(Hypercall.MMUEXT_OP.number(), ARGUMENTS << 12, 1, 0, 0x7ff0);
    }

    private long setGdt() {
        put(0, mfn());
        put(8, mfn());
        return guest.call(Hypercall.SET_GDT.number(), ARGUMENTS << 12, dice.below(1024));
    }

    /// The guest stores to memory that it may write: an unmapped page stands for one that was
    /// mapped a moment ago.
    private long ownStore() {
        long mfn = guest.mfns[dice.below(PAGES)];
        FrameType type = xen.frames().type(mfn);
        if (type != FrameType.NONE && type != FrameType.WRITABLE) {
            return -1;
        }
        xen.machine().memory().setLong(mfn << 12 | offset(), entry());
        return 0;
    }

    private void put(int offset, long value) {
        long mfn = guest.mfns[ARGUMENTS];
        FrameType type = xen.frames().type(mfn);
        Memory memory = xen.machine().memory();
        if (type == FrameType.NONE || type == FrameType.WRITABLE) {
            memory.setLong((mfn << 12) + offset, value);
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
                switch (dice.below(8)) {
                    case 0 -> 0;
                    case 1 -> 0x1e7;
                    case 2 -> 1L << 62 | 0x67;
                    case 3, 4 -> 0x67;
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
