package io.xenarium.parts;

/// A place in the hypervisor that a part fills: one per lab.
///
/// The enum knows, for each slot, its lab and the type of its maker; nothing else needs to be told
/// about a new lab.
public enum Slot {
    CONSOLE_IO("00", ConsoleIo.Maker.class),
    PROCESSOR("01", Processor.Maker.class),
    PV_ENTRY("02", PvEntry.Maker.class),
    PAGING("03", Paging.Maker.class),
    PV_MMU("04", PvMmu.Maker.class),
    EVENT_CHANNELS("05", EventChannels.Maker.class),
    GUEST_TIME("06", GuestTime.Maker.class),
    DOMAIN_BUILDER("07", DomainBuilder.Maker.class),
    SCHEDULER("08", Scheduler.Maker.class),
    GRANTS("09", Grants.Maker.class),
    SPLIT_DRIVER("11", SplitDriver.Maker.class),
    BLOCK_BACKEND("12", BlockBackend.Maker.class);

    private final String lab;
    private final Class<?> maker;

    Slot(String lab, Class<?> maker) {
        this.lab = lab;
        this.maker = maker;
    }

    /// The number of the lab, two digits.
    public String lab() {
        return lab;
    }

    /// The type that `ServiceLoader` looks for.
    public Class<?> maker() {
        return maker;
    }
}
