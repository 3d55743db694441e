package io.xenarium.machine.cpu;

/// Why the processor stopped and needs the hypervisor: the only door between the two, the same
/// shape as a hardware VM exit (Intel SDM vol. 3, chapter 28; AMD APM vol. 2, chapter 15).
///
/// [Syscall] and [Fault] come from a processor in the role of a [Role#PV_GUEST] only; a bare one
/// handles both itself.
public sealed interface Exit {
    /// A SYSCALL instruction. It has retired: rip is behind it, rcx and r11 hold the return address
    /// and the flags.
    record Syscall() implements Exit {}

    /// An exception. For a fault rip points at the instruction, which has changed nothing; for a
    /// trap (int3, into, single step) behind it. `int n` at CPL 3 comes as the #GP that a closed
    /// gate gives: error code n·8+2.
    ///
    /// @param vector the exception's vector
    /// @param error its error code, 0 where it has none
    /// @param address the faulting linear address of a page fault, else 0
    record Fault(int vector, int error, long address) implements Exit {}

    /// A HLT at CPL 0. It has retired.
    record Halt() implements Exit {}

    /// An IN, OUT, INS or OUTS that the processor may carry out. It has not retired: whoever plays
    /// the devices answers with [SystemRegisters#answerPort] and lets the processor run again, or
    /// does not.
    ///
    /// @param bytes width of the access: 1, 2 or 4
    /// @param value what an OUT writes, zero-extended; 0 for an IN
    record PortIo(int port, int bytes, boolean isOut, long value) implements Exit {}

    /// As many instructions as were allowed have retired, or fewer, but at least one: the processor
    /// stops before an instruction that asks the hypervisor about a page table.
    record BudgetSpent() implements Exit {}

    /// The processor has stopped for good and only a reset would help: a fault while it delivered a
    /// double fault (Intel SDM vol. 3, 6.15, "Interrupt 8"), or a mode that it does not have.
    record Shutdown(Reason reason) implements Exit {
        /// Why it cannot go on.
        public enum Reason {
            TRIPLE_FAULT,
            /// CR0.PE was cleared.
            REAL_MODE,
            /// Paging was turned on without long mode.
            PAGING_OF_32_BITS
        }
    }
}
