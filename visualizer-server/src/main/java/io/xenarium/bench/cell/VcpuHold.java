package io.xenarium.bench.cell;

import io.xenarium.bench.view.CpuView;
import io.xenarium.trace.SchedEvent.Runstate;
import io.xenarium.xen.Vcpu;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// A vCPU in a cell.
public final class VcpuHold {
    private final Grip grip;
    private final Vcpu vcpu;

    VcpuHold(Grip grip, Vcpu vcpu) {
        this.grip = grip;
        this.vcpu = vcpu;
    }

    /// What it is doing.
    public Runstate runstate() {
        return grip.look(vcpu::runstate);
    }

    public boolean isUpcallPending() {
        return grip.look(vcpu::isUpcallPending);
    }

    public boolean isUpcallMasked() {
        return grip.look(vcpu::isUpcallMasked);
    }

    /// The selector word.
    public long selector() {
        return grip.look(vcpu::selector);
    }

    /// Its registers, three a line.
    public Text registers() {
        Map<String, String> values = grip.look(() -> CpuView.of(vcpu, "").registers());
        List<String> cells = new ArrayList<>();
        values.forEach((name, value) -> cells.add("%-6s %s".formatted(name, value)));
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < cells.size(); i++) {
            text.append(cells.get(i)).append(i % 3 == 2 ? "\n" : "   ");
        }
        return new Text(text.toString().stripTrailing());
    }

    @Override
    public String toString() {
        return grip.look(() ->
                "%s%s %s, upcall %s%s, selector %#x"
                        .formatted(
                                vcpu.domain().id(),
                                vcpu.id(),
                                vcpu.runstate().name().toLowerCase(java.util.Locale.ROOT),
                                vcpu.isUpcallPending() ? "pending" : "clear",
                                vcpu.isUpcallMasked() ? " and masked" : "",
                                vcpu.selector()));
    }
}
