package io.xenarium.xen;

import io.xenarium.machine.Kept;
import io.xenarium.terms.DomId;
import io.xenarium.terms.VcpuId;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/// What one physical processor does: which vCPU has it, since when, and until when at the latest.
///
/// The end of a slice is a moment of virtual time and part of the state, so a run that is cut in
/// the middle of a slice goes on with the rest of it.
public final class Pcpu implements Kept {
    private final int number;
    private boolean isBusy;
    private DomId domain = DomId.DOM0;
    private VcpuId vcpu = new VcpuId(0);
    private long beginNanos;
    private long sliceEndNanos;

    Pcpu(int number) {
        this.number = number;
    }

    public int number() {
        return number;
    }

    /// Whether a vCPU has it.
    public boolean isBusy() {
        return isBusy;
    }

    /// The domain of the vCPU that has it or had it last.
    public DomId domain() {
        return domain;
    }

    /// The vCPU that has it or had it last.
    public VcpuId vcpu() {
        return vcpu;
    }

    /// Since when its vCPU has it.
    public long since() {
        return beginNanos;
    }

    /// When somebody else may have it at the latest.
    public long sliceEnd() {
        return sliceEndNanos;
    }

    public boolean runs(Vcpu candidate) {
        return isBusy && domain.equals(candidate.domain().id()) && vcpu.equals(candidate.id());
    }

    void begin(Vcpu next, long nowNanos) {
        if (!runs(next)) {
            beginNanos = nowNanos;
        }
        isBusy = true;
        domain = next.domain().id();
        vcpu = next.id();
    }

    void setIdle() {
        isBusy = false;
    }

    void setSliceEnd(long nanos) {
        sliceEndNanos = nanos;
    }

    @Override
    public void save(DataOutput out) throws IOException {
        out.writeBoolean(isBusy);
        out.writeInt(domain.value());
        out.writeInt(vcpu.value());
        out.writeLong(beginNanos);
        out.writeLong(sliceEndNanos);
    }

    @Override
    public void load(DataInput in) throws IOException {
        isBusy = in.readBoolean();
        domain = new DomId(in.readInt());
        vcpu = new VcpuId(in.readInt());
        beginNanos = in.readLong();
        sliceEndNanos = in.readLong();
    }
}
