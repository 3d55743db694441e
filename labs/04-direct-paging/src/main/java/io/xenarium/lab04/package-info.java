/// Lab 04, direct paging: page tables that guests write and Xen has checked.
///
/// Start reading in [io.xenarium.lab04.DirectPaging]; what the hypervisor lends it is
/// [io.xenarium.parts.PvMmu.Platform].
package io.xenarium.lab04;
