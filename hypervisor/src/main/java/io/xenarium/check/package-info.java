/// Checkers that look at the hypervisor from outside and say what does not hold. Start with
/// [io.xenarium.check.Invariants]. May import everything above.
package io.xenarium.check;
