package io.xenarium.lab09.check;

import static io.xenarium.abi.GrantEntry.PERMIT_ACCESS;
import static io.xenarium.abi.GrantEntry.READONLY;

import io.xenarium.abi.GrantMap;
import io.xenarium.machine.Dice;
import io.xenarium.parts.Grants;
import io.xenarium.terms.DomId;
import io.xenarium.terms.VcpuId;

import java.util.ArrayList;
import java.util.List;

/// Something that happens in a world: a guest asks for something, or writes into an entry.
///
/// @param domain the granter; the mapper for UNMAP
/// @param ref the entry; the handle for UNMAP
/// @param user who uses it
/// @param number what the kind makes of it: a pin, flags, parts
record Op(Kind kind, int domain, long ref, int user, int number) {
    /// What can happen.
    enum Kind {
        PERMITS,
        PIN,
        UNPIN,
        MAP,
        /// The same, to a place that will not do.
        MISPLACED,
        UNMAP,
        /// The guest writes an entry that is not marked.
        OFFER,
        /// The guest takes an entry back where it is not marked.
        TAKE_BACK
    }

    /// Flags of entries and kinds of mappings that random operations are about.
    private static final int[] FLAGS = {1, 1, 1, 5, 0, 2, 3, 5, 65, 1};

    private static final int[] PARTS = {1, 2, 3, 5, 6, 7};

    /// Does it. Returns what the part answered, 0 where nobody asked it or it answers nothing.
    long happen(Grants part, GrantWorld world) {
        world.tell("%s:", this);
        DomId granter = new DomId(domain);
        return switch (kind) {
            case PERMITS ->
                    part.permits(new Grants.Header(number, user), new DomId(domain), (ref & 1) != 0)
                            ? 1
                            : 0;
            case PIN -> part.pin(granter, ref, new DomId(user), pin());
            case UNPIN -> {
                if (ref < GrantWorld.ENTRIES
                        && world.pins[domain][(int) ref][pin().ordinal()] > 0) {
                    part.unpin(granter, (int) ref, pin());
                }
                yield 0;
            }
            case MAP -> part.map(request(0x5000));
            case MISPLACED -> part.map(request(GrantWorld.BAD_PLACE));
            case UNMAP -> part.unmap(granter, ref, number);
            case OFFER -> {
                boolean isFree = world.takeBack(domain, (int) ref);
                if (isFree) {
                    world.offer(domain, (int) ref, user, domain * 10 + (int) ref, number);
                }
                yield isFree ? 1 : 0;
            }
            case TAKE_BACK -> world.takeBack(domain, (int) ref) ? 1 : 0;
        };
    }

    private Grants.Pin pin() {
        return Grants.Pin.values()[number];
    }

    private Grants.Request request(long at) {
        return new Grants.Request(
                new DomId(user), new VcpuId(0), new DomId(domain), ref, number, at);
    }

    /// `count` operations of the given kinds, decided by `seed`.
    static List<Op> random(long seed, int count, List<Kind> kinds) {
        Dice dice = new Dice(seed);
        List<Op> ops = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Kind kind = kinds.get(dice.below(kinds.size()));
            int domain = 1 + dice.below(3);
            int user = 1 + dice.below(3);
            int wild = dice.below(10);
            ops.add(
                    switch (kind) {
                        case PERMITS -> new Op(kind, domain, dice.below(2), user, dice.below(64));
                        case PIN, UNPIN -> new Op(kind, 1, ref(wild), 2 + wild % 2, wild % 4);
                        case MAP, MISPLACED ->
                                new Op(kind, 1, ref(wild), 2 + dice.below(2), PARTS[wild % 6]);
                        case UNMAP -> new Op(kind, 2 + dice.below(2), wild % 4, 0, dice.below(8));
                        case OFFER -> new Op(kind, 1, wild % 3, 2 + dice.below(2), FLAGS[wild]);
                        case TAKE_BACK -> new Op(kind, 1, wild % 3, 0, 0);
                    });
        }
        return ops;
    }

    /// Mostly the first three entries, sometimes one that is not there.
    private static long ref(int wild) {
        return wild == 9 ? GrantWorld.ENTRIES : wild % 3;
    }

    /// The world that most checks begin with: domain 1 lets domain 2 write its frame 10 through
    /// entry 0 and read its frame 11 through entry 1; entry 2 names a frame of domain 3, entry 3
    /// waits for a transfer, entry 4 is nothing.
    static GrantWorld granted() {
        GrantWorld world = new GrantWorld();
        return world.offer(1, 0, 2, 10, PERMIT_ACCESS)
                .offer(1, 1, 2, 11, PERMIT_ACCESS | READONLY)
                .offer(1, 2, 2, 30, PERMIT_ACCESS)
                .offer(1, 3, 2, 13, 2);
    }

    @Override
    public String toString() {
        return switch (kind) {
            case PERMITS ->
                    "permits(flags 0x%x for d%d; d%d wants to %s)"
                            .formatted(number, user, domain, (ref & 1) != 0 ? "write" : "read");
            case PIN -> "pin(entry %d of d%d, for d%d, %s)".formatted(ref, domain, user, pin());
            case UNPIN -> "unpin(entry %d of d%d, %s)".formatted(ref, domain, pin());
            case MAP, MISPLACED ->
                    "map(d%d, entry %d of d%d, %s)".formatted(user, ref, domain, parts(number));
            case UNMAP -> "unmap(d%d, handle %d, %s)".formatted(domain, ref, parts(number));
            case OFFER ->
                    "d%d writes entry %d: flags 0x%x for d%d".formatted(domain, ref, number, user);
            case TAKE_BACK -> "d%d takes entry %d back".formatted(domain, ref);
        };
    }

    private static String parts(int flags) {
        String words = (flags & GrantMap.DEVICE) != 0 ? "device" : "";
        words += (flags & GrantMap.HOST) != 0 ? (words.isEmpty() ? "host" : " and host") : "";
        return words + ((flags & GrantMap.READONLY) != 0 ? " read-only" : "");
    }
}
