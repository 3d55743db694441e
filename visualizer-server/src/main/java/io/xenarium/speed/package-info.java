/// How fast the machine is: the same workloads on our engines, on QEMU's translator and on the real
/// processor, taken in turns.
///
/// Start reading at [io.xenarium.speed.Measurement]; `xenarium bench` shows what it finds.
package io.xenarium.speed;
