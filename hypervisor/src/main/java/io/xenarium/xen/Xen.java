package io.xenarium.xen;

import io.xenarium.machine.Clock;
import io.xenarium.machine.Machine;
import io.xenarium.machine.Memory;
import io.xenarium.parts.Parts;
import io.xenarium.trace.Trace;

/// The pieces of the hypervisor that most others need, put together once.
record Xen(
        Memory memory,
        Clock clock,
        FrameTable frames,
        XenSlots slots,
        GuestMemory guest,
        PageTables mmu,
        Segments segments,
        Tlbs tlbs,
        Wallclock wallclock,
        Chronicle chronicle) {
    /// Takes the frames that Xen itself needs of a machine that has just been switched on.
    static Xen on(Machine machine, Parts parts, Trace trace) {
        Memory memory = machine.memory();
        Chronicle chronicle = new Chronicle(trace);
        Tlbs tlbs = new Tlbs(machine.cpus());
        FrameTable frames = new FrameTable(memory, tlbs, chronicle);
        XenSlots slots = new XenSlots(memory, frames);
        GuestMemory guest = new GuestMemory(memory, new PagingUnit(memory, parts.paging()));
        MmuPlatform lent =
                new MmuPlatform(memory, frames, slots, tlbs, guest, chronicle, parts.pvMmu());
        PageTables mmu = new PageTables(memory, frames, lent);
        Segments segments = new Segments(memory, frames, slots, mmu, guest);
        Wallclock wallclock = new Wallclock(memory, machine.clock());
        return new Xen(
                memory,
                machine.clock(),
                frames,
                slots,
                guest,
                mmu,
                segments,
                tlbs,
                wallclock,
                chronicle);
    }
}
