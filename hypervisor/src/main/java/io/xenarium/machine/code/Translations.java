package io.xenarium.machine.code;

import io.xenarium.machine.Memory;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;
import java.util.stream.Stream;

/// The regions of a processor: which blocks are to be translated, and what has become of it.
///
/// 1. A block is part of at most one translation under way.
/// 2. There are at most [#REGIONS_MAX] regions; of the oldest one goes that was not entered lately.
final class Translations {
    private static final int REGIONS_MAX = 2000;

    /// So many of the oldest may stay because they were entered lately.
    private static final int CHANCES = 8;

    /// After so many new regions those are let go that are in use no more, and the JVM can unload
    /// their classes.
    private static final int SWEEP = 256;

    /// Translations under way; while there are more, no others begin.
    private static final int WAITING_MAX = 64;

    /// How often a block is executed before it is asked again whether its translation is there.
    private static final int LOOK_AGAIN = 100;

    private final Interpreter interpreter;
    private final RegionFinder finder;
    private final List<Object> constants;
    private int patience;
    private final Worker worker;
    private final Maker maker;
    private final EntryCache entered;
    private final Deque<Region> regions = new ArrayDeque<>();
    private int waiting;
    private int refused;

    /// How many regions there have been, and what those executed that are in use no more.
    private int made;

    private long executedBefore;

    /// What the worker has finished and the processor has not taken over yet.
    private final ConcurrentLinkedQueue<Finished> finished = new ConcurrentLinkedQueue<>();

    /// Makes a region of a plan.
    @FunctionalInterface
    interface Maker {
        Region make(RegionPlan plan, List<Object> constants);
    }

    /// A translation that is done.
    ///
    /// @param region what came out, or null where no region could be made
    /// @param parts what was to be translated: more than the region has where it came out too long
    private record Finished(Region region, RegionPlan plan, List<RegionPart> parts) {
        /// Whether what was to be translated has become part of the region.
        boolean has(RegionPart part) {
            return region != null && plan.part(part.at) == part;
        }
    }

    /// Who translates.
    @FunctionalInterface
    interface Worker {
        /// Translates at once.
        Worker AT_ONCE = translation -> translation.get().run();

        /// @param translation what is to be done; what it returns is to be run when the guest may
        ///   begin to use what came out
        void submit(Supplier<Runnable> translation);
    }

    /// @param patience how often a block is interpreted before it is translated
    /// @param worker who does the translating, now or later
    /// @param maker how a region is made
    /// @param entered is forgotten where there are new regions
    Translations(
            Interpreter interpreter, int patience, Worker worker, Maker maker, EntryCache entered) {
        this.maker = maker;
        this.entered = entered;
        this.interpreter = interpreter;
        this.patience = patience;
        this.worker = worker;
        finder = new RegionFinder(interpreter, patience);
        constants = RegionCode.constants(interpreter.core(), interpreter.fetch().free());
    }

    void setPatience(int newPatience) {
        patience = newPatience;
        finder.setPatience(newPatience);
    }

    /// Looks at a block that has been executed often.
    void consider(Block block, long rip) {
        takeOver();
        if (block.entry != null) {
            return;
        }
        if (block.isAwaited) {
            block.patience = LOOK_AGAIN;
            return;
        }
        if (!interpreter.core().isLong || block.translatable() == 0) {
            block.patience = Integer.MAX_VALUE;
            return;
        }
        if (waiting >= WAITING_MAX) {
            block.patience = patience;
            return;
        }
        begin(finder.find(rip));
    }

    /// Translates once more, with what lies around it, a region that is entered so often that it
    /// must be left as often: a loop leads out of it and back.
    ///
    /// @param rip where it is entered now
    void grow(long rip) {
        takeOver();
        if (waiting >= WAITING_MAX) {
            return;
        }
        RegionPlan plan = finder.findLarge(rip);
        if (!plan.isEmpty()) {
            begin(plan);
        }
    }

    private void begin(RegionPlan plan) {
        plan.connect();
        List<RegionPart> parts = List.copyOf(plan.parts());
        for (RegionPart part : parts) {
            part.frame.add(plan);
            if (part.block.entry == null) {
                part.block.patience = LOOK_AGAIN;
                part.block.isAwaited = true;
            }
        }
        waiting++;
        worker.submit(() -> {
            Finished done = new Finished(make(plan), plan, parts);
            return () -> finished.add(done);
        });
        takeOver();
    }

    /// The region of a plan, or null where it cannot be written or the JVM does not accept it: then
    /// its code is interpreted for ever, and whoever translates lives on.
    private Region make(RegionPlan plan) {
        try {
            return maker.make(plan, constants);
        } catch (RuntimeException | LinkageError | VirtualMachineError wrong) {
            return null;
        }
    }

    /// Begins to use what is finished.
    void takeOver() {
        for (Finished done = finished.poll(); done != null; done = finished.poll()) {
            waiting--;
            release(done);
            if (done.region == null) {
                refuse(done.parts);
            } else {
                use(done.region);
            }
        }
    }

    private void release(Finished done) {
        for (RegionPart part : done.parts) {
            part.block.isAwaited = false;
            if (!done.has(part)) {
                part.frame.remove(done.plan);
            }
            if (part.block.entry == null) {
                part.block.patience = patience;
            }
        }
    }

    private void refuse(List<RegionPart> parts) {
        refused++;
        for (RegionPart part : parts) {
            if (part.block.entry == null) {
                part.block.patience = Integer.MAX_VALUE;
            }
        }
    }

    /// How many regions could not be made.
    int refused() {
        return refused;
    }

    private void use(Region region) {
        RegionPlan plan = region.plan;
        for (RegionPart part : plan.entries()) {
            if (part.block.entry == null || plan.isLarge()) {
                part.block.entry = RegionEntry.of(region, part);
            }
            part.block.patience = 0;
        }
        region.number = ++made;
        entered.forget();
        regions.add(region);
        if (made % SWEEP == 0) {
            regions.removeIf(this::isGone);
        }
        if (regions.size() > REGIONS_MAX) {
            evict();
        }
    }

    /// Lets a region go, because there is no more room.
    private void evict() {
        Region oldest = regions.removeFirst();
        for (int i = 0; i < CHANCES && !oldest.isDropped() && oldest.takeEntered(); i++) {
            regions.add(oldest);
            oldest = regions.removeFirst();
        }
        oldest.plan.drop();
        letGo(oldest);
    }

    /// Whether a region is in use no more. It is to be asked once, before it is let go.
    private boolean isGone(Region region) {
        if (region.plan.isDropped()) {
            letGo(region);
        }
        return region.plan.isDropped();
    }

    /// Has nothing refer to a region that is in use no more, so that the JVM can unload its class.
    private void letGo(Region region) {
        executedBefore += region.executed();
        for (RegionPart part : region.plan.parts()) {
            part.frame.remove(region.plan);
            RegionEntry entry = part.block.entry;
            if (entry != null && entry.region() == region) {
                forget(part.block);
            }
        }
    }

    private Stream<Region> inUse() {
        return regions.stream().filter(one -> !one.plan.isDropped());
    }

    private Optional<Region> find(int number) {
        return inUse().filter(one -> one.number == number).findFirst();
    }

    /// The regions in use, the oldest first.
    List<RegionSight> look() {
        return inUse().map(Region::look).toList();
    }

    /// The listing of a region that is in use.
    Optional<RegionListing> list(int number, Memory memory) {
        return find(number).map(region -> region.list(memory));
    }

    /// Does without a region from now on: its code is interpreted until it has been executed often
    /// once more.
    ///
    /// @return whether it was in use
    boolean drop(int number) {
        Optional<Region> found = find(number);
        found.ifPresent(region -> region.plan.drop());
        return found.isPresent();
    }

    /// How many regions there have been.
    int made() {
        return made;
    }

    /// How many translations are under way.
    int waiting() {
        return waiting;
    }

    /// How many instructions all regions together have executed.
    long executed() {
        long executed = executedBefore;
        for (Region region : regions) {
            executed += region.executed();
        }
        return executed;
    }

    /// Forgets that a region could be entered at `block`.
    void forget(Block block) {
        block.entry = null;
        block.patience = patience;
    }
}
