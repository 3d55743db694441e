package io.xenarium.machine.cpu;

/// Who answers for a processor when its code traps.
public enum Role {
    /// A paravirtual guest runs on it: exceptions, SYSCALL and INT n are the hypervisor's, which
    /// hears of each as an [Exit].
    PV_GUEST,

    /// Nobody stands below the code that runs: the processor itself delivers exceptions and
    /// interrupts through the IDT and enters SYSCALL's target. What is left to the outside are
    /// ports, HLT and the shutdown after a triple fault.
    BARE
}
