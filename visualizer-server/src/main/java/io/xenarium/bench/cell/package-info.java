/// Java cells in the page: JShell in this very process, bound to the live hypervisor through a few
/// classes that read well when printed ([io.xenarium.bench.cell.Xen], [io.xenarium.bench.cell.Dom],
/// [io.xenarium.bench.cell.Store]). What reads looks directly; what acts posts an input.
///
/// May import `hypervisor`. Start with [io.xenarium.bench.cell.CellRoom].
package io.xenarium.bench.cell;
