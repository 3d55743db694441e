/// The checks of lab 06.
///
/// Start reading in [io.xenarium.lab06.check.T1Contract].
package io.xenarium.lab06.check;
