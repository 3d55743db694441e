/// The checks of lab 08.
///
/// Start reading in [io.xenarium.lab08.check.T1Contract].
package io.xenarium.lab08.check;
