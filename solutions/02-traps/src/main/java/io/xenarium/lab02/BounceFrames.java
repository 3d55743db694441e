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
        // step: 02.1 setTrapTable(): address 0 clears the table; else read entries of two words up
        // step: to the one whose handler is 0; only then set them; -EFAULT, -EINVAL change nothing
        // tag::lab-02-set-trap-table[]
        // ? The first word has the vector in bits 0 to 7 and the flags in bits 8 to 15.
        // ? For last: more than ENTRIES_AT_ONCE are set so far, and made again() from there.
        if (array.value() == 0) {
            platform.clearTraps();
            return 0;
        }
        List<Trap> traps = new ArrayList<>();
        Vaddr at = array;
        for (long[] entry = platform.read(at, 2); ; entry = platform.read(at, 2)) {
            if (entry.length == 0) {
                return Errno.EFAULT.rc();
            }
            Vaddr handler = new Vaddr(entry[1]);
            if (!handler.isCanonical()) {
                return Errno.EINVAL.rc();
            }
            if (handler.value() == 0 || traps.size() == ENTRIES_AT_ONCE) {
                traps.forEach(trap -> platform.setTrap(trap.vector, trap.handler, trap.flags));
                return handler.value() == 0 ? 0 : again(at, 0);
            }
            traps.add(new Trap((int) entry[0] & 0xff, (int) (entry[0] >>> 8) & 0xff, handler));
            at = at.plus(TRAP_BYTES);
        }
        // end::lab-02-set-trap-table[]
    }

    @Override
    public void bounce(Landing landing) {
        // step: 02.2 bounce(): no handler is a crash; take the frame, find the stack, write the
        // step: frame below it (a crash where that fails); then rsp, rip, rflags, segments, mask
        // tag::lab-02-bounce[]
        // ? First everything that can fail. The frame tells what was before the change of modes. An
        // ? aligned one hangs below a multiple of 16: round first, then go down.
        if (landing.handler().value() == 0) {
            throw platform.crash("no handler");
        }
        long[] frame = frame(landing.extra());
        long stack = platform.isKernel() ? platform.get(RSP) : enterKernel();
        long top = (landing.isAligned() ? stack & -16 : stack) - frame.length * 8L;
        if (!platform.write(new Vaddr(top), frame)) {
            throw platform.crash("no stack at 0x%016x".formatted(top));
        }
        platform.set(RSP, top);
        platform.set(RIP, landing.handler().value());
        platform.set(RFLAGS, platform.get(RFLAGS) & ~(TF | NT | RF | VM | AC) | IF);
        platform.loadKernelSegments();
        if (landing.masksEvents()) {
            platform.maskEvents(true);
        }
        // end::lab-02-bounce[]
    }

    /// The words that tell a handler where the guest was, from the lowest address upwards.
    private long[] frame(long[] extra) {
        // step: 02.2 frame(): rcx, r11, the extra words, rip, cs, rflags, rsp, ss; in cs the
        // step: level is 0 for the kernel and bit 32 is the event mask; in rflags IF is its reverse
        // tag::lab-02-frame[]
        // ? The real IF is Xen's business: the guest sees its own.
        boolean isMasked = platform.areEventsMasked();
        long selector = platform.get(CS) & (platform.isKernel() ? ~3L : ~0L);
        long flags = platform.get(RFLAGS) & ~IF | (isMasked ? 0 : IF);
        long[] frame = new long[extra.length + 7];
        frame[0] = platform.get(RCX);
        frame[1] = platform.get(R11);
        System.arraycopy(extra, 0, frame, 2, extra.length);
        int at = 2 + extra.length;
        frame[at++] = platform.get(RIP);
        frame[at++] = selector | (isMasked ? 1L << 32 : 0);
        frame[at++] = flags;
        frame[at++] = platform.get(RSP);
        frame[at] = platform.get(SS);
        return frame;
        // end::lab-02-frame[]
    }

    /// Leaves user mode; returns where the stack of the kernel ends.
    private long enterKernel() {
        // step: 02.3 enterKernel(): change to kernel mode and answer with the stack that the
        // step: kernel registered: a program's own rsp may point anywhere
        // tag::lab-02-enter-kernel[]
        platform.toggleMode();
        return platform.kernelStack().value();
        // end::lab-02-enter-kernel[]
    }

    @Override
    public long iret() {
        // step: 02.4 iret(): read nine words at rsp (a crash where there are none); level 3 in cs
        // step: goes to user mode; take registers, event mask and segments over; answer with rax
        // tag::lab-02-iret[]
        // ? From rsp upwards: rax, r11, rcx, flags, rip, cs, rflags, rsp, ss.
        long[] frame = platform.read(new Vaddr(platform.get(RSP)), FRAME_WORDS);
        if (frame.length == 0) {
            throw platform.crash("iret without a frame to return by");
        }
        boolean isSysret = (frame[3] & IN_SYSCALL) != 0;
        if ((frame[5] & 3) == 3) {
            platform.toggleMode();
        }
        platform.setIoPrivilege((int) (frame[6] >>> 12) & 3);
        long flags = frame[6] & FLAGS & ~VM | IF | ALWAYS_ONE;
        platform.set(RIP, frame[4]);
        platform.set(RFLAGS, flags);
        platform.set(RSP, frame[7]);
        platform.set(R11, isSysret ? flags : frame[1]);
        platform.set(RCX, isSysret ? frame[4] : frame[2]);
        platform.maskEvents((frame[6] & IF) == 0);
        platform.loadSegments((int) frame[5] & 0xffff, (int) frame[8] & 0xffff, isSysret);
        return frame[0];
        // end::lab-02-iret[]
    }

    @Override
    public void hypercall() {
        // step: 02.5 hypercall(): rax has the number, rdi rsi rdx r10 r8 the arguments, r11 the
        // step: flags; rax gets the answer, or rip goes back to the SYSCALL where work is left
        // tag::lab-02-hypercall[]
        // ? SYSCALL, two bytes long, has left the address after itself in rip and the flags in r11.
        // ? They go back into rflags before the call: what an iret sets has to stay.
        long number = platform.get(RAX);
        platform.set(RFLAGS, platform.get(R11));
        Args args =
                new Args(
                        platform.get(RDI),
                        platform.get(RSI),
                        platform.get(RDX),
                        platform.get(R10),
                        platform.get(R8));
        long answer = platform.call(number, args);
        Optional<Args> left = platform.left(answer);
        if (left.isEmpty()) {
            platform.set(RAX, answer);
            return;
        }
        platform.set(RAX, number);
        platform.set(RDI, left.get().rdi());
        platform.set(RSI, left.get().rsi());
        platform.set(RDX, left.get().rdx());
        platform.set(R10, left.get().r10());
        platform.set(RIP, platform.get(RIP) - SYSCALL_BYTES);
        // end::lab-02-hypercall[]
    }

    @Override
    public long dispatch(long number, Args args) {
        // step: 02.5 dispatch(): a number that the table has a place for is carried out, every
        // step: other one answers -ENOSYS; a guest may put any 64 bits into rax
        // tag::lab-02-dispatch[]
        if (Long.compareUnsigned(number, platform.hypercalls()) >= 0) {
            return Errno.ENOSYS.rc();
        }
        return platform.carryOut((int) number, args);
        // end::lab-02-dispatch[]
    }

    @Override
    public long multicall(Vaddr array, long count) {
        // step: 02.6 multicall(): read an entry of eight words once, make its hypercall, store the
        // step: answer in its second word; a multicall in it is -EINVAL; iret, its answer stored
        // step: too, is the last, and the lower half of its answer is that of all
        // tag::lab-02-multicall[]
        // ? Whoever answers "again" has written back what is left, or passes it on.
        // ? More entries than ENTRIES_AT_ONCE are made again() from there.
        for (long i = 0; i < count; i++) {
            Vaddr at = array.plus(i * ENTRY_WORDS * 8);
            if (i == ENTRIES_AT_ONCE) {
                return again(at, count - i);
            }
            long[] entry = platform.read(at, ENTRY_WORDS);
            if (entry.length == 0) {
                return Errno.EFAULT.rc();
            }
            long answer = member(entry);
            Optional<Args> rest = platform.left(answer);
            if (rest.isPresent()) {
                return writeBack(at, rest.get()) ? again(at, count - i) : Errno.EFAULT.rc();
            }
            boolean isStored = platform.write(at.plus(8), answer);
            if (entry[0] == Hypercall.IRET.number()) {
                return (int) answer;
            }
            if (!isStored) {
                return Errno.EFAULT.rc();
            }
        }
        return 0;
        // end::lab-02-multicall[]
    }

    /// Makes the hypercall of an entry of a multicall.
    private long member(long[] entry) {
        // step: 02.6 member(): word 0 is the number, words 2 to 6 are the arguments; a multicall
        // step: within a multicall answers -EINVAL
        // tag::lab-02-member[]
        if (entry[0] == Hypercall.MULTICALL.number()) {
            return Errno.EINVAL.rc();
        }
        return platform.call(entry[0], new Args(entry[2], entry[3], entry[4], entry[5], entry[6]));
        // end::lab-02-member[]
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
