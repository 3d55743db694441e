/// The control domain's daemons, which are Java code and no guest: the store that domains talk
/// through ([io.xenarium.dom0.XenStore]) and the back-ends of the console
/// ([io.xenarium.dom0.Console]) and of disks ([io.xenarium.dom0.BlockBackends]). They hold ports of
/// domain 0 and map the ring pages of the guests that they serve; nothing a guest puts into a ring
/// may harm them.
///
/// May import `terms`, `abi`, `trace`, `machine`, `parts` and `xen`.
package io.xenarium.dom0;
