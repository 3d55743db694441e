package io.xenarium.lab02;

import static io.xenarium.parts.PvEntry.Register.CS;
import static io.xenarium.parts.PvEntry.Register.R10;
import static io.xenarium.parts.PvEntry.Register.R11;
import static io.xenarium.parts.PvEntry.Register.R8;
import static io.xenarium.parts.PvEntry.Register.RAX;
import static io.xenarium.parts.PvEntry.Register.RCX;
import static io.xenarium.parts.PvEntry.Register.RDI;
import static io.xenarium.parts.PvEntry.Register.RDX;
import static io.xenarium.parts.PvEntry.Register.RFLAGS;
import static io.xenarium.parts.PvEntry.Register.RIP;
import static io.xenarium.parts.PvEntry.Register.RSI;
import static io.xenarium.parts.PvEntry.Register.RSP;
import static io.xenarium.parts.PvEntry.Register.SS;

import io.xenarium.abi.Hypercall;
import io.xenarium.parts.PvEntry;
import io.xenarium.terms.Errno;
import io.xenarium.terms.NotYet;
import io.xenarium.terms.Vaddr;
import io.xenarium.trace.CpuEvent.Args;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The doors between a guest and Xen.
///
/// 1. What a bounce pushes is enough for an iret to go back to exactly where the guest was.
/// 2. The mode that a frame claims decides who runs; what was pushed for the kernel says level 0,
///    although ring 0 is Xen's.
/// 3. A list in the guest's memory is read once, entry by entry.
///
/// Easy to get wrong: everything here lies in memory that the guest can write, so nothing that is
/// read back may be believed. Xen: create_bounce_frame in x86_64/entry.S, arch/x86/pv/iret.c.
public final class BounceFrames implements PvEntry {
    /// Bits of rflags: trap flag, interrupts on, nested task, resume, virtual 8086 mode, alignment
    /// check.
    private static final long TF = 0x100;

    private static final long IF = 0x200;
    private static final long NT = 0x4000;
    private static final long RF = 0x10000;
    private static final long VM = 0x20000;
    private static final long AC = 0x40000;

    /// Bits of rflags that exist; bit 1 is always 1.
    private static final long FLAGS = 0x3f7fd5;

    private static final long ALWAYS_ONE = 2;

    /// In the fourth word of an iret frame: the way back is a SYSRET, which destroys rcx and r11.
    private static final long IN_SYSCALL = 0x100;

    /// Words of an iret frame: rax, r11, rcx, flags, rip, cs, rflags, rsp, ss.
    private static final int FRAME_WORDS = 9;

    private static final int SYSCALL_BYTES = 2;
    private static final int TRAP_BYTES = 16;

    /// One entry of a multicall: op, result, six arguments.
    private static final int ENTRY_WORDS = 8;

    private final Platform platform;

    private BounceFrames(Platform platform) {
        this.platform = platform;
    }

    private record Trap(int vector, int flags, Vaddr handler) {}

    @Override
    public long setTrapTable(Vaddr array) {
        // The first word has the vector in bits 0 to 7 and the flags in bits 8 to 15.
        // For last: more than ENTRIES_AT_ONCE are set so far, and made again() from there.
        throw new NotYet(
                "02.1",
                "setTrapTable(): address 0 clears the table; else read entries of two "
                        + "words up to the one whose handler is 0; only then set them; -EFAULT, "
                        + "-EINVAL change nothing");
    }

    @Override
    public void bounce(Landing landing) {
        // First everything that can fail. The frame tells what was before the change of modes. An
        // aligned one hangs below a multiple of 16: round first, then go down.
        throw new NotYet(
                "02.2",
                "bounce(): no handler is a crash; take the frame, find the stack, "
                        + "write the frame below it (a crash where that fails); then rsp, rip, "
                        + "rflags, segments, mask");
    }

    /// The words that tell a handler where the guest was, from the lowest address upwards.
    private long[] frame(long[] extra) {
        // The real IF is Xen's business: the guest sees its own.
        throw new NotYet(
                "02.2",
                "frame(): rcx, r11, the extra words, rip, cs, rflags, rsp, ss; in cs "
                        + "the level is 0 for the kernel and bit 32 is the event mask; in "
                        + "rflags IF is its reverse");
    }

    /// Leaves user mode; returns where the stack of the kernel ends.
    private long enterKernel() {
        throw new NotYet(
                "02.3",
                "enterKernel(): change to kernel mode and answer with the stack that "
                        + "the kernel registered: a program's own rsp may point anywhere");
    }

    @Override
    public long iret() {
        // From rsp upwards: rax, r11, rcx, flags, rip, cs, rflags, rsp, ss.
        throw new NotYet(
                "02.4",
                "iret(): read nine words at rsp (a crash where there are none); level "
                        + "3 in cs goes to user mode; take registers, event mask and segments "
                        + "over; answer with rax");
    }

    @Override
    public void hypercall() {
        // SYSCALL, two bytes long, has left the address after itself in rip and the flags in r11.
        // They go back into rflags before the call: what an iret sets has to stay.
        throw new NotYet(
                "02.5",
                "hypercall(): rax has the number, rdi rsi rdx r10 r8 the arguments, "
                        + "r11 the flags; rax gets the answer, or rip goes back to the SYSCALL "
                        + "where work is left");
    }

    @Override
    public long dispatch(long number, Args args) {
        throw new NotYet(
                "02.5",
                "dispatch(): a number that the table has a place for is carried out, "
                        + "every other one answers -ENOSYS; a guest may put any 64 bits into "
                        + "rax");
    }

    @Override
    public long multicall(Vaddr array, long count) {
        // Whoever answers "again" has written back what is left, or passes it on.
        // More entries than ENTRIES_AT_ONCE are made again() from there.
        throw new NotYet(
                "02.6",
                "multicall(): read an entry of eight words once, make its hypercall, "
                        + "store the answer in its second word; a multicall in it is -EINVAL; "
                        + "iret, its answer stored too, is the last, and the lower half of its "
                        + "answer is that of all");
    }

    /// Makes the hypercall of an entry of a multicall.
    private long member(long[] entry) {
        throw new NotYet(
                "02.6",
                "member(): word 0 is the number, words 2 to 6 are the arguments; a "
                        + "multicall within a multicall answers -EINVAL");
    }

    /// Has the guest make its hypercall again, from this entry of its list on.
    private long again(Vaddr entry, long count) {
        long rdx = platform.get(RDX);
        return platform.again(new Args(entry.value(), count, rdx, platform.get(R10), 0));
    }

    /// Puts what is left of a hypercall in place of its arguments.
    private boolean writeBack(Vaddr entry, Args left) {
        return platform.write(entry.plus(16), left.rdi(), left.rsi(), left.rdx(), left.r10());
    }

    /// Makes the part. Found by `ServiceLoader`.
    public static final class Maker implements PvEntry.Maker {
        @Override
        public PvEntry make(Platform platform) {
            return new BounceFrames(platform);
        }
    }
}
