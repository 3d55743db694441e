/// The physical things beside processor and memory: what stands behind the ports of a bare machine.
///
/// A device reacts when it is asked and never by itself, so that a run stays a function of its
/// inputs. Start reading at [io.xenarium.machine.device.Board].
package io.xenarium.machine.device;
