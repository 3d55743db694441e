/// The checks of lab 04, in five tiers.
///
/// Start reading in [io.xenarium.lab04.check.T1Contract]; the machine memory that they lend to a
/// part is [io.xenarium.lab04.check.MmuWorld].
package io.xenarium.lab04.check;
