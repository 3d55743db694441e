/// The machine: memory, clock, dice and the journal of inputs. It knows no Xen. Start with
/// [io.xenarium.machine.Machine]; the processor is in `machine.cpu`, what turns bytes into
/// instructions in `machine.code`, the physical things a back-end talks to in `machine.device`.
///
/// Inside this package numbers are bare `long`, named for their kind, because records would cost an
/// allocation for each access. May import `terms`, `abi` and `trace`.
package io.xenarium.machine;
