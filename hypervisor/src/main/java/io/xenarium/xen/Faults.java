package io.xenarium.xen;

import io.xenarium.abi.FifoEvents;
import io.xenarium.abi.PortState;
import io.xenarium.abi.SharedInfo;
import io.xenarium.abi.VcpuInfo;
import io.xenarium.machine.Input;
import io.xenarium.machine.Memory;
import io.xenarium.parts.EventChannels;
import io.xenarium.terms.Port;
import io.xenarium.trace.DomainEvent.Life;
import io.xenarium.trace.MemoryEvent.FrameType;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;

/// What goes wrong on purpose: each fault is an input, so that it comes again with a replay, and
/// its seed chooses among the places where it could happen.
///
/// 1. A fault hurts the domain that it is meant for; Xen's own tables stay sound.
/// 2. It says in an event what it did, also where there was nothing to break.
final class Faults {
    private static final int BITS = Memory.FRAME_BYTES * 8;

    private final Memory memory;
    private final FrameTable frames;
    private final EventChannels events;
    private final Chronicle chronicle;

    Faults(EventChannels events, Xen xen) {
        this.events = events;
        memory = xen.memory();
        frames = xen.frames();
        chronicle = xen.chronicle();
    }

    /// Breaks something of `domain` within Xen or the machine; what concerns a daemon of domain 0
    /// is told only.
    void happen(Domain domain, Input.Fault fault, long seed) {
        switch (fault) {
            case LOSE_EVENT -> loseEvent(domain, seed);
            case REPEAT_EVENT -> repeatEvent(domain, seed);
            case FLIP_BIT -> flipBit(domain, seed);
            case TEAR_TIME -> tearTime(domain, seed);
            case REFUSE_MEMORY -> {
                domain.starve();
                tell(domain, "from now on is given no more memory");
            }
            case DELAY_DISK -> tell(domain, "finds its disks a tenth of a second late");
            case KILL_BACKEND -> tell(domain, "loses the daemons that serve its console and disks");
            case CRASH -> crash(domain);
        }
    }

    private void crash(Domain domain) {
        if (domain.life() == Life.RUNNING || domain.life() == Life.PAUSED) {
            tell(domain, "is made to crash");
            domain.crash(domain.vcpus().getFirst(), "somebody wanted it so");
        } else {
            tell(domain, "cannot crash: it does not live any more");
        }
    }

    private void loseEvent(Domain domain, long seed) {
        PortTable ports = domain.ports();
        List<Port> pending = ports(domain, number -> ports.isPending(new Port(number)));
        if (pending.isEmpty()) {
            tell(domain, "has no event waiting that could be lost");
            return;
        }
        Port port = pending.get(chosen(seed, pending.size()));
        ports.flip(port, SharedInfo.EVTCHN_PENDING, FifoEvents.PENDING);
        chronicle.pendingChanged(domain.id(), port, true, false);
        tell(domain, "loses the event that waited at " + port);
    }

    private void repeatEvent(Domain domain, long seed) {
        PortTable ports = domain.ports();
        List<Port> bound =
                ports(
                        domain,
                        number ->
                                ports.state(new Port(number)) instanceof PortState.Interdomain
                                        || ports.state(new Port(number)) instanceof PortState.Virq);
        if (bound.isEmpty()) {
            tell(domain, "has no port at which an event could come twice");
            return;
        }
        Port port = bound.get(chosen(seed, bound.size()));
        tell(domain, "is told of an event at " + port + " that nobody sent");
        events.setPending(domain.id(), port);
    }

    private static List<Port> ports(Domain domain, IntPredicate wanted) {
        List<Port> found = new ArrayList<>();
        for (int number = 1; number < domain.ports().end(); number++) {
            if (wanted.test(number)) {
                found.add(new Port(number));
            }
        }
        return found;
    }

    /// In a frame that holds neither a page table nor a descriptor table: those Xen relies on.
    private void flipBit(Domain domain, long seed) {
        List<Integer> candidates = new ArrayList<>();
        for (int frame = 0; frame < frames.frames(); frame++) {
            FrameType type = frames.type(frame);
            boolean isPlain = type == FrameType.NONE || type == FrameType.WRITABLE;
            if (isPlain && frames.isOwnedBy(frame, domain.id())) {
                candidates.add(frame);
            }
        }
        if (candidates.isEmpty()) {
            tell(domain, "has no memory of which a bit could flip");
            return;
        }
        long frameMfn = candidates.get(chosen(seed, candidates.size()));
        int bit = chosen(mixed(seed), BITS);
        long maddr = frameMfn * Memory.FRAME_BYTES + bit / 8;
        memory.setByte(maddr, (byte) (memory.getByte(maddr) ^ 1 << bit % 8));
        tell(domain, "finds bit %d of mfn 0x%x turned".formatted(bit, frameMfn));
    }

    /// What a reader meets that looks while the record is written, only for longer: until Xen
    /// writes the next one.
    private void tearTime(Domain domain, long seed) {
        Vcpu vcpu = domain.vcpus().get(chosen(seed, domain.vcpus().size()));
        long version = vcpu.infoMaddr + VcpuInfo.TIME_VERSION;
        long before = memory.getInt(version) & 0xffff_ffffL;
        memory.setInt(version, (int) (before | 1));
        tell(
                domain,
                "finds the time record of its vCPU %s half written".formatted(vcpu.id().value()));
        chronicle.timeVersionChanged(vcpu.who, before, before | 1);
    }

    private void tell(Domain domain, String what) {
        chronicle.broken(domain.id(), what);
    }

    private static int chosen(long seed, int count) {
        return Math.floorMod(mixed(seed), count);
    }

    /// Neighbouring seeds choose places far from each other (Fibonacci hashing: Knuth, volume 3).
    private static long mixed(long seed) {
        long product = (seed + 1) * 0x9e3779b97f4a7c15L;
        return product ^ product >>> 32;
    }
}
