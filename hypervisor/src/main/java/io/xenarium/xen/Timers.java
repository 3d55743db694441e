package io.xenarium.xen;

import io.xenarium.machine.Clock;
import io.xenarium.parts.GuestTime;
import io.xenarium.terms.Check;

/// Knows when the next timer goes off, and has [GuestTime] look at those of a vCPU when it comes to
/// that. A domain's watchdog shuts it down.
final class Timers {
    /// The reason of the shutdown of a domain that its watchdog found asleep (public/sched.h).
    private static final int WATCHDOG = 4;

    private final Domains domains;
    private final Clock clock;
    private final GuestTime time;

    Timers(Domains domains, Clock clock, GuestTime time) {
        this.domains = domains;
        this.clock = clock;
        this.time = time;
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
                if (domain.isRunning() && vcpu.timers.next() <= clock.nanos()) {
                    time.fireExpired(vcpu.who);
                    // Or time would stand still before it.
                    Check.that(
                            vcpu.timers.next() > clock.nanos(),
                            "a timer is due still, after those that were due went off");
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
}
