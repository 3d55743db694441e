package io.xenarium.parts;

import io.xenarium.terms.DomainCrash;
import io.xenarium.terms.Vaddr;
import io.xenarium.trace.CpuEvent.Args;

import java.util.Optional;

/// How control passes between a guest and Xen: hypercalls on the way in, bounce frames and the iret
/// hypercall on the way back (lab 02).
///
/// Everything is about one vCPU, the one whose turn it is: Xen's `current`. It is in one of two
/// modes, *kernel* and *user*, which to the processor are the same ring; which of them it is, only
/// Xen knows.
///
/// 1. A guest that was interrupted finds all its registers again after its iret.
/// 2. What is read of a guest's memory is read once, because another vCPU may write there.
/// 3. Nothing that a guest hands over, however bad, harms anybody but itself.
///
/// Xen: create_bounce_frame in x86_64/entry.S, arch/x86/pv/{traps,callback,iret,hypercall}.c;
/// public/arch-x86/xen.h has struct trap_info, xen-x86_64.h struct iret_context.
public interface PvEntry {
    /// Entries of a list that are done in one go. Then the guest makes the hypercall again, with
    /// the rest, so that nobody keeps the processor for long.
    int ENTRIES_AT_ONCE = 1 << 12;

    /// HYPERVISOR_set_trap_table: takes over an array of {u8 vector, u8 flags, u16 cs, u32 unused,
    /// u64 handler}, which ends with handler 0. Address 0 empties the trap table. Returns 0,
    /// −EFAULT where the array cannot be read, −EINVAL for a handler that is no canonical address;
    /// then the table is as before.
    long setTrapTable(Vaddr array);

    /// Sends the guest to one of its handlers: pushes a frame that tells where it was onto the
    /// stack of its kernel, and lets it go on in the handler.
    void bounce(Landing landing);

    /// HYPERVISOR_iret: takes everything that the frame at rsp says over into the registers.
    /// Returns what rax is to hold.
    long iret();

    /// The guest's kernel executed SYSCALL: takes number and arguments out of the registers, has
    /// [Platform#call] make the hypercall, and puts the answer into rax.
    void hypercall();

    /// Finds the handler of hypercall `number` and returns its answer; −ENOSYS for a number that
    /// the table does not have.
    long dispatch(long number, Args args);

    /// HYPERVISOR_multicall: makes `count` hypercalls from an array of {u64 op, u64 result, u64
    /// args[6]} and stores each answer. Returns 0, or −EFAULT where the array ends in nowhere. An
    /// iret is the last that is made: then the lower half of its rax, with its sign, is returned.
    long multicall(Vaddr array, long count);

    /// Where a guest is sent to, and what for.
    ///
    /// @param handler where it goes on; 0 where it has registered nothing
    /// @param masksEvents whether events are masked from then on
    /// @param isAligned whether the frame begins at a multiple of 16, as all but one do
    /// @param extra what stands between the saved r11 and the saved rip: nothing, or the error code
    record Landing(Vaddr handler, boolean masksEvents, boolean isAligned, long... extra) {}

    /// The registers that entering and leaving Xen is about.
    enum Register {
        RAX,
        RCX,
        RDX,
        RSI,
        RDI,
        RSP,
        R8,
        R10,
        R11,
        RIP,
        RFLAGS,
        CS,
        SS
    }

    // tag::show-platform[]
    /// What the hypervisor lends to this part: the vCPU whose turn it is, and its memory.
    interface Platform {
        /// A register of the guest. In rflags, the I/O privilege level is the one that the guest
        /// gave itself.
        long get(Register register);

        /// What the guest will find in a register when it goes on. The I/O privilege level in
        /// rflags counts for nothing.
        void set(Register register, long value);

        /// Whether the guest's kernel was running, not one of its programs.
        boolean isKernel();

        /// Changes from kernel to user mode or back: other page tables, other gs base.
        void toggleMode();

        /// The end of the stack that the kernel wants to be entered on from user mode.
        Vaddr kernelStack();

        /// Whether events are masked: Xen's counterpart of a clear interrupt flag.
        boolean areEventsMasked();

        void maskEvents(boolean areMasked);

        /// Reads 64-bit words of the guest's memory, in one step. An empty array where the guest
        /// itself could not read one of them.
        long[] read(Vaddr from, int words);

        /// Writes them, in one step. Returns false, and writes nothing, where the guest itself
        /// could not write.
        boolean write(Vaddr to, long... words);

        /// Empties the trap table.
        void clearTraps();

        /// Sets the handler of one exception; bit 2 of `flags` says that it masks events.
        void setTrap(int vector, Vaddr handler, int flags);

        /// Gives the guest Xen's own flat segments for its kernel: cs 0xe033, ss 0xe02b.
        void loadKernelSegments();

        /// Lets the guest go on with these selectors. With `isSysret` it gets Xen's own instead.
        /// Selectors that cannot be loaded, and an address in rip that cannot be gone to, are an
        /// exception of whoever is gone back to: so this comes last.
        void loadSegments(int cs, int ss, boolean isSysret);

        /// Gives the guest this I/O privilege level, where it asked Xen to keep one.
        void setIoPrivilege(int level);

        /// How many places the table of hypercalls has.
        int hypercalls();

        /// Carries out hypercall `number`, which the table has a place for, and returns its answer.
        long carryOut(int number, Args args);

        /// Makes a hypercall as if the guest had made it: into the record of what happened, then to
        /// [PvEntry#dispatch].
        long call(long number, Args args);

        /// Answer this to have the guest make the hypercall again, with what is left of it.
        long again(Args left);

        /// What is left of a hypercall that answered so; empty where `answer` is final.
        Optional<Args> left(long answer);

        /// Ends the guest. To be thrown.
        DomainCrash crash(String why);
    }

    // end::show-platform[]

    /// Makes the part. Found by `ServiceLoader`.
    interface Maker {
        PvEntry make(Platform platform);
    }
}
