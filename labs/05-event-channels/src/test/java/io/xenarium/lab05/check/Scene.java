package io.xenarium.lab05.check;

import io.xenarium.abi.PortState;
import io.xenarium.lab.CheckFailed;
import io.xenarium.lab.Rule;
import io.xenarium.lab.Subject;
import io.xenarium.parts.EventChannels;
import io.xenarium.terms.DomId;
import io.xenarium.terms.Errno;
import io.xenarium.terms.Port;
import io.xenarium.terms.VcpuId;

/// The learner's part on a world, and what is expected of the two, in one line each.
final class Scene {
    final EventWorld world;
    final EventChannels part;
    private String last = "nothing";

    Scene(EventWorld world) {
        this.world = world;
        part = Subject.current().mine().eventChannels().make(world);
        tellReplay(world);
    }

    /// Lets a world tell what happens in it, where a case is repeated for somebody to read.
    static void tellReplay(EventWorld world) {
        if (Subject.current().isReplay()) {
            world.told = Subject.current().steps();
        }
    }

    /// The world of most checks: see [Op#wired].
    static Scene wired() {
        return new Scene(Op.wired());
    }

    /// Asks `op` and expects this answer.
    Scene answers(long wanted, Op op) {
        last = op.toString();
        long answer = op.happen(part, world);
        if (answer != wanted) {
            throw new CheckFailed(
                    Rules.ANSWER,
                    last + " answered " + Errno.describe(answer),
                    "answers " + Errno.describe(wanted));
        }
        return this;
    }

    /// Asks `op` and expects that it is refused with this error, and that nothing has changed.
    Scene refuses(Errno why, Op op) {
        EventWorld before = world.copy();
        answers(why.rc(), op);
        Difference.between(world, before)
                .ifPresent(difference -> {
                    throw new CheckFailed(
                            Rules.REFUSED,
                            last + " was refused, yet " + difference.you(),
                            "refuses before it changes anything");
                });
        return this;
    }

    Scene isBound(int domain, int port, PortState wanted) {
        PortState state = world.states[domain][port];
        return expect(
                Rules.BOUND,
                state.equals(wanted),
                "port %d of d%d is %s".formatted(port, domain, EventWorld.words(state)),
                "leaves it " + EventWorld.words(wanted));
    }

    Scene isPending(int domain, int port, boolean wanted) {
        String name = "port %d of d%d".formatted(port, domain);
        return expect(
                Rules.PENDING,
                world.pending[domain][port] == wanted,
                name + (wanted ? " is not pending" : " is pending"),
                wanted ? "sets its pending bit" : "leaves its pending bit clear");
    }

    Scene isSelected(int domain, int vcpu, long wanted) {
        long selector = world.selectors[domain][vcpu];
        return expect(
                Rules.SELECTOR,
                selector == wanted,
                "the selector of d%d v%d is %#x".formatted(domain, vcpu, selector),
                "the selector is %#x: bit n stands for ports 64·n to 64·n+63".formatted(wanted));
    }

    Scene isInterrupted(int domain, int vcpu) {
        return expect(
                Rules.LOST,
                world.upcalls[domain][vcpu],
                "d%d v%d is not interrupted".formatted(domain, vcpu),
                "raises its upcall, or it sleeps on");
    }

    /// Expects that the upcall was raised this often since the beginning.
    Scene raised(int wanted) {
        return expect(
                world.raised > wanted ? Rules.NEEDLESS : Rules.LOST,
                world.raised == wanted,
                "the upcall was raised %d times in all".formatted(world.raised),
                "raises it %d times by then".formatted(wanted));
    }

    /// Expects that nobody is told of a masked port.
    Scene isHeldBack(int domain, int vcpu) {
        return expect(
                Rules.MASKED,
                world.selectors[domain][vcpu] == 0 && !world.upcalls[domain][vcpu],
                "d%d v%d is told of a port that is masked".formatted(domain, vcpu),
                "leaves selector and upcall alone while the port is masked");
    }

    Scene expect(Rule rule, boolean holds, String you, String xen) {
        if (!holds) {
            throw new CheckFailed(rule, "after " + last + ", " + you, xen);
        }
        return this;
    }

    static Op alloc(int owner, int remote) {
        return new Op(Op.Kind.ALLOC, owner, 0, remote, 0, 0);
    }

    static Op send(int domain, int port) {
        return new Op(Op.Kind.SEND, domain, port, 0, 0, 0);
    }

    static Op fire(int domain, int port) {
        return new Op(Op.Kind.FIRE, domain, port, 0, 0, 0);
    }

    static Op bind(int domain, int remote, int remotePort) {
        return new Op(Op.Kind.BIND, domain, 0, remote, remotePort, 0);
    }

    static Op bindVirq(int domain, int vcpu, int virq) {
        return new Op(Op.Kind.BIND_VIRQ, domain, 0, 0, virq, vcpu);
    }

    static Op unmask(int domain, int port) {
        return new Op(Op.Kind.UNMASK, domain, port, 0, 0, 0);
    }

    static Op close(int domain, int port) {
        return new Op(Op.Kind.CLOSE, domain, port, 0, 0, 0);
    }

    static Op masks(int domain, int port) {
        return new Op(Op.Kind.MASKS, domain, port, 0, 0, 0);
    }

    static Op handles(int domain, int vcpu) {
        return new Op(Op.Kind.HANDLES, domain, 0, 0, 0, vcpu);
    }

    static PortState.Unbound unbound(int remote, int vcpu) {
        return new PortState.Unbound(new DomId(remote), new VcpuId(vcpu));
    }

    static PortState.Interdomain wire(int peer, int port, int vcpu) {
        return new PortState.Interdomain(new DomId(peer), new Port(port), new VcpuId(vcpu));
    }

    static PortState.Virq virq(int number, int vcpu) {
        return new PortState.Virq(number, new VcpuId(vcpu));
    }
}
