package io.xenarium.xen;

/// Why a run ended.
public enum Stopped {
    /// The time that was asked for has come.
    TIME,
    /// The condition that was given has come true.
    CONDITION,
    /// Nothing can ever happen without an input: no vCPU can run and no timer is set. Time stands
    /// still.
    IDLE
}
