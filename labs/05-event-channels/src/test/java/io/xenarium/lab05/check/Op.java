package io.xenarium.lab05.check;

import io.xenarium.abi.PortState;
import io.xenarium.machine.Dice;
import io.xenarium.parts.EventChannels;
import io.xenarium.terms.DomId;
import io.xenarium.terms.Port;
import io.xenarium.terms.VcpuId;

import java.util.ArrayList;
import java.util.List;

/// One thing that happens to event channels: a hypercall that the part answers, or something that a
/// guest does on its own.
///
/// @param domain who calls, or whom it happens to
/// @param port of that domain
/// @param peer the other domain
/// @param number a remote port, or a virq
record Op(Kind kind, int domain, int port, int peer, int number, int vcpu) {
    /// What can happen.
    enum Kind {
        ALLOC,
        SEND,
        FIRE,
        BIND,
        BIND_VIRQ,
        UNMASK,
        CLOSE,
        /// The guest sets a mask bit.
        MASKS,
        /// The guest takes its upcall and handles what is pending.
        HANDLES
    }

    /// Ports that random operations are about: few, so that they meet, in two words.
    private static final int[] PORTS = {1, 2, 3, 4, 5, 6, 64, 65, 66, 0};

    /// Does it. Returns what the part answered, 0 where nobody asked it.
    long happen(EventChannels part, EventWorld world) {
        world.tell("%s:", this);
        DomId caller = new DomId(domain);
        Port at = new Port(port);
        return switch (kind) {
            case ALLOC -> part.allocUnbound(caller, new DomId(peer));
            case SEND -> part.send(caller, at);
            case FIRE -> {
                part.setPending(caller, at);
                yield 0;
            }
            case BIND -> part.bindInterdomain(caller, new DomId(peer), new Port(number));
            case BIND_VIRQ -> part.bindVirq(caller, new VcpuId(vcpu), number);
            case UNMASK -> part.unmask(caller, at);
            case CLOSE -> part.close(caller, at);
            case MASKS -> {
                world.masked[domain][port] = true;
                yield 0;
            }
            case HANDLES -> {
                world.clearUpcall(domain, vcpu);
                world.takeSelector(domain, vcpu);
                world.handleTaken(domain, vcpu);
                yield 0;
            }
        };
    }

    /// `count` operations of the given kinds, decided by `seed`.
    static List<Op> random(long seed, int count, List<Kind> kinds) {
        Dice dice = new Dice(seed);
        List<Op> ops = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ops.add(
                    new Op(
                            kinds.get(dice.below(kinds.size())),
                            1 + dice.below(2),
                            PORTS[dice.below(PORTS.length)],
                            1 + dice.below(2),
                            PORTS[dice.below(PORTS.length)],
                            dice.below(EventWorld.VCPUS)));
        }
        return ops;
    }

    /// The world that most checks begin with: in domains 1 and 2, wires within and across words of
    /// 64 ports, an interrupt between vCPUs, a virtual interrupt, and ports that wait for a peer.
    static EventWorld wired() {
        EventWorld world = new EventWorld(3, 70);
        join(world, 1, 1, 0, 2, 1, 0);
        join(world, 1, 65, 1, 2, 66, 0);
        join(world, 1, 4, 0, 1, 64, 1);
        world.states[1][2] = new PortState.Ipi(new VcpuId(1));
        world.states[1][3] = new PortState.Virq(0, new VcpuId(0));
        world.states[2][4] = new PortState.Unbound(new DomId(1), new VcpuId(1));
        world.states[2][5] = new PortState.Unbound(new DomId(2), new VcpuId(0));
        return world;
    }

    private static void join(
            EventWorld world, int domain, int port, int vcpu, int peer, int there, int vcpuThere) {
        world.states[domain][port] =
                new PortState.Interdomain(new DomId(peer), new Port(there), new VcpuId(vcpu));
        world.states[peer][there] =
                new PortState.Interdomain(new DomId(domain), new Port(port), new VcpuId(vcpuThere));
    }

    @Override
    public String toString() {
        return switch (kind) {
            case ALLOC -> "allocUnbound(d%d, for d%d)".formatted(domain, peer);
            case SEND -> "send(d%d, port %d)".formatted(domain, port);
            case FIRE -> "setPending(d%d, port %d)".formatted(domain, port);
            case BIND -> "bindInterdomain(d%d, to port %d of d%d)".formatted(domain, number, peer);
            case BIND_VIRQ -> "bindVirq(d%d v%d, virq %d)".formatted(domain, vcpu, number);
            case UNMASK -> "unmask(d%d, port %d)".formatted(domain, port);
            case CLOSE -> "close(d%d, port %d)".formatted(domain, port);
            case MASKS -> "the guest d%d masks port %d".formatted(domain, port);
            case HANDLES -> "the guest d%d v%d handles its upcall".formatted(domain, vcpu);
        };
    }
}
