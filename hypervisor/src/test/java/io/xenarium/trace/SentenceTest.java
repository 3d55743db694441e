package io.xenarium.trace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.xenarium.abi.PortState;
import io.xenarium.terms.DomId;
import io.xenarium.terms.GrantRef;
import io.xenarium.terms.Maddr;
import io.xenarium.terms.Mfn;
import io.xenarium.terms.Nanos;
import io.xenarium.terms.Port;
import io.xenarium.terms.Vaddr;
import io.xenarium.terms.VcpuId;

import org.junit.jupiter.api.Test;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

class SentenceTest {
    private static final VcpuId VCPU = new VcpuId(0);
    private static final DomId DOM1 = new DomId(1);
    private static final Stamp GUEST = new Stamp(9, new Nanos(5), 0, DOM1, VCPU, 0);
    private static final Stamp XEN = new Stamp(9, new Nanos(5), 0, DomId.XEN, VCPU, 0);
    private static final Port PORT = new Port(3);
    private static final Mfn MFN = new Mfn(0x1a2f);
    private static final Vaddr HANDLER = new Vaddr(0xffffffff81000000L);

    private static final List<XenEvent> ONE_OF_EACH =
            List.of(
                    new CpuEvent.HypercallEntered(GUEST, 32, new CpuEvent.Args(4, 0, 0, 0, 0)),
                    new CpuEvent.HypercallReturned(GUEST, 32, -22),
                    new CpuEvent.Trapped(GUEST, 14, 2, new Vaddr(0x1000), HANDLER),
                    new CpuEvent.Bounced(GUEST, -1, HANDLER, HANDLER),
                    new CpuEvent.Returned(GUEST, HANDLER, false),
                    new DomainEvent.Created(XEN, DOM1, "hello", 2048, 1),
                    new DomainEvent.StateChanged(
                            XEN, DOM1, DomainEvent.Life.BUILDING, DomainEvent.Life.RUNNING),
                    new DomainEvent.ShutDown(GUEST, DOM1, 0),
                    new DomainEvent.Crashed(GUEST, DOM1, "no handler"),
                    new DomainEvent.Broken(XEN, DOM1, "is made to crash"),
                    new DomainEvent.Destroyed(XEN, DOM1),
                    new GrantEvent.TableSetUp(GUEST, DOM1, 1),
                    new GrantEvent.Mapped(XEN, DOM1, DomId.DOM0, new GrantRef(8), MFN, true),
                    new GrantEvent.Unmapped(XEN, DOM1, DomId.DOM0, new GrantRef(8), MFN),
                    new GrantEvent.VersionSet(GUEST, DOM1, 2),
                    new GrantEvent.Copied(XEN, DomId.DOM0, DOM1, DomId.DOM0, 512),
                    new GrantEvent.Transferred(XEN, DomId.DOM0, DOM1, new GrantRef(9), MFN),
                    new MemoryEvent.TypeChanged(
                            XEN, MFN, MemoryEvent.FrameType.NONE, MemoryEvent.FrameType.L1, 1),
                    new MemoryEvent.EntryWritten(GUEST, new Maddr(0x1000), 0, 0x67),
                    new MemoryEvent.Pinned(XEN, MFN, MemoryEvent.FrameType.L4, true),
                    new MemoryEvent.BaseSwitched(GUEST, MFN, MFN.plus(1)),
                    new PortEvent.Bound(
                            XEN,
                            DOM1,
                            PORT,
                            new PortState.Free(),
                            new PortState.Interdomain(DomId.DOM0, new Port(2), VCPU)),
                    new PortEvent.Closed(XEN, DOM1, PORT, new PortState.Ipi(VCPU)),
                    new PortEvent.Sent(GUEST, DomId.DOM0, PORT),
                    new PortEvent.PendingChanged(XEN, DOM1, PORT, false, true),
                    new PortEvent.MaskChanged(XEN, DOM1, PORT, true, true),
                    new PortEvent.SelectorChanged(XEN, DOM1, VCPU, 0, false, true),
                    new PortEvent.UpcallRaised(XEN, DOM1, VCPU, false),
                    new PortEvent.Queued(XEN, DOM1, PORT, VCPU, 7),
                    new PortEvent.AbiChosen(GUEST, DOM1, true),
                    new RingEvent.Moved(XEN, RingEvent.Ring.CONSOLE, DOM1, true, 1, 1),
                    new RingEvent.ConsoleWritten(GUEST, DOM1, 12),
                    new SchedEvent.RunstateChanged(
                            XEN,
                            DOM1,
                            VCPU,
                            SchedEvent.Runstate.RUNNABLE,
                            SchedEvent.Runstate.RUNNING),
                    new SchedEvent.TimerSet(GUEST, DOM1, VCPU, new Nanos(1_000)),
                    new SchedEvent.TimerFired(XEN, DOM1, VCPU, new Nanos(1_000)),
                    new SchedEvent.TimeVersionChanged(XEN, DOM1, VCPU, 4, 5),
                    new SchedEvent.TimeVersionChanged(XEN, DOM1, VCPU, 5, 6),
                    new SchedEvent.Dispatched(XEN, DOM1, VCPU, 1, new Nanos(1_000)),
                    new SchedEvent.Migrated(XEN, DOM1, VCPU, 0, 1),
                    new SchedEvent.CreditsRefilled(XEN, DOM1, VCPU),
                    new SchedEvent.ShareSet(XEN, DOM1, 512, 50),
                    new SchedEvent.AffinitySet(XEN, DOM1, VCPU, 3, 1),
                    new StoreEvent.Written(XEN, DomId.DOM0, "/a", Optional.of("1"), "2"),
                    new StoreEvent.Removed(XEN, DomId.DOM0, "/a"),
                    new StoreEvent.WatchSet(XEN, DOM1, "/a", "token"),
                    new StoreEvent.WatchFired(XEN, DOM1, "/a", "token"),
                    new StoreEvent.Answered(XEN, DOM1, 2, "/a", "ENOENT"));

    private static final String SENTENCES =
            """
            vCPU 0 of domain 1 calls Xen: event_channel_op send.
            Xen answers event_channel_op of vCPU 0 of domain 1 with -EINVAL.
            vCPU 0 of domain 1 raises a page fault on address 0x1000; Xen takes over.
            Xen sends vCPU 0 of domain 1 to its event handler at 0xffffffff81000000.
            vCPU 0 of domain 1 returns from its handler to the kernel at 0xffffffff81000000.
            The toolstack makes domain 1, “hello”, with 2048 pages and 1 vCPU.
            Domain 1 goes from building to running.
            Domain 1 asks to power off.
            Domain 1 crashes: no handler.
            On purpose: domain 1 is made to crash.
            Domain 1 is gone, with all that it owned.
            Domain 1 sets up its grant table, 1 frame.
            Domain 0 maps grant 8 of domain 1, to read only: mfn 0x01a2f.
            Domain 0 gives grant 8 of domain 1 back.
            The grant table of domain 1 has entries of version 2 from now on.
            Domain 0 has 512 bytes copied from domain 1 to domain 0.
            Domain 0 gives mfn 0x01a2f to domain 1, whose grant 9 waited for it.
            The type of mfn 0x01a2f changes from none to L1 page table, count 1.
            The page-table entry at 0x1000 changes from 0x0 to 0x67.
            Mfn 0x01a2f is pinned as L4 page table.
            vCPU 0 of domain 1 changes its page-table root from mfn 0x01a2f to mfn 0x01a30.
            Port 3 of domain 1 is joined to port 2 of domain 0.
            Port 3 of domain 1 is closed and free again.
            vCPU 0 of domain 1 signals port 3 of domain 0.
            Xen sets the pending bit of port 3 of domain 1.
            The mask bit of port 3 of domain 1 was set already.
            Xen sets selector bit 0 of vCPU 0 of domain 1 (ports 0 to 63).
            Xen raises the upcall flag of vCPU 0 of domain 1.
            Xen puts port 3 of domain 1 at the end of queue 7 of vCPU 0 of domain 1.
            The events of domain 1 are told by queues from now on.
            1 byte crosses the console ring, from domain 1.
            Domain 1 writes 12 bytes to Xen's own console.
            vCPU 0 of domain 1 goes from runnable to running.
            vCPU 0 of domain 1 sets its timer to 0.000001000 s.
            The timer of vCPU 0 of domain 1 goes off; it was set to 0.000001000 s.
            Xen changes the time record of vCPU 0 of domain 1: its version is 5, odd.
            The time record of vCPU 0 of domain 1 is whole: its version is 6, even.
            Processor 1 runs vCPU 0 of domain 1, until 0.000001000 s at the most.
            vCPU 0 of domain 1 goes from processor 0 to processor 1.
            Not even vCPU 0 of domain 1 has credit left: everybody gets new credit.
            Domain 1 has weight 512 from now on, and a cap of 50 %.
            vCPU 0 of domain 1 may run on the processors 0x3, and should on 0x1.
            Domain 0 changes /a from “1” to “2”.
            Domain 0 removes /a.
            Domain 1 watches /a.
            Domain 1 is told that /a changed.
            The store answers domain 1 about /a with ENOENT.
            """;

    @Test
    void everyKindOfEventHasItsSentence() {
        assertEquals(
                SENTENCES,
                ONE_OF_EACH.stream()
                        .map(event -> Sentence.of(event) + "\n")
                        .collect(Collectors.joining()));
    }

    @Test
    void noKindIsForgottenHere() {
        Set<Class<?>> here = ONE_OF_EACH.stream().map(Object::getClass).collect(Collectors.toSet());
        List<Class<?>> all =
                Arrays.stream(XenEvent.class.getPermittedSubclasses())
                        .flatMap(family -> Stream.of(family.getPermittedSubclasses()))
                        .collect(Collectors.toList());
        assertTrue(
                here.containsAll(all),
                () -> all.stream().filter(it -> !here.contains(it)).toList() + "");
    }
}
