package io.xenarium.bench.view;

import io.xenarium.toolstack.Host;
import io.xenarium.trace.DomainEvent.Life;
import io.xenarium.trace.SchedEvent.Runstate;
import io.xenarium.xen.Domain;

import java.util.List;
import java.util.Locale;

/// A domain on the map: a row of `xl list`.
///
/// @param letters its state as `xl list` prints it: running, blocked, paused, shutdown, crashed,
///   dying, each a letter or a dash
/// @param console whether it has a console that one can type at
public record DomainView(
        int id, String name, String state, String letters, long pages, int vcpus, boolean console) {
    /// All domains of `host`, in ascending order.
    public static List<DomainView> of(Host host) {
        return host.hypervisor().domains().stream().map(DomainView::of).toList();
    }

    private static DomainView of(Domain domain) {
        return new DomainView(
                domain.id().value(),
                domain.name(),
                domain.life().name().toLowerCase(Locale.ROOT),
                letters(domain),
                domain.config().pages(),
                domain.vcpus().size(),
                !domain.isControl());
    }

    private static String letters(Domain domain) {
        Life life = domain.life();
        boolean isLive = life == Life.RUNNING;
        boolean hasRunning = isLive && has(domain, Runstate.RUNNING);
        boolean isBlocked =
                isLive && !hasRunning && !has(domain, Runstate.RUNNABLE) && !domain.isControl();
        return letter('r', hasRunning || isLive && domain.isControl())
                + letter('b', isBlocked)
                + letter('p', life == Life.PAUSED || life == Life.BUILDING)
                + letter('s', life == Life.SHUTDOWN)
                + letter('c', life == Life.CRASHED)
                + letter('d', life == Life.DYING);
    }

    private static boolean has(Domain domain, Runstate state) {
        return domain.vcpus().stream().anyMatch(vcpu -> vcpu.runstate() == state);
    }

    private static String letter(char letter, boolean isSo) {
        return String.valueOf(isSo ? letter : '-');
    }
}
