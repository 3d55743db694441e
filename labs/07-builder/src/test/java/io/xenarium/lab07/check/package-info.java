/// The checks of lab 07.
///
/// Start reading in [io.xenarium.lab07.check.T1Contract].
package io.xenarium.lab07.check;
