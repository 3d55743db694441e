package io.xenarium.lab04.check;

import io.xenarium.machine.Dice;
import io.xenarium.parts.PvMmu;
import io.xenarium.terms.Bug;
import io.xenarium.terms.DomId;
import io.xenarium.terms.Maddr;
import io.xenarium.terms.Mfn;
import io.xenarium.terms.Vaddr;
import io.xenarium.trace.MemoryEvent.FrameType;

import java.util.ArrayList;
import java.util.List;

/// Something that happens in a world: a guest asks for something, or stores something.
///
/// @param domain who asks; for VALIDATE whose memory is meant
/// @param frame the frame or table; for UPDATE_VA the page's number
/// @param index of an entry
/// @param type as what a frame is wanted
/// @param entry what is written or looked at
/// @param owner whose memory an entry maps
record Op(Kind kind, int domain, int frame, int index, FrameType type, long entry, int owner) {
    /// What can happen.
    enum Kind {
        GET,
        PUT,
        VALIDATE,
        /// The same for a table of L1: no table is made by it.
        VALIDATE_LEAF,
        RELEASE,
        PIN,
        UNPIN,
        UPDATE,
        /// The same, with the marks kept.
        UPDATE_MARKED,
        UPDATE_VA,
        /// The guest stores into memory that is no table, or that a TLB still lets it write.
        STORE
    }

    private static final FrameType[] USES = {
        FrameType.WRITABLE,
        FrameType.WRITABLE,
        FrameType.L1,
        FrameType.L1,
        FrameType.L2,
        FrameType.L3,
        FrameType.L4,
        FrameType.SEGMENT_DESCRIPTORS
    };

    /// The tables that stand as long as nobody asks for their end.
    private static final int LAST_TABLE = 5;

    /// Bits of random entries: most of them are such as guests write.
    private static final long[] FLAGS = {
        0, 0x3, 0x7, 0x5, 0x1, 0x63, 0x67, 0x65, 0x61, 0x7, 0x5, 0x87, 0x17, 0x107, 1L << 63 | 0x7
    };

    static Op get(int frame, FrameType type) {
        return new Op(Kind.GET, 1, frame, 0, type, 0, 1);
    }

    static Op put(int frame) {
        return new Op(Kind.PUT, 1, frame, 0, FrameType.NONE, 0, 1);
    }

    static Op validate(int table, long entry) {
        return new Op(Kind.VALIDATE, 1, table, 0, FrameType.NONE, entry, 1);
    }

    static Op release(int table) {
        return new Op(Kind.RELEASE, 1, table, 0, FrameType.NONE, 0, 1);
    }

    static Op pin(int frame, FrameType level) {
        return new Op(Kind.PIN, 1, frame, 0, level, 0, 1);
    }

    static Op unpin(int frame) {
        return new Op(Kind.UNPIN, 1, frame, 0, FrameType.NONE, 0, 1);
    }

    static Op update(int table, int index, long entry) {
        return new Op(Kind.UPDATE, 1, table, index, FrameType.NONE, entry, 1);
    }

    static Op updateMarked(int table, int index, long entry) {
        return new Op(Kind.UPDATE_MARKED, 1, table, index, FrameType.NONE, entry, 1);
    }

    static Op updateVa(int page, long entry) {
        return new Op(Kind.UPDATE_VA, 1, page, 0, FrameType.NONE, entry, 1);
    }

    static Op store(int frame, int index, long entry) {
        return new Op(Kind.STORE, 1, frame, index, FrameType.NONE, entry, 1);
    }

    /// The same, asked by another domain.
    Op by(int other) {
        return new Op(kind, other, frame, index, type, entry, owner);
    }

    /// The same, for memory of another domain.
    Op of(int other) {
        return new Op(kind, domain, frame, index, type, entry, other);
    }

    /// Does it. Returns what the part answered, 0 where nobody asked it or it answers nothing.
    long happen(PvMmu part, MmuWorld world) {
        world.tell("%s:", this);
        DomId asker = new DomId(domain);
        DomId mapped = new DomId(owner);
        return switch (kind) {
            case GET -> got(part.getPageType(asker, mfn(), type), world);
            case PUT -> {
                if (world.held[frame] > 0) {
                    world.held[frame]--;
                    part.putPageType(mfn());
                }
                yield 0;
            }
            case VALIDATE, VALIDATE_LEAF -> validated(part, world, mapped);
            case RELEASE -> {
                if (!world.loose.isEmpty() && world.loose.getFirst().table() == frame) {
                    part.releaseEntry(mfn(), world.loose.removeFirst().entry());
                }
                yield 0;
            }
            case PIN, UNPIN, UPDATE, UPDATE_MARKED, UPDATE_VA -> ask(part);
            case STORE -> {
                boolean isTable = MmuWorld.isTable(world.types[frame]);
                if (world.stale[frame] || !isTable) {
                    world.memory[frame][index] = entry;
                }
                yield 0;
            }
        };
    }

    /// Asks for it, where it is a hypercall.
    long ask(PvMmu part) {
        DomId asker = new DomId(domain);
        DomId mapped = new DomId(owner);
        return switch (kind) {
            case PIN -> part.pinTable(asker, mfn(), type);
            case UNPIN -> part.unpinTable(asker, mfn());
            case UPDATE -> part.mmuUpdate(asker, place(), entry, false, mapped);
            case UPDATE_MARKED -> part.mmuUpdate(asker, place(), entry, true, mapped);
            case UPDATE_VA -> part.updateVaMapping(asker, new Vaddr(frame * 4096L), entry, mapped);
            default -> throw new Bug(this + " is no hypercall");
        };
    }

    private long got(long rc, MmuWorld world) {
        if (rc == 0) {
            world.held[frame]++;
        }
        return rc;
    }

    private long validated(PvMmu part, MmuWorld world, DomId mapped) {
        if (frame > LAST_TABLE) {
            return 0;
        }
        long rc = part.validateEntry(mfn(), entry, mapped);
        if (rc == 0) {
            world.loose.add(new MmuWorld.Loose(frame, entry));
        }
        return rc;
    }

    private Mfn mfn() {
        return new Mfn(frame);
    }

    private Maddr place() {
        return mfn().toMaddr().plus(index * 8L);
    }

    /// A guest at work. Its tables are frames 1 to 5, from L4 down; 1 is pinned. Frames 8 to 12 are
    /// its memory, 7 holds its descriptors. What lies in 6, 13 and 14 looks like tables: an L1, an
    /// L2 above it, and an L1 that maps itself writable.
    static MmuWorld usual() {
        MmuWorld world = new MmuWorld();
        world.types[1] = FrameType.L4;
        world.types[2] = FrameType.L3;
        world.types[3] = FrameType.L2;
        world.types[4] = FrameType.L1;
        world.types[5] = FrameType.L1;
        world.types[7] = FrameType.SEGMENT_DESCRIPTORS;
        world.types[16] = FrameType.L1;
        world.pinned[1] = true;
        world.pinned[16] = true;
        world.held[7] = 1;
        world.memory[1][0] = 0x2067;
        world.memory[2][0] = 0x3067;
        world.memory[3][0] = 0x4067;
        world.memory[3][1] = 0x5067;
        world.memory[4] = new long[] {0x8067, 0x9065, 0x4065, 0};
        world.memory[5] = new long[] {0x8065, 0xa067, 0, 0};
        world.memory[6] = new long[] {0xb067, 0xc065, 0, 0};
        world.memory[13] = new long[] {0x6067, 0, 0, 0};
        world.memory[14] = new long[] {0xb067, 0xe067, 0, 0};
        world.memory[16] = new long[] {0x1_1067, 0, 0, 0};
        Recount.settle(world);
        return world;
    }

    /// `count` operations of the given kinds, decided by `seed`.
    static List<Op> random(long seed, int count, List<Kind> kinds) {
        Dice dice = new Dice(seed);
        List<Op> ops = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Kind kind = kinds.get(dice.below(kinds.size()));
            int frame = kind == Kind.UPDATE_VA ? dice.below(16) : 1 + dice.below(16);
            frame = kind == Kind.VALIDATE_LEAF ? 4 + dice.below(2) : frame;
            FrameType type = USES[dice.below(kind == Kind.PIN ? 4 : USES.length)];
            if (kind == Kind.PIN) {
                type = FrameType.values()[1 + dice.below(4)];
            }
            boolean isForeign = dice.below(12) == 0;
            int owner = isForeign ? 2 : 1;
            ops.add(new Op(kind, 1, frame, dice.below(4), type, entry(dice), owner));
        }
        return ops;
    }

    private static long entry(Dice dice) {
        long flags = FLAGS[dice.below(FLAGS.length)];
        int choice = dice.below(30);
        long mfn = choice < 24 ? choice : choice == 24 ? MmuWorld.NOWHERE : 3 + choice % 6;
        return mfn << 12 | flags;
    }

    @Override
    public String toString() {
        String table = "mfn 0x%x".formatted(frame);
        String from = owner == domain ? "" : ", of d" + owner;
        String value = MmuWorld.hex(entry);
        return switch (kind) {
            case GET -> "getPageType(d%d, %s, %s)".formatted(domain, table, type);
            case PUT -> "putPageType(%s)".formatted(table);
            case VALIDATE, VALIDATE_LEAF -> "validateEntry(%s, %s%s)".formatted(table, value, from);
            case RELEASE -> "releaseEntry(%s)".formatted(table);
            case PIN -> "pinTable(d%d, %s, %s)".formatted(domain, table, type);
            case UNPIN -> "unpinTable(d%d, %s)".formatted(domain, table);
            case UPDATE, UPDATE_MARKED ->
                    "mmuUpdate(d%d, entry %d of %s, %s%s%s)"
                            .formatted(
                                    domain,
                                    index,
                                    table,
                                    value,
                                    kind == Kind.UPDATE ? "" : ", marks kept",
                                    from);
            case UPDATE_VA ->
                    "updateVaMapping(d%d, page %d, %s%s)".formatted(domain, frame, value, from);
            case STORE -> "a store of %s into word %d of %s".formatted(value, index, table);
        };
    }
}
