/// The seam: one interface per lab, named for the Xen subsystem that it is. A learner writes an
/// implementation, the reference is another, and the hypervisor runs on either.
///
/// Each interface has a nested `Platform`, which is all that the hypervisor lends to the part, and
/// a nested `Maker`, through which `java.util.ServiceLoader` finds the part. A part sees no other
/// part, holds no state of its own (the hypervisor keeps the tables, so that it can show, save and
/// restore them whoever's part runs), and is deterministic: no threads, no clock, no randomness, no
/// statics.
///
/// May import `terms`, `abi` and `trace`.
package io.xenarium.parts;
