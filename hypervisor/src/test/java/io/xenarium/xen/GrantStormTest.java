package io.xenarium.xen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.xenarium.abi.GrantEntry;
import io.xenarium.abi.Hypercall;
import io.xenarium.check.Invariants;
import io.xenarium.machine.Dice;
import io.xenarium.machine.Machine;
import io.xenarium.machine.Memory;
import io.xenarium.terms.DomId;
import io.xenarium.terms.GrantRef;
import io.xenarium.trace.Trace;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.List;

/// Three guests that write anything into their grant tables, use each other's grants, change and
/// copy page-table entries, and die in the middle: every count stays right after every step.
class GrantStormTest {
    private static final int STEPS = 4_000;
    private static final int PAGES = 12;
    private static final int FRAMES = 260;
    private static final int REFS = 12;
    private static final long SELF = 0x7ff0;
    private static final long ARGUMENTS = TestGuest.FREE << 12;

    private final List<TestGuest> guests = new ArrayList<>();
    private Hypervisor xen;
    private Memory memory;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void countsStayRightWhateverGuestsDo(long seed) {
        assertEquals("", Storm.shrunk(seed, STEPS, this::failure));
    }

    /// What goes wrong in the storm of this seed where only the steps up to `end` and not before
    /// `start` are made; empty where nothing does.
    private String failure(long seed, int start, int end) {
        Machine machine = new Machine(1, FRAMES, 1, (frames, clock) -> new NoCpu());
        memory = machine.memory();
        xen = new Hypervisor(machine, PlainParts.all(), new Trace());
        guests.clear();
        for (int i = 0; i < 3; i++) {
            guests.add(new TestGuest(xen, PAGES, new byte[0]));
        }
        for (int i = start; i < end; i++) {
            Dice seeded = new Dice(seed * 1_000_003 + i);
            String step = step(seeded);
            List<String> wrong = Invariants.check(xen);
            if (!wrong.isEmpty()) {
                return "seed %d, steps %d to %d, %s: %s".formatted(seed, start, i, step, wrong);
            }
        }
        return "";
    }

    private String step(Dice seeded) {
        int who = seeded.below(guests.size());
        TestGuest guest = guests.get(who);
        int kind = seeded.below(40);
        if (kind == 0) {
            xen.destroy(guest.domain);
            guests.set(who, new TestGuest(xen, PAGES, new byte[0]));
            return who + " dies";
        } else if (kind < 12) {
            return who + " writes " + writeEntry(seeded, guest);
        } else if (kind < 16) {
            long rc = guest.call(14, page(seeded), entry(seeded, guest), 2);
            return who + " changes an entry: " + rc;
        } else if (kind < 20) {
            return controlStep(seeded);
        }
        int op = seeded.below(3) == 0 ? seeded.below(13) : seeded.below(2) * (1 + seeded.below(9));
        fill(seeded, guest, op);
        long count = 1 + seeded.below(2);
        long rc = guest.call(Hypercall.GRANT_TABLE_OP.number(), op, ARGUMENTS, count);
        assertTrue(rc <= 0 && rc > -200, "answer " + rc);
        return who + " calls " + op + ": " + rc;
    }

    private String writeEntry(Dice seeded, TestGuest guest) {
        GrantTable table = guest.domain.grants();
        int ref = seeded.below(REFS);
        long at = table.entryMaddr(ref);
        int[] kinds = {1, 1, 1, 5, 3, 2, 0x101, seeded.below(1024)};
        int flags = kinds[seeded.below(kinds.length)];
        memory.setShort(at + GrantEntry.DOMID, (short) domid(seeded));
        if (table.version() == 1) {
            memory.setInt(at + GrantEntry.FRAME, (int) mfn(seeded, guest));
        } else {
            memory.setInt(at + 4, seeded.below(3) == 0 ? seeded.below(4096) : (int) domid(seeded));
            memory.setLong(at + 8, (flags & 3) == 3 ? seeded.below(REFS) : mfn(seeded, guest));
        }
        memory.setShort(at + GrantEntry.FLAGS, (short) flags);
        return ref + " flags " + flags;
    }

    private String controlStep(Dice seeded) {
        DomId from = guests.get(seeded.below(guests.size())).domain.id();
        GrantRef ref = new GrantRef(seeded.below(REFS));
        byte[] bytes = new byte[seeded.below(64)];
        int answer =
                switch (seeded.below(4)) {
                    case 0 -> xen.grants().map(from, ref, seeded.below(2) == 0);
                    case 1 -> xen.grants().unmap(seeded.below(8));
                    case 2 -> xen.grants().read(from, ref, seeded.below(4096), bytes);
                    default -> xen.grants().write(from, ref, seeded.below(4096), bytes);
                };
        return "domain 0 uses " + ref + " of " + from + ": " + answer;
    }

    /// Structures of the kind that `op` takes, two of them, filled with what could be right.
    private void fill(Dice seeded, TestGuest guest, int op) {
        for (int at = 0; at < 128; at += 8) {
            guest.put(ARGUMENTS + at, value(seeded, guest));
        }
        int bytes = op == 5 ? 40 : op == 0 ? 32 : 24;
        for (int i = 0; i < 2; i++) {
            long at = ARGUMENTS + (long) i * bytes;
            switch (op) {
                case 0 -> {
                    boolean byEntry = seeded.below(3) == 0;
                    guest.put(at, byEntry ? tableEntry(seeded, guest) : page(seeded));
                    int flags = seeded.below(8) | (byEntry ? 16 : 0) | seeded.below(2) * 8;
                    guest.put(at + 8, flags | (long) seeded.below(REFS) << 32);
                    guest.put(at + 16, domid(seeded));
                }
                case 1, 7 -> {
                    boolean byEntry = seeded.below(3) == 0;
                    guest.put(at, byEntry ? tableEntry(seeded, guest) : page(seeded));
                    guest.put(at + 8, op == 7 ? page(seeded) : frameOrNone(seeded, guest));
                    guest.put(at + 16, seeded.below(6));
                }
                case 4 -> guest.put(at, mfn(seeded, guest));
                case 5 -> {
                    fillEnd(seeded, guest, at);
                    fillEnd(seeded, guest, at + 16);
                    guest.put(at + 32, seeded.below(64) | (long) seeded.below(4) << 16);
                }
                default -> guest.put(at, seeded.below(3) | SELF << 32);
            }
        }
    }

    private void fillEnd(Dice seeded, TestGuest guest, long at) {
        boolean isGrant = seeded.below(3) > 0;
        guest.put(at, isGrant ? seeded.below(REFS) : mfn(seeded, guest));
        guest.put(at + 8, domid(seeded) | (long) seeded.below(256) << 16);
    }

    private long frameOrNone(Dice seeded, TestGuest guest) {
        return seeded.below(2) == 0 ? 0 : mfn(seeded, guest) << 12;
    }

    private long tableEntry(Dice seeded, TestGuest guest) {
        return guest.maddr(3, (8 + seeded.below(4)) * 8);
    }

    private static long page(Dice seeded) {
        return 8L + seeded.below(4) << 12;
    }

    private long domid(Dice seeded) {
        return switch (seeded.below(8)) {
            case 0 -> SELF;
            case 1 -> 0;
            case 2 -> seeded.below(40);
            default -> guests.get(seeded.below(guests.size())).domain.id().value();
        };
    }

    private long mfn(Dice seeded, TestGuest guest) {
        return switch (seeded.below(10)) {
            case 0 -> seeded.below(FRAMES + 4);
            case 1 -> guest.domain.sharedInfo().value();
            case 2 -> guest.domain.grants().frameMfn(0);
            case 3 -> guests.get(seeded.below(3)).mfns[seeded.below(PAGES)];
            default -> guest.mfns[seeded.below(PAGES)];
        };
    }

    private long entry(Dice seeded, TestGuest guest) {
        return seeded.below(4) == 0
                ? 0
                : mfn(seeded, guest) << 12 | (seeded.below(2) == 0 ? 0x65 : 0x67);
    }

    private long value(Dice seeded, TestGuest guest) {
        return seeded.below(4) == 0 ? seeded.next() : mfn(seeded, guest);
    }
}
