package io.xenarium.xen;

import io.xenarium.abi.Hypercall;
import io.xenarium.abi.VcpuInfo;
import io.xenarium.machine.Clock;
import io.xenarium.machine.Memory;
import io.xenarium.terms.Errno;
import io.xenarium.terms.Vaddr;
import io.xenarium.trace.CpuEvent.Args;
import io.xenarium.trace.MemoryEvent.FrameType;

import java.util.Optional;

/// vcpu_op and set_timer_op: a vCPU's timers, its run-state record, and where its vcpu_info lies
/// (public/vcpu.h).
final class VcpuCalls {
    private static final int UP = 1;
    private static final int DOWN = 2;
    private static final int IS_UP = 3;
    private static final int GET_RUNSTATE = 4;
    private static final int REGISTER_RUNSTATE = 5;
    private static final int SET_PERIODIC = 6;
    private static final int STOP_PERIODIC = 7;
    private static final int SET_SINGLE_SHOT = 8;
    private static final int STOP_SINGLE_SHOT = 9;
    private static final int REGISTER_INFO = 10;

    /// The deadline must lie ahead.
    private static final int FUTURE = 1;

    private final Memory memory;
    private final Clock clock;
    private final FrameTable frames;
    private final GuestMemory guest;
    private final PvMmu mmu;
    private final RunQueue queue;
    private final RunstateAreas areas;
    private final Chronicle chronicle;

    VcpuCalls(Xen xen, RunQueue queue, RunstateAreas areas) {
        clock = xen.clock();
        this.queue = queue;
        this.areas = areas;
        memory = xen.memory();
        frames = xen.frames();
        guest = xen.guest();
        mmu = xen.mmu();
        chronicle = xen.chronicle();
    }

    void register(Hypercalls table) {
        table.handle(Hypercall.VCPU_OP, this::vcpuOp);
        table.handle(Hypercall.SET_TIMER_OP, this::setTimerOp);
    }

    /// rdi: which; rsi: which vCPU; rdx: its argument.
    private long vcpuOp(Vcpu caller, Args args) {
        Optional<Vcpu> found = caller.domain().findVcpu(args.rsi() & 0xffff_ffffL);
        if (found.isEmpty()) {
            return Errno.ENOENT.rc();
        }
        Vcpu vcpu = found.get();
        int command = Math.clamp(args.rdi(), -1, 100);
        if (command >= SET_PERIODIC && command <= STOP_SINGLE_SHOT) {
            return vcpu == caller ? timerOp(vcpu, command, args.rdx()) : Errno.EINVAL.rc();
        }
        return switch (command) {
            case UP -> bringUp(vcpu);
            case DOWN -> takeDown(vcpu);
            case IS_UP -> vcpu.isUp ? 1 : 0;
            case GET_RUNSTATE -> {
                guest.require(caller, args.rdx(), RunstateAreas.BYTES, true);
                areas.write(vcpu, args.rdx());
                yield 0;
            }
            case REGISTER_RUNSTATE -> registerRunstate(caller, vcpu, args.rdx());
            case REGISTER_INFO -> registerInfo(caller, vcpu, args.rdx());
            default -> Errno.ENOSYS.rc();
        };
    }

    /// Only a vCPU that was up before has registers to begin with.
    private long bringUp(Vcpu vcpu) {
        if (vcpu.kernelTableMfn == 0) {
            return Errno.EINVAL.rc();
        }
        vcpu.isUp = true;
        queue.settle(vcpu);
        return 0;
    }

    /// A domain without a vCPU that is up is one that shut itself down, so that the last stays up.
    private long takeDown(Vcpu vcpu) {
        boolean isLast =
                vcpu.domain().vcpus().stream().noneMatch(other -> other != vcpu && other.isUp);
        if (isLast) {
            return Errno.EBUSY.rc();
        }
        vcpu.isUp = false;
        queue.settle(vcpu);
        return 0;
    }

    private long timerOp(Vcpu vcpu, int command, long at) {
        return switch (command) {
            case SET_PERIODIC -> {
                long period = guest.getLong(vcpu, at);
                if (period < Limits.PERIOD_MIN_NANOS || period > Long.MAX_VALUE / 4) {
                    yield Errno.EINVAL.rc();
                }
                vcpu.timers.setPeriod(period, clock.nanos());
                announce(vcpu, vcpu.timers.periodic());
                yield 0;
            }
            case STOP_PERIODIC -> {
                vcpu.timers.setPeriod(0, 0);
                yield 0;
            }
            case SET_SINGLE_SHOT -> {
                long deadline = guest.getLong(vcpu, at);
                int flags = guest.getInt(vcpu, at + 8);
                if ((flags & FUTURE) != 0 && deadline < clock.nanos()) {
                    yield Errno.ETIME.rc();
                }
                setSingleShot(vcpu, deadline);
                yield 0;
            }
            default -> {
                vcpu.timers.setSingleShot(VcpuTimers.OFF);
                yield 0;
            }
        };
    }

    /// rdi: the deadline; 0 for none.
    private long setTimerOp(Vcpu caller, Args args) {
        if (args.rdi() == 0) {
            caller.timers.setSingleShot(VcpuTimers.OFF);
        } else {
            setSingleShot(caller, args.rdi());
        }
        return 0;
    }

    /// A deadline that has passed goes off at once.
    private void setSingleShot(Vcpu vcpu, long deadline) {
        long due = Math.max(deadline, clock.nanos());
        vcpu.timers.setSingleShot(due);
        announce(vcpu, due);
    }

    private void announce(Vcpu vcpu, long deadline) {
        chronicle.timerSet(vcpu.domain().id(), vcpu.id(), deadline);
    }

    /// {u64 address}: where the guest wants the record; 0 for nowhere.
    private long registerRunstate(Vcpu caller, Vcpu vcpu, long at) {
        long area = guest.getLong(caller, at);
        if (area != 0 && (XenSlots.isXens(area) || !new Vaddr(area).isCanonical())) {
            return Errno.EFAULT.rc();
        }
        vcpu.runstates.areaVaddr = area;
        areas.show(vcpu);
        return 0;
    }

    /// {u64 mfn, u32 offset @8}: moves the vcpu_info there, once. All that is pending is announced
    /// again, so that nothing is lost on the way.
    private long registerInfo(Vcpu caller, Vcpu vcpu, long at) {
        long frameMfn = guest.getLong(caller, at);
        long offset = guest.getInt(caller, at + 8) & 0xffff_ffffL;
        boolean fits = offset <= Memory.FRAME_BYTES - VcpuInfo.BYTES && (offset & 7) == 0;
        if (!fits
                || vcpu.isInfoRegistered
                || vcpu != caller && vcpu.isUp
                || !mmu.isUsableAs(caller.domain(), frameMfn, FrameType.WRITABLE)) {
            return Errno.EINVAL.rc();
        }
        frames.hold(frameMfn);
        frames.holdType(frameMfn, FrameType.WRITABLE);
        byte[] info = new byte[VcpuInfo.BYTES];
        memory.read(vcpu.infoMaddr, info);
        vcpu.infoMaddr = (frameMfn << 12) + offset;
        vcpu.isInfoRegistered = true;
        memory.write(vcpu.infoMaddr, info);
        vcpu.setSelector(-1);
        vcpu.setUpcallPending(true);
        vcpu.isDeliveryDue = true;
        return 0;
    }
}
