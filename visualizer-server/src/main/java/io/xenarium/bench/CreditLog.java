package io.xenarium.bench;

import io.xenarium.bench.view.Scene;
import io.xenarium.trace.SchedEvent;
import io.xenarium.trace.XenEvent;
import io.xenarium.xen.Domain;
import io.xenarium.xen.Hypervisor;
import io.xenarium.xen.Vcpu;

import java.util.ArrayList;
import java.util.List;

/// What credit every vCPU had at the newest events of the scheduler, as far back as there is room:
/// no event tells it. As in [EventLog], a run that is repeated writes the same to the same places.
final class CreditLog {
    private static final int ROOM = 1 << 15;

    private final Hypervisor xen;
    private final Scene.Credits[] rows = new Scene.Credits[ROOM];

    CreditLog(Hypervisor xen) {
        this.xen = xen;
    }

    /// Looks at an event as it happens.
    void see(XenEvent event) {
        long seq = event.stamp().seq();
        rows[(int) (seq % ROOM)] =
                event instanceof SchedEvent
                        ? new Scene.Credits(seq, event.stamp().time().value(), now())
                        : null;
    }

    private long[] now() {
        List<Domain> domains = xen.domains();
        int count = 0;
        for (Domain domain : domains) {
            count += domain.isControl() ? 0 : domain.vcpus().size();
        }
        long[] credits = new long[2 * count];
        int at = 0;
        for (Domain domain : domains) {
            if (!domain.isControl()) {
                for (Vcpu vcpu : domain.vcpus()) {
                    credits[at++] = Scene.Credits.key(vcpu);
                    credits[at++] = vcpu.sched().credit();
                }
            }
        }
        return credits;
    }

    /// From one event to another, as far as they are kept.
    List<Scene.Credits> range(long fromSeq, long toSeq) {
        List<Scene.Credits> found = new ArrayList<>();
        for (long seq = Math.max(1, Math.max(fromSeq, toSeq - ROOM + 1)); seq <= toSeq; seq++) {
            Scene.Credits row = rows[(int) (seq % ROOM)];
            if (row != null && row.seq() == seq) {
                found.add(row);
            }
        }
        return found;
    }
}
