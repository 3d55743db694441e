package io.xenarium.trace;

import io.xenarium.terms.Vaddr;

/// Control passed between a guest and Xen.
public sealed interface CpuEvent extends XenEvent {
    @Override
    default Topic topic() {
        return Topic.CPU;
    }

    /// A guest called Xen.
    ///
    /// @param number the hypercall, by public/xen.h
    /// @param args rdi, rsi, rdx, r10, r8
    record HypercallEntered(Stamp stamp, int number, Args args) implements CpuEvent {}

    /// Xen answered; `result` is what lands in rax.
    record HypercallReturned(Stamp stamp, int number, long result) implements CpuEvent {}

    /// An exception reached Xen.
    ///
    /// @param vector the vector of the exception
    /// @param error the error code, 0 where the exception has none
    /// @param address the faulting address of a page fault, else 0
    /// @param rip where the guest was
    record Trapped(Stamp stamp, int vector, long error, Vaddr address, Vaddr rip)
            implements CpuEvent {}

    /// Xen built a bounce frame and sent the vCPU to its handler.
    ///
    /// @param vector the vector of the exception, or −1 for the event upcall, −2 for a system call
    /// @param handler where the guest goes on
    /// @param stack the stack pointer after the frame was pushed
    record Bounced(Stamp stamp, int vector, Vaddr handler, Vaddr stack) implements CpuEvent {}

    /// The guest returned from a handler through the iret hypercall.
    record Returned(Stamp stamp, Vaddr rip, boolean toUser) implements CpuEvent {}

    /// The first five arguments of a hypercall.
    record Args(long rdi, long rsi, long rdx, long r10, long r8) {}
}
