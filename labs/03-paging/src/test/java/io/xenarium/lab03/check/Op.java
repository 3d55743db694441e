package io.xenarium.lab03.check;

import io.xenarium.lab.CheckFailed;
import io.xenarium.machine.Dice;
import io.xenarium.parts.Paging;
import io.xenarium.parts.Paging.Walk;
import io.xenarium.terms.Bug;
import io.xenarium.terms.Vaddr;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/// One thing that happens to an address space and its processor.
///
/// @param vaddr the address that it is about
/// @param access a set of bits of an access, where it is one
/// @param level of the entry that is written, where one is
/// @param entry the bits that are written there; above L1 beside the table's address
record Op(Kind kind, long vaddr, int access, int level, long entry) {
    /// What can happen.
    enum Kind {
        WALK,
        CHECK,
        MARK,
        ACCESS,
        /// A guest writes an entry.
        LAY,
        INVLPG,
        LOAD_CR3
    }

    /// Two neighbours, one that shares their places in a TLB, one in another table, and two of the
    /// upper half.
    static final List<Long> ADDRESSES =
            List.of(
                    0x1234_5678_9abcL,
                    0x1234_5678_aab8L,
                    0x1234_5679_1010L,
                    0x1234_5698_9abcL,
                    0xffff_8801_2345_6ff8L,
                    0xffff_ffff_ffff_fff0L);

    private static final int[] ACCESSES = {
        0,
        Paging.WRITES,
        Paging.FETCHES,
        Paging.BY_USER,
        Paging.BY_USER | Paging.WRITES,
        Paging.BY_USER | Paging.FETCHES
    };

    static Op walk(long vaddr) {
        return new Op(Kind.WALK, vaddr, 0, 0, 0);
    }

    static Op access(Kind kind, long vaddr, int access) {
        return new Op(kind, vaddr, access, 0, 0);
    }

    static Op invlpg(long vaddr) {
        return new Op(Kind.INVLPG, vaddr, 0, 0, 0);
    }

    /// Does it, and says in words what was answered.
    String happen(PagingWorld world) {
        world.tell("%s:", this);
        try {
            return answer(world);
        } catch (Bug stopped) {
            throw new CheckFailed(
                    Rules.NUMBER,
                    "%s made a number that no frame has: %s".formatted(this, stopped.getMessage()),
                    "takes bits 12 to 51 of an entry (ADDRESS) for its address, and no other");
        }
    }

    private String answer(PagingWorld world) {
        return switch (kind) {
            case WALK -> words(world.part.walk(new Vaddr(vaddr)));
            case CHECK -> error(world.part.checkAccess(world.part.walk(new Vaddr(vaddr)), access));
            case MARK -> mark(world);
            case ACCESS -> world.access(vaddr, access);
            case LAY -> {
                world.lay(vaddr, level, entry);
                yield "";
            }
            case INVLPG -> {
                world.part.invlpg(new Vaddr(vaddr));
                yield "";
            }
            case LOAD_CR3 -> {
                world.tlbs().forEach(Paging.Tlb::clear);
                yield "";
            }
        };
    }

    private String mark(PagingWorld world) {
        Walk walk = world.part.walk(new Vaddr(vaddr));
        int error = world.part.checkAccess(walk, access);
        boolean isAllowed = error == Paging.ALLOWED && walk instanceof Walk.Mapped;
        return isAllowed
                ? "marked: " + world.part.setAccessedDirty((Walk.Mapped) walk, access)
                : error(error);
    }

    static String error(int error) {
        return error == Paging.ALLOWED ? "allowed" : "error code " + PagingWorld.hex(error);
    }

    /// A walk in words: how it ended, and after what.
    static String words(Walk walk) {
        String steps =
                walk.steps().stream()
                        .map(step ->
                                "L%d at %s holds %s"
                                        .formatted(
                                                step.level(),
                                                PagingWorld.hex(step.place().value()),
                                                PagingWorld.hex(step.entry())))
                        .collect(Collectors.joining(", "));
        return switch (walk) {
            case Walk.Mapped mapped -> "mapped to %s; %s".formatted(mapped.frame(), steps);
            case Walk.Missing _ -> "missing; " + steps;
            case Walk.Reserved _ -> "reserved; " + steps;
        };
    }

    /// A space in which every address is mapped and allowed.
    static PagingWorld usual() {
        PagingWorld world = new PagingWorld();
        for (int i = 0; i < ADDRESSES.size(); i++) {
            world.lay(ADDRESSES.get(i), 1, 0x100L + i << 12 | PagingWorld.ALL);
        }
        return world;
    }

    /// `count` operations, every third of which writes an entry.
    static List<Op> random(long seed, int count, List<Kind> kinds) {
        Dice dice = new Dice(seed);
        PagingWorld world = usual();
        List<Op> ops = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            long vaddr = ADDRESSES.get(dice.below(ADDRESSES.size()));
            if (dice.below(3) == 0) {
                int level = 1 + dice.below(4);
                long base = level == 1 ? 0x110L + i << 12 : world.tableBelow(vaddr, level);
                ops.add(new Op(Kind.LAY, vaddr, 0, level, entry(dice, level, base)));
            } else {
                Kind kind = kinds.get(dice.below(kinds.size()));
                ops.add(new Op(kind, vaddr, ACCESSES[dice.below(ACCESSES.length)], 0, 0));
            }
        }
        return ops;
    }

    /// An entry that mostly leads to `base` and mostly allows things.
    private static long entry(Dice dice, int level, long base) {
        long all = base | PagingWorld.ALL;
        return switch (dice.below(12)) {
            case 0 -> base | Paging.WRITABLE | Paging.USER;
            case 1, 2 -> all & ~Paging.WRITABLE;
            case 3, 4 -> all & ~Paging.USER;
            case 5 -> all | Paging.NO_EXECUTE;
            case 6 -> all | Paging.ACCESSED | Paging.DIRTY;
            case 7 -> all | 1L << 45;
            case 8 -> all & ~Paging.ADDRESS | (long) PagingWorld.FRAMES << 12;
            case 9, 10 -> large(dice, level) | PagingWorld.ALL | Paging.LARGE;
            default -> all;
        };
    }

    /// Where a large page begins; in L1 the same bit means nothing.
    private static long large(Dice dice, int level) {
        long odd = dice.below(3) == 0 ? 1L << 12 + dice.below(2) : 0;
        return (level == 2 ? (long) dice.below(8) << 21 : 0x30_0000) | odd;
    }

    @Override
    public String toString() {
        String where = PagingWorld.hex(vaddr);
        return switch (kind) {
            case WALK -> "walk(%s)".formatted(where);
            case CHECK, MARK, ACCESS -> "%s at %s".formatted(words(access), where);
            case LAY -> "entry %s in L%d of %s".formatted(PagingWorld.hex(entry), level, where);
            case INVLPG -> "invlpg(%s)".formatted(where);
            case LOAD_CR3 -> "a new CR3";
        };
    }

    /// An access in words.
    static String words(int access) {
        String who = (access & Paging.BY_USER) != 0 ? "a program's " : "a kernel's ";
        return who
                + ((access & Paging.FETCHES) != 0
                        ? "fetch"
                        : (access & Paging.WRITES) != 0 ? "store" : "load");
    }
}
