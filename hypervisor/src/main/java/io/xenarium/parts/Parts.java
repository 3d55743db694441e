package io.xenarium.parts;

import io.xenarium.terms.Bug;

import java.util.EnumMap;
import java.util.Map;
import java.util.ServiceLoader;

/// Who fills which slot. Immutable: [#with] gives another set.
public final class Parts {
    /// Whose implementation fills a slot.
    public enum Holder {
        REFERENCE,
        YOURS,
        MUTANT
    }

    private record Filled(Object maker, Holder holder) {}

    private final Map<Slot, Filled> slots;

    private Parts(Map<Slot, Filled> slots) {
        this.slots = slots;
    }

    /// No slot filled: for a test that brings its own.
    public static Parts none() {
        return new Parts(new EnumMap<>(Slot.class));
    }

    /// The reference parts that `loader` knows; a slot for which it knows none stays empty.
    public static Parts reference(ClassLoader loader) {
        Parts parts = none();
        for (Slot slot : Slot.values()) {
            for (Object maker : ServiceLoader.load(slot.maker(), loader)) {
                parts = parts.with(slot, maker, Holder.REFERENCE);
            }
        }
        return parts;
    }

    /// The same set, but with `slot` filled by `maker`, which must be of the slot's maker type.
    public Parts with(Slot slot, Object maker, Holder holder) {
        slot.maker().cast(maker);
        Map<Slot, Filled> filled = new EnumMap<>(Slot.class);
        filled.putAll(slots);
        filled.put(slot, new Filled(maker, holder));
        return new Parts(filled);
    }

    /// Whether `slot` is filled by somebody else than the reference.
    public boolean isLent(Slot slot) {
        return slots.containsKey(slot) && holder(slot) != Holder.REFERENCE;
    }

    /// Who fills the slot.
    public Holder holder(Slot slot) {
        return filled(slot).holder;
    }

    /// Who makes the part of the slot: of the slot's maker type.
    public Object maker(Slot slot) {
        return filled(slot).maker;
    }

    public ConsoleIo.Maker consoleIo() {
        return (ConsoleIo.Maker) filled(Slot.CONSOLE_IO).maker;
    }

    public Processor.Maker processor() {
        return (Processor.Maker) filled(Slot.PROCESSOR).maker;
    }

    public PvEntry.Maker pvEntry() {
        return (PvEntry.Maker) filled(Slot.PV_ENTRY).maker;
    }

    public Paging.Maker paging() {
        return (Paging.Maker) filled(Slot.PAGING).maker;
    }

    public PvMmu.Maker pvMmu() {
        return (PvMmu.Maker) filled(Slot.PV_MMU).maker;
    }

    public EventChannels.Maker eventChannels() {
        return (EventChannels.Maker) filled(Slot.EVENT_CHANNELS).maker;
    }

    public GuestTime.Maker guestTime() {
        return (GuestTime.Maker) filled(Slot.GUEST_TIME).maker;
    }

    public DomainBuilder.Maker domainBuilder() {
        return (DomainBuilder.Maker) filled(Slot.DOMAIN_BUILDER).maker;
    }

    public Scheduler.Maker scheduler() {
        return (Scheduler.Maker) filled(Slot.SCHEDULER).maker;
    }

    public Grants.Maker grants() {
        return (Grants.Maker) filled(Slot.GRANTS).maker;
    }

    public SplitDriver.Maker splitDriver() {
        return (SplitDriver.Maker) filled(Slot.SPLIT_DRIVER).maker;
    }

    public BlockBackend.Maker blockBackend() {
        return (BlockBackend.Maker) filled(Slot.BLOCK_BACKEND).maker;
    }

    private Filled filled(Slot slot) {
        Filled filled = slots.get(slot);
        if (filled == null) {
            throw new Bug("nobody fills slot " + slot + ": are the solutions on the class path?");
        }
        return filled;
    }
}
