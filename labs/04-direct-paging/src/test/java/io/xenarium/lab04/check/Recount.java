package io.xenarium.lab04.check;

import io.xenarium.lab.CheckFailed;
import io.xenarium.parts.PvMmu;
import io.xenarium.trace.MemoryEvent.FrameType;

/// Counts everything again, from the tables up, without asking how it came to be so: what must hold
/// whenever no request is under way.
final class Recount {
    private final MmuWorld world;
    private final int[] counts = new int[MmuWorld.FRAMES];
    private final int[] references = new int[MmuWorld.FRAMES];

    private Recount(MmuWorld world) {
        this.world = world;
        for (int frame = 1; frame < MmuWorld.FRAMES; frame++) {
            int uses = world.held[frame] + (world.pinned[frame] ? 1 : 0);
            counts[frame] += uses;
            references[frame] += 1 + uses;
            for (int i = 0; i < MmuWorld.ENTRIES; i++) {
                if (MmuWorld.isTable(world.types[frame]) && world.isGuests(frame, i)) {
                    add(frame, world.memory[frame][i]);
                }
            }
        }
        world.loose.forEach(each -> add(each.table(), each.entry()));
    }

    private void add(int table, long entry) {
        int frame = frame(entry);
        if (frame == 0) {
            return;
        }
        boolean isLeaf = world.types[table] == FrameType.L1;
        if (isLeaf || frame != table) {
            references[frame]++;
            counts[frame] += isLeaf && !isWritable(entry) ? 0 : 1;
        }
    }

    /// What a present entry names, where it is a frame of this world; else 0.
    private static int frame(long entry) {
        long mfn = (entry & PvMmu.ADDRESS) >>> 12;
        return (entry & PvMmu.PRESENT) != 0 && mfn < MmuWorld.FRAMES ? (int) mfn : 0;
    }

    private static boolean isWritable(long entry) {
        return (entry & PvMmu.WRITABLE) != 0;
    }

    /// Sets counts and references to what types, entries and pins make them.
    static void settle(MmuWorld world) {
        Recount now = new Recount(world);
        for (int frame = 1; frame < MmuWorld.FRAMES; frame++) {
            world.counts[frame] = now.counts[frame];
            world.references[frame] = now.references[frame];
            if (world.types[frame] == FrameType.NONE && now.counts[frame] > 0) {
                world.types[frame] = FrameType.WRITABLE;
            }
        }
    }

    /// Expects that all of it holds.
    ///
    /// @throws CheckFailed the first thing that does not
    static void require(MmuWorld world, String after) {
        Recount now = new Recount(world);
        for (int frame = 1; frame < MmuWorld.FRAMES; frame++) {
            if (MmuWorld.isTable(world.types[frame])) {
                now.requireSafe(frame, after);
            }
        }
        for (int frame = 1; frame < MmuWorld.FRAMES; frame++) {
            now.requireCounted(frame, after);
        }
    }

    private void requireSafe(int table, String after) {
        if (world.stale[table]) {
            throw new CheckFailed(
                    Rules.STALE,
                    "after %s, a TLB allows stores into mfn %#x, which is %s"
                            .formatted(after, table, world.types[table]),
                    "has the TLBs forget it before it looks at the first entry");
        }
        for (int i = 0; i < MmuWorld.ENTRIES; i++) {
            if (world.isGuests(table, i)) {
                requireSafe(table, i, after);
            }
        }
    }

    private void requireSafe(int table, int index, String after) {
        long entry = world.memory[table][index];
        int frame = frame(entry);
        FrameType level = world.types[table];
        if (frame == 0 || frame == table && !isWritable(entry)) {
            return;
        }
        FrameType type = world.types[frame];
        boolean isLeaf = level == FrameType.L1;
        boolean isSafe =
                isLeaf ? !isWritable(entry) || type == FrameType.WRITABLE : leads(table, frame);
        if (!isSafe) {
            throw new CheckFailed(
                    Rules.ESCAPE,
                    "after %s, entry %d of mfn %#x (%s) is 0x%x, and mfn %#x is %s"
                            .formatted(after, index, table, level, entry, frame, type),
                    isLeaf
                            ? "maps nothing writable that is not writable memory"
                            : "leads to tables of the level below and to nothing else");
        }
    }

    private boolean leads(int table, int frame) {
        return world.types[table].ordinal() == world.types[frame].ordinal() + 1;
    }

    private void requireCounted(int frame, String after) {
        if (world.counts[frame] != counts[frame]) {
            throw new CheckFailed(
                    Rules.TYPE,
                    "after %s, mfn %#x is %s, used by %d"
                            .formatted(after, frame, world.types[frame], world.counts[frame]),
                    "counts %d: as many entries, pins and requests stand".formatted(counts[frame]));
        }
        if (world.references[frame] != references[frame]) {
            throw new CheckFailed(
                    Rules.REFERENCES,
                    "after %s, mfn %#x has %d references"
                            .formatted(after, frame, world.references[frame]),
                    "has %d: as many are accounted for".formatted(references[frame]));
        }
    }
}
