/// The checks of lab 01: a learner's processor alone, beside the reference, in turns, in a booting
/// guest, and with bytes and addresses that mean harm.
package io.xenarium.lab01.check;
