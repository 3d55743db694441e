package io.xenarium.xen;

import io.xenarium.machine.cpu.ProcessorModel;
import io.xenarium.terms.Check;

/// What a domain is made with, of all that the hypervisor itself needs to know.
///
/// @param name what the toolstack calls it
/// @param pages how many frames it may own
/// @param vcpus how many virtual processors it has
/// @param mayWriteConsole whether it may write to Xen's own console, as any domain may on a Xen
///   built for debugging
/// @param processor what it is to see of the processor
public record DomainConfig(
        String name, int pages, int vcpus, boolean mayWriteConsole, ProcessorModel processor) {
    public DomainConfig {
        Check.that(pages >= 0, "a domain cannot have %d pages", pages);
        Check.that(vcpus > 0 && vcpus <= Limits.VCPUS, "a domain cannot have %d vCPUs", vcpus);
    }

    /// A domain that sees all of the processor that a PV guest can use.
    public DomainConfig(String name, int pages, int vcpus, boolean mayWriteConsole) {
        this(name, pages, vcpus, mayWriteConsole, CpuidLeaves.PARAVIRTUAL);
    }
}
