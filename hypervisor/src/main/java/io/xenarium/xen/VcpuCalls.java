package io.xenarium.xen;

import io.xenarium.abi.Hypercall;
import io.xenarium.abi.VcpuInfo;
import io.xenarium.machine.Clock;
import io.xenarium.machine.Memory;
import io.xenarium.parts.GuestTime;
import io.xenarium.terms.Errno;
import io.xenarium.terms.Vaddr;
import io.xenarium.trace.CpuEvent.Args;
import io.xenarium.trace.MemoryEvent.FrameType;

import java.util.Optional;

/// vcpu_op and set_timer_op: how vCPUs begin and end, their timers, and where their records lie
/// (public/vcpu.h).
final class VcpuCalls {
    private static final int INITIALISE = 0;
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
    private static final int SEND_NMI = 11;
    private static final int GET_PHYSID = 12;
    private static final int REGISTER_TIME = 13;

    /// The deadline must lie ahead.
    private static final int FUTURE = 1;

    private static final int POWER_OFF = 0;

    private final Memory memory;
    private final Clock clock;
    private final FrameTable frames;
    private final GuestMemory guest;
    private final PageTables mmu;
    private final RunQueue queue;
    private final RunstateAreas areas;
    private final VcpuContexts contexts;
    private final GuestTime time;
    private final Chronicle chronicle;

    VcpuCalls(Xen xen, RunQueue queue, GuestTime time, VcpuContexts contexts) {
        clock = xen.clock();
        this.queue = queue;
        this.time = time;
        this.contexts = contexts;
        memory = xen.memory();
        frames = xen.frames();
        guest = xen.guest();
        mmu = xen.mmu();
        areas = new RunstateAreas(xen.guest());
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
        long at = args.rdx();
        return switch ((int) args.rdi()) {
            case INITIALISE -> contexts.initialise(caller, vcpu, at);
            case UP -> bringUp(vcpu);
            case DOWN -> takeDown(vcpu);
            case IS_UP -> vcpu.isUp ? 1 : 0;
            case GET_RUNSTATE -> {
                guest.require(caller, at, RunstateAreas.BYTES, true);
                areas.write(caller, vcpu, at, clock.nanos());
                yield 0;
            }
            case REGISTER_RUNSTATE -> registerRunstate(caller, vcpu, at);
            case SET_PERIODIC -> setPeriodic(caller, vcpu, at);
            case STOP_PERIODIC -> {
                vcpu.timers.setPeriod(0, 0);
                yield 0;
            }
            case SET_SINGLE_SHOT -> vcpu == caller ? singleShot(vcpu, at) : Errno.EINVAL.rc();
            case STOP_SINGLE_SHOT -> {
                if (vcpu != caller) {
                    yield Errno.EINVAL.rc();
                }
                vcpu.timers.setSingleShot(VcpuTimers.OFF);
                yield 0;
            }
            case REGISTER_INFO -> registerInfo(caller, vcpu, at);
            case SEND_NMI -> sendNmi(vcpu, at);
            // Which processor it is, is told to a domain that is pinned to it alone: never here.
            case GET_PHYSID -> Errno.EINVAL.rc();
            case REGISTER_TIME -> registerTime(caller, vcpu, at);
            default -> Errno.ENOSYS.rc();
        };
    }

    /// Only a vCPU that was given a context has something to begin with.
    private long bringUp(Vcpu vcpu) {
        if (!vcpu.isInitialised) {
            return Errno.EINVAL.rc();
        }
        if (!vcpu.isUp) {
            vcpu.isUp = true;
            queue.settle(vcpu);
        }
        return 0;
    }

    /// A domain whose last vCPU goes down has shut itself down.
    private long takeDown(Vcpu vcpu) {
        boolean isLast =
                vcpu.domain().vcpus().stream().noneMatch(other -> other != vcpu && other.isUp);
        if (isLast) {
            vcpu.domain().shutDown(POWER_OFF);
            return 0;
        }
        vcpu.isUp = false;
        queue.settle(vcpu);
        return 0;
    }

    /// {u64 period}.
    private long setPeriodic(Vcpu caller, Vcpu vcpu, long at) {
        long period = guest.getLong(caller, at);
        if (period < Limits.PERIOD_MIN_NANOS || period > Limits.PERIOD_MAX_NANOS) {
            return Errno.EINVAL.rc();
        }
        vcpu.timers.setPeriod(period, clock.nanos());
        chronicle.timerSet(vcpu.domain().id(), vcpu.id(), vcpu.timers.periodic());
        return 0;
    }

    /// {u64 deadline, u32 flags @8}.
    private long singleShot(Vcpu vcpu, long at) {
        long deadline = guest.getLong(vcpu, at);
        int flags = guest.getInt(vcpu, at + 8);
        return time.setSingleshotTimer(vcpu.who, deadline, (flags & FUTURE) != 0);
    }

    /// Its argument must be none.
    private long sendNmi(Vcpu vcpu, long at) {
        if (at != 0) {
            return Errno.EINVAL.rc();
        }
        vcpu.isNmiPending = true;
        vcpu.isDeliveryDue = true;
        queue.wake(vcpu);
        return 0;
    }

    /// {u64 address}: where the guest wants a copy of the time record, as its programs can read it;
    /// 0 for nowhere.
    private long registerTime(Vcpu caller, Vcpu vcpu, long at) {
        long area = guest.getLong(caller, at);
        if (!canBeArea(area)) {
            return Errno.EFAULT.rc();
        }
        vcpu.timeAreaVaddr = area;
        time.publishTime(vcpu.who, true);
        return 0;
    }

    private static boolean canBeArea(long vaddr) {
        return !XenSlots.isXens(vaddr) && new Vaddr(vaddr).isCanonical();
    }

    /// rdi: the deadline; 0 for none.
    private long setTimerOp(Vcpu caller, Args args) {
        if (args.rdi() == 0) {
            caller.timers.setSingleShot(VcpuTimers.OFF);
            return 0;
        }
        return time.setSingleshotTimer(caller.who, args.rdi(), false);
    }

    /// {u64 address}: where the guest wants the record; 0 for nowhere. One that cannot be written
    /// now may be later.
    private long registerRunstate(Vcpu caller, Vcpu vcpu, long at) {
        long area = guest.getLong(caller, at);
        if (!canBeArea(area) || !canBeArea(area + RunstateAreas.BYTES - 1)) {
            return Errno.EFAULT.rc();
        }
        vcpu.runstates.areaVaddr = area;
        try {
            if (area != 0) {
                guest.require(caller, area, RunstateAreas.BYTES, true);
                long until = vcpu == caller ? vcpu.runstates.since() : clock.nanos();
                areas.write(caller, vcpu, area, until);
            }
        } catch (BadPointer unusable) {
            return 0;
        }
        return 0;
    }

    /// {u64 mfn, u32 offset @8}: moves the vcpu_info there, once. All that is pending is announced
    /// again, so that nothing is lost on the way.
    private long registerInfo(Vcpu caller, Vcpu vcpu, long at) {
        long frameMfn = guest.getLong(caller, at);
        long offset = guest.getInt(caller, at + 8) & 0xffff_ffffL;
        boolean fits = offset <= Memory.FRAME_BYTES - VcpuInfo.BYTES && (offset & 7) == 0;
        if (!fits) {
            return Errno.ENXIO.rc();
        }
        if (vcpu.isInfoRegistered
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
