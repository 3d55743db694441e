package io.xenarium.xen;

import io.xenarium.machine.Clock;
import io.xenarium.parts.EventChannels;
import io.xenarium.terms.Port;

/// Lets the timers of all vCPUs go off: the two of a vCPU's own end in its VIRQ_TIMER, that of a
/// poll ends the poll. A domain's watchdog shuts it down.
final class Timers {
    private static final int VIRQ_TIMER = 0;

    /// The reason of the shutdown of a domain that its watchdog found asleep (public/sched.h).
    private static final int WATCHDOG = 4;

    private final Domains domains;
    private final Clock clock;
    private final RunQueue queue;
    private final EventChannels events;
    private final Chronicle chronicle;

    Timers(Domains domains, RunQueue queue, EventChannels events, Xen xen) {
        this.domains = domains;
        this.queue = queue;
        this.events = events;
        clock = xen.clock();
        chronicle = xen.chronicle();
    }

    /// When the next timer goes off, [VcpuTimers#OFF] where none is set. Timers of a domain that
    /// does not run wait until it does.
    long next() {
        long next = VcpuTimers.OFF;
        for (Domain domain : domains.all()) {
            if (domain.isRunning()) {
                for (Vcpu vcpu : domain.vcpus()) {
                    next = Math.min(next, vcpu.timers.next());
                }
                for (long deadline : domain.watchdogs) {
                    next = Math.min(next, deadline);
                }
            }
        }
        return next;
    }

    /// Lets those go off whose time has come.
    void fire() {
        if (next() > clock.nanos()) {
            return;
        }
        for (Domain domain : domains.all()) {
            for (Vcpu vcpu : domain.vcpus()) {
                if (domain.isRunning()) {
                    fire(vcpu);
                }
            }
            for (int i = 0; i < domain.watchdogs.length; i++) {
                if (domain.isRunning() && domain.watchdogs[i] <= clock.nanos()) {
                    domain.watchdogs[i] = VcpuTimers.OFF;
                    domain.shutDown(WATCHDOG);
                }
            }
        }
    }

    private void fire(Vcpu vcpu) {
        long now = clock.nanos();
        VcpuTimers timers = vcpu.timers;
        if (timers.singleShot() <= now) {
            long deadline = timers.singleShot();
            timers.setSingleShot(VcpuTimers.OFF);
            interrupt(vcpu, deadline);
        }
        if (timers.periodic() <= now) {
            long deadline = timers.periodic();
            timers.nextPeriod(now);
            interrupt(vcpu, deadline);
        }
        if (timers.poll() <= now) {
            timers.setPoll(VcpuTimers.OFF);
            queue.wake(vcpu);
        }
    }

    private void interrupt(Vcpu vcpu, long deadline) {
        Domain domain = vcpu.domain();
        chronicle.timerFired(domain.id(), vcpu.id(), deadline);
        Port port = domain.ports().virqPort(VIRQ_TIMER, vcpu.id());
        if (port.value() != 0) {
            long cause = chronicle.trace().because(chronicle.trace().seq());
            chronicle.sent(domain.id(), port);
            events.setPending(domain.id(), port);
            chronicle.trace().because(cause);
        }
    }
}
