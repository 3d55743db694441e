/// The processor as the hypervisor sees it: [io.xenarium.machine.cpu.Cpu] runs a guest's
/// instructions until something needs the hypervisor and says what, as an
/// [io.xenarium.machine.cpu.Exit]. Page walks, the TLB and registers live here; what an instruction
/// means lives in `machine.code`.
package io.xenarium.machine.cpu;
