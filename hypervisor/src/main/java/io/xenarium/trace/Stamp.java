package io.xenarium.trace;

import io.xenarium.terms.DomId;
import io.xenarium.terms.Nanos;
import io.xenarium.terms.VcpuId;

/// When, where and why an event happened.
///
/// @param seq number of the event since the machine started, from 1, without holes: the same run
///   gives the same number
/// @param time virtual time
/// @param pcpu the physical CPU that was busy with it
/// @param domain the domain on whose behalf it happened; [DomId#XEN] for the hypervisor's own doing
/// @param vcpu the vCPU on whose behalf it happened
/// @param cause `seq` of the event that led here, 0 where nothing did
public record Stamp(long seq, Nanos time, int pcpu, DomId domain, VcpuId vcpu, long cause) {}
