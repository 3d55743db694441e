/// The fixed half of Xen: domains and their vCPUs, who owns which frame and as what, the tables of
/// ports and grants, what happens at a hypercall and at a trap, and the loop that shares the
/// processors out. Start with [io.xenarium.xen.Hypervisor], then follow one hypercall through
/// [io.xenarium.xen.Hypercalls].
///
/// State lives here; what a lab is about is decided by a part (`io.xenarium.parts`). May import
/// `terms`, `abi`, `trace`, `machine` and `parts`.
package io.xenarium.xen;
