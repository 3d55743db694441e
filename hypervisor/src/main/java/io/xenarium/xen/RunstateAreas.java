package io.xenarium.xen;

import io.xenarium.trace.SchedEvent.Runstate;

/// The copies of run-state records in guests' own memory, where a guest has registered one
/// (public/vcpu.h, VCPUOP_register_runstate_memory_area).
final class RunstateAreas {
    /// The type of vm_assist that asks for the mark below.
    static final int ASSIST_UPDATE_FLAG = 5;

    /// Set in the time of entry while the record changes.
    private static final long UPDATING = 1L << 63;

    private static final int STATE = 0;
    private static final int SINCE = 8;
    private static final int SPENT = 16;

    /// Bytes of a record.
    static final int BYTES = 48;

    private final GuestMemory guest;

    RunstateAreas(GuestMemory guest) {
        this.guest = guest;
    }

    /// Writes the record of `vcpu` where its guest wants it: an address of the guest's kernel, even
    /// while one of its programs runs. Where it cannot be written, nothing happens: that is the
    /// guest's own fault.
    void show(Vcpu vcpu) {
        if (vcpu.runstates.areaVaddr == 0 || vcpu.kernelTableMfn == 0) {
            return;
        }
        boolean wasKernel = vcpu.isKernelMode;
        vcpu.isKernelMode = true;
        try {
            guest.require(vcpu, vcpu.runstates.areaVaddr, BYTES, true);
            write(vcpu, vcpu, vcpu.runstates.areaVaddr, vcpu.runstates.since());
        } catch (BadPointer unusable) {
            return;
        } finally {
            vcpu.isKernelMode = wasKernel;
        }
    }

    /// Writes the record of `vcpu`, with the times up to `untilNanos`, to `vaddr` of `caller`, or
    /// throws [BadPointer].
    void write(Vcpu caller, Vcpu vcpu, long vaddr, long untilNanos) {
        Runstates runstates = vcpu.runstates;
        boolean isMarked = vcpu.domain().assists(ASSIST_UPDATE_FLAG);
        guest.putLong(caller, vaddr + SINCE, runstates.since() | (isMarked ? UPDATING : 0));
        guest.putInt(caller, vaddr + STATE, runstates.now().ordinal());
        for (Runstate state : Runstate.values()) {
            long more = state == runstates.now() ? untilNanos - runstates.since() : 0;
            long spent = runstates.spent(state) + more;
            guest.putLong(caller, vaddr + SPENT + state.ordinal() * 8L, spent);
        }
        guest.putLong(caller, vaddr + SINCE, runstates.since());
    }
}
