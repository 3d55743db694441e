package io.xenarium.xen;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.xenarium.abi.Hypercall;
import io.xenarium.check.Invariants;
import io.xenarium.machine.Dice;
import io.xenarium.machine.Machine;
import io.xenarium.machine.Memory;
import io.xenarium.terms.DomainCrash;
import io.xenarium.trace.DomainEvent.Life;
import io.xenarium.trace.MemoryEvent.FrameType;
import io.xenarium.trace.Trace;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// A guest that asks for anything at all, many thousand times: it gets an answer, or is crashed,
/// and nobody else notices.
class HostileGuestStormTest {
    private static final int CALLS = Integer.getInteger("xenarium.storm", 20_000);

    /// Added to the seeds, to make other storms.
    private static final long FIRST = Long.getLong("xenarium.storm.first", 0);

    private static final int FRAMES = 160;
    private static final int PAGES = 24;

    /// The guest passes structures on this page of its own.
    private static final int ARGUMENTS = TestGuest.FREE;

    /// How many calls are made between two looks at everything.
    private static final int SELDOM = 61;

    private Hypervisor xen;
    private TestGuest bystander;
    private TestGuest hostile;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void aHostileGuestHarmsNobodyButItself(long seed) {
        assertEquals("", Storm.shrunk(FIRST + seed, CALLS, this::failure));
    }

    /// What goes wrong in the storm of this seed where only the calls up to `end` and not before
    /// `start` are made; empty where nothing does. Looking at everything takes much longer than the
    /// calls, so that is done now and then, and after each call only where something was found.
    private String failure(long seed, int start, int end) {
        String found = failure(seed, start, end, SELDOM);
        String first = found.isEmpty() ? "" : failure(seed, start, end, 1);
        return first.isEmpty() ? found : first;
    }

    private String failure(long seed, int start, int end, int every) {
        Machine machine = new Machine(1, FRAMES, 1, (memory, clock) -> new NoCpu());
        xen = new Hypervisor(machine, PlainParts.all(), new Trace());
        bystander = new TestGuest(xen, 8, new byte[] {1, 2, 3});
        hostile = new TestGuest(xen, PAGES, new byte[0]);
        List<byte[]> before = memoryOf(bystander);
        for (int i = start; i < end; i++) {
            boolean isChecked = i % every == 0 || i == end - 1;
            String wrong = oneCall(new Dice(seed * 1_000_003 + i), isChecked);
            if (wrong.isEmpty() && isChecked) {
                wrong = harm(before);
            }
            if (!wrong.isEmpty()) {
                return "seed %d, calls %d to %d: %s".formatted(seed, start, i, wrong);
            }
        }
        return "";
    }

    private String harm(List<byte[]> before) {
        List<String> wrong = new ArrayList<>(Invariants.check(xen));
        List<byte[]> after = memoryOf(bystander);
        for (int page = 0; page < before.size(); page++) {
            if (!Arrays.equals(before.get(page), after.get(page))) {
                wrong.add("page %d of another domain changed".formatted(page));
            }
        }
        if (bystander.domain.life() != Life.RUNNING) {
            wrong.add("another domain is " + bystander.domain.life());
        }
        return wrong.isEmpty() ? "" : wrong.toString();
    }

    /// Makes one call. Returns what is wrong about its answer; empty where nothing is.
    private String oneCall(Dice seeded, boolean isChecked) {
        fillArguments(seeded);
        if (seeded.below(3) == 0) {
            forge(seeded);
        }
        int number = seeded.below(10) < 5 ? Hypercall.MMUEXT_OP.number() : seeded.below(48);
        if (seeded.below(3) == 0) {
            number = Hypercall.MMU_UPDATE.number();
        }
        long[] args = new long[5];
        for (int i = 0; i < args.length; i++) {
            args[i] = argument(seeded);
        }
        boolean isBatch =
                number == Hypercall.MMU_UPDATE.number() || number == Hypercall.MMUEXT_OP.number();
        if (isBatch) {
            args[0] = (ARGUMENTS << 12) + seeded.below(16) * 8L;
            args[1] = 1 + seeded.below(3);
            args[2] = 0;
            args[3] = 0x7ff0;
        }
        String wrong = answered(number, args, isBatch, isChecked);
        if (!hostile.domain.isRunning()) {
            xen.destroy(hostile.domain);
            hostile = new TestGuest(xen, PAGES, new byte[0]);
        }
        return wrong;
    }

    private String answered(int number, long[] args, boolean isBatch, boolean isChecked) {
        String call = number + Arrays.toString(args);
        boolean isAnswer = number != Hypercall.IRET.number();
        try {
            byte[] before = isChecked ? state() : new byte[0];
            long rc = hostile.call(number, args);
            boolean isRefused =
                    rc < 0 && !isBatch && isAnswer && number != Hypercall.MULTICALL.number();
            if (isRefused && isChecked && !Arrays.equals(before, state())) {
                return call + " was refused, but something changed";
            }
            return isAnswer && !isPossible(number, rc) ? call + " answered " + rc : "";
        } catch (DomainCrash crash) {
            hostile.domain.crash(hostile.vcpu, crash.getMessage());
            return crash.domain().equals(hostile.domain.id()) ? "" : call + " crashed another";
        } catch (RuntimeException ours) {
            return call + " threw " + ours;
        }
    }

    /// An iret that is a member of a multicall answers for it: with any 32 bits.
    private static boolean isPossible(int number, long rc) {
        return number == Hypercall.MULTICALL.number() ? rc == (int) rc : rc >= -200;
    }

    /// All that Xen knows about frames and about the hostile domain.
    private byte[] state() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        try {
            for (int mfn = 0; mfn < FRAMES; mfn++) {
                out.writeInt(xen.frames().owner(mfn));
                out.writeInt(xen.frames().references(mfn));
                out.writeInt(xen.frames().typeCount(mfn));
                out.writeInt(xen.frames().type(mfn).ordinal());
                out.writeBoolean(xen.frames().isPinned(mfn));
                out.writeLong(xen.frames().pfn(mfn));
            }
            hostile.domain.save(out);
        } catch (IOException impossible) {
            throw new AssertionError(impossible);
        }
        return bytes.toByteArray();
    }

    private void fillArguments(Dice seeded) {
        Memory memory = xen.machine().memory();
        for (int offset = 0; offset < 512; offset += 8) {
            memory.setLong(hostile.maddr(ARGUMENTS, offset), argument(seeded));
        }
        int op = seeded.below(22);
        for (int i = 0; i < 4; i++) {
            int at = i * 24 % 512;
            if (seeded.below(2) == 0) {
                memory.setLong(hostile.maddr(ARGUMENTS, at), op);
                memory.setLong(hostile.maddr(ARGUMENTS, at + 8), mfn(seeded));
            }
        }
    }

    /// The guest writes what it likes into a page that it may write to: entries of tables to come,
    /// its grant table, or the bits that it shares with Xen.
    private void forge(Dice seeded) {
        long mfn = mfn(seeded);
        FrameTable frames = xen.frames();
        if (!frames.holds(mfn) || !frames.isOwnedBy(mfn, hostile.domain.id())) {
            return;
        }
        if (frames.type(mfn) != FrameType.NONE && frames.type(mfn) != FrameType.WRITABLE) {
            return;
        }
        Memory memory = xen.machine().memory();
        if (seeded.below(4) == 0) {
            memory.clear((int) mfn);
        }
        for (int left = seeded.below(6); left >= 0; left--) {
            int index =
                    switch (seeded.below(4)) {
                        case 0 -> seeded.below(512);
                        case 1 -> XenSlots.FIRST - 1 + seeded.below(18);
                        default -> seeded.below(4);
                    };
            memory.setLong((mfn << 12) + index * 8L, entry(seeded));
        }
    }

    /// A table's entry, mostly a good one.
    private long entry(Dice seeded) {
        long flags =
                switch (seeded.below(8)) {
                    case 0 -> seeded.next() & 0xfff0_0000_0000_0fffL;
                    case 1 -> 0xe7;
                    case 2 -> 0;
                    case 3 -> 0x67 | 1L << 63;
                    default -> seeded.below(2) == 0 ? 0x65 : 0x67;
                };
        return seeded.below(12) == 0 ? argument(seeded) : mfn(seeded) << 12 | flags;
    }

    private long mfn(Dice seeded) {
        return switch (seeded.below(12)) {
            case 0 -> seeded.below(FRAMES + 8);
            case 1 -> hostile.domain.sharedInfo().value();
            case 2 -> bystander.mfns[seeded.below(bystander.mfns.length)];
            default -> hostile.mfns[seeded.below(hostile.mfns.length)];
        };
    }

    /// Something that some hypercall could take for good.
    private long argument(Dice seeded) {
        return switch (seeded.below(12)) {
            case 0 -> seeded.next();
            case 1 -> mfn(seeded);
            case 2 -> mfn(seeded) << 12 | seeded.below(512) * 8L | seeded.below(4);
            case 3, 4 -> mfn(seeded) << 12 | (seeded.below(2) == 0 ? 0x65 : 0x67);
            case 5 -> mfn(seeded) << 12 | seeded.below(4096);
            case 6 -> (ARGUMENTS << 12) + seeded.below(64) * 8L;
            case 7 -> (long) seeded.below(PAGES + 2) << 12;
            case 8 -> XenSlots.M2P_VADDR + seeded.below(8192);
            case 9 -> 0x7ff0;
            default -> seeded.below(24);
        };
    }

    private List<byte[]> memoryOf(TestGuest guest) {
        return Arrays.stream(guest.mfns)
                .mapToObj(mfn -> {
                    byte[] page = new byte[Memory.FRAME_BYTES];
                    xen.machine().memory().read(mfn << 12, page);
                    return page;
                })
                .toList();
    }
}
