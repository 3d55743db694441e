package io.xenarium.xen;

import io.xenarium.trace.SchedEvent.Runstate;

/// Run-state records as a guest asks for them (public/vcpu.h, struct vcpu_runstate_info). Those
/// that it wants to have shown at every change are written by [TimePlatform].
final class RunstateAreas {
    static final int STATE = 0;
    static final int SINCE = 8;
    static final int SPENT = 16;

    /// Bytes of a record.
    static final int BYTES = 48;

    private final GuestMemory guest;

    RunstateAreas(GuestMemory guest) {
        this.guest = guest;
    }

    /// Writes the record of `vcpu`, with the times up to `untilNanos`, to `vaddr` of `caller`, or
    /// throws [BadPointer].
    void write(Vcpu caller, Vcpu vcpu, long vaddr, long untilNanos) {
        Runstates runstates = vcpu.runstates;
        guest.putInt(caller, vaddr + STATE, runstates.now().ordinal());
        for (Runstate state : Runstate.values()) {
            long more = state == runstates.now() ? untilNanos - runstates.since() : 0;
            long spent = runstates.spent(state) + more;
            guest.putLong(caller, vaddr + SPENT + state.ordinal() * 8L, spent);
        }
        guest.putLong(caller, vaddr + SINCE, runstates.since());
    }
}
