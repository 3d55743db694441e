package io.xenarium.xen;

import io.xenarium.machine.Clock;
import io.xenarium.machine.Kept;
import io.xenarium.machine.Machine;
import io.xenarium.machine.cpu.Cpu;
import io.xenarium.machine.cpu.Exit;
import io.xenarium.terms.Bug;
import io.xenarium.terms.Check;
import io.xenarium.terms.DomId;
import io.xenarium.terms.DomainCrash;
import io.xenarium.terms.VcpuId;
import io.xenarium.trace.Trace;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Optional;

/// Shares the machine out: inputs, timers, domain 0, then one stretch of guest code, and again.
///
/// 1. Every stretch moves virtual time by at least a nanosecond, so each moment is seen at most
///    once from the top of the loop.
/// 2. A stretch ends for a reason of the guest's or at a moment that is part of the state: the end
///    of a slice, a timer, an input. Cutting it anywhere else, to stop a run, changes nothing.
final class RunLoop implements Kept {
    /// What an exception costs: else a guest that only faults would stop time.
    private static final long EXCEPTION_NANOS = 1;

    /// Rounds of domain 0 without a guest in between. More would be a daemon that signals itself.
    private static final int CONTROL_ROUNDS_MAX = 10_000;

    private static final VcpuId NO_VCPU = new VcpuId(0);

    private final Machine machine;
    private final Clock clock;
    private final RunQueue queue;
    private final Timers timers;
    private final Inputs inputs;
    private final ControlDomain control;
    private final Hypercalls hypercalls;
    private final Traps traps;
    private final Tlbs tlbs;
    private final Trace trace;
    private final int[] lastDomain;
    private final int[] lastVcpu;
    private long retired;
    private Runnable endings = () -> {};

    RunLoop(
            Machine machine,
            RunQueue queue,
            Timers timers,
            Inputs inputs,
            ControlDomain control,
            Hypercalls hypercalls,
            Traps traps,
            Xen xen) {
        this.machine = machine;
        clock = machine.clock();
        this.queue = queue;
        this.timers = timers;
        this.inputs = inputs;
        this.control = control;
        this.hypercalls = hypercalls;
        this.traps = traps;
        tlbs = xen.tlbs();
        trace = xen.chronicle().trace();
        lastDomain = new int[machine.cpus().size()];
        lastVcpu = new int[machine.cpus().size()];
    }

    /// Who looks, after whatever may have ended a domain, whether one has ended.
    void onEndings(Runnable newEndings) {
        endings = newEndings;
    }

    /// Instructions that guests have retired.
    long retired() {
        return retired;
    }

    Stopped run(long untilNanos, StopWhen stop) {
        while (true) {
            if (clock.nanos() >= untilNanos) {
                return Stopped.TIME;
            }
            if (stop.isReached()) {
                return Stopped.CONDITION;
            }
            if (!step(untilNanos, stop.budgetMax())) {
                return Stopped.IDLE;
            }
        }
    }

    /// The moment up to which nothing can happen by itself: now while a vCPU can run or something
    /// is due, `Long.MAX_VALUE` where nothing will ever happen.
    long idleUntil() {
        boolean isBusy = queue.hasRunnable() || control.hasWork();
        return isBusy ? clock.nanos() : Math.max(clock.nanos(), next());
    }

    private long next() {
        long own = Math.min(queue.next(), timers.next());
        return Math.min(own, Math.min(inputs.next(), machine.nextNanos()));
    }

    /// Applies the inputs that are due, as the next round would begin with doing.
    void takeInputs() {
        asXen();
        inputs.apply();
    }

    /// Goes once round the loop. Returns false where nothing can happen any more.
    private boolean step(long untilNanos, long budgetMax) {
        asXen();
        inputs.apply();
        timers.fire();
        machine.fireDevices();
        queue.replenish();
        workInControl();
        endings.run();
        Optional<Vcpu> picked = queue.pick();
        if (picked.isEmpty()) {
            return sleep(untilNanos);
        }
        Vcpu vcpu = picked.get();
        try {
            resume(vcpu, untilNanos, budgetMax);
        } catch (DomainCrash crash) {
            Check.that(crash.domain().equals(vcpu.domain().id()), "a domain crashed another one");
            vcpu.domain().crash(vcpu, crash.getMessage());
            clock.advance(EXCEPTION_NANOS);
        }
        asXen();
        endings.run();
        return true;
    }

    private void asXen() {
        trace.at(clock.nanos());
        trace.onBehalfOf(0, DomId.XEN, NO_VCPU);
        trace.because(0);
    }

    private void workInControl() {
        for (int round = 0; control.hasWork(); round++) {
            Check.that(round < CONTROL_ROUNDS_MAX, "domain 0 never comes to rest");
            trace.onBehalfOf(0, DomId.DOM0, NO_VCPU);
            control.work();
        }
        asXen();
    }

    /// Lets time pass up to the next thing that can happen by itself.
    private boolean sleep(long untilNanos) {
        long next = next();
        if (next == Long.MAX_VALUE) {
            return false;
        }
        clock.advance(Math.min(next, untilNanos) - clock.nanos());
        return true;
    }

    private void resume(Vcpu vcpu, long untilNanos, long budgetMax) {
        int pcpu = queue.turn();
        trace.onBehalfOf(pcpu, vcpu.domain().id(), vcpu.id());
        enter(pcpu, vcpu);
        if (vcpu.isDeliveryDue) {
            vcpu.isDeliveryDue = false;
            if (vcpu.isNmiPending && !vcpu.isInNmi) {
                traps.nmi(vcpu);
            }
            if (vcpu.wantsUpcall()) {
                traps.upcall(vcpu);
            }
        }
        Cpu cpu = machine.cpus().get(pcpu);
        vcpu.registers.tsc = clock.nanos();
        Exit exit = cpu.run(vcpu.registers, budget(untilNanos, budgetMax));
        retired += cpu.retired();
        clock.advance(cpu.retired());
        trace.at(clock.nanos());
        handle(vcpu, exit);
    }

    /// Another vCPU than before finds no translation left on the processor, nor does one that ran
    /// elsewhere meanwhile.
    private void enter(int pcpu, Vcpu vcpu) {
        tlbs.runsOn(pcpu);
        int domain = vcpu.domain().id().value();
        int number = vcpu.id().value();
        boolean isOther = lastDomain[pcpu] != domain || lastVcpu[pcpu] != number;
        if (isOther || vcpu.sched.ranOn() != pcpu) {
            tlbs.flushLocal();
            vcpu.sched.setRanOn(pcpu);
            lastDomain[pcpu] = domain;
            lastVcpu[pcpu] = number;
            traps.reloadSegments(vcpu);
        }
    }

    private long budget(long untilNanos, long budgetMax) {
        long end = Math.min(untilNanos, queue.turnEnd());
        end = Math.min(end, next());
        return Math.min(end - clock.nanos(), budgetMax);
    }

    private void handle(Vcpu vcpu, Exit exit) {
        vcpu.isDeliveryDue |= !(exit instanceof Exit.BudgetSpent);
        switch (exit) {
            case Exit.BudgetSpent spent -> {}
            case Exit.Syscall call -> {
                if (vcpu.isKernelMode) {
                    hypercalls.enter(vcpu);
                } else {
                    traps.systemCall(vcpu);
                }
            }
            case Exit.Fault fault -> {
                clock.advance(EXCEPTION_NANOS);
                trace.at(clock.nanos());
                if (traps.fault(vcpu, fault)) {
                    retired++;
                }
            }
            case Exit.Halt halt -> throw new Bug("a guest cannot halt the processor");
            case Exit.PortIo io -> throw new Bug("a guest cannot reach ports");
            case Exit.Shutdown shutdown -> throw new Bug("a guest has no IDT to lose");
        }
    }

    @Override
    public void save(DataOutput out) throws IOException {
        out.writeLong(retired);
        for (int i = 0; i < lastDomain.length; i++) {
            out.writeInt(lastDomain[i]);
            out.writeInt(lastVcpu[i]);
        }
    }

    @Override
    public void load(DataInput in) throws IOException {
        retired = in.readLong();
        for (int i = 0; i < lastDomain.length; i++) {
            lastDomain[i] = in.readInt();
            lastVcpu[i] = in.readInt();
        }
    }
}
