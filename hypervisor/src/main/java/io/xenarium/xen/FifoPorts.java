package io.xenarium.xen;

import io.xenarium.abi.FifoEvents;
import io.xenarium.abi.PortState;
import io.xenarium.machine.Memory;
import io.xenarium.terms.Errno;
import io.xenarium.terms.Port;
import io.xenarium.terms.VcpuId;
import io.xenarium.trace.MemoryEvent.FrameType;

/// Event channels in the FIFO ABI: a pending port is joined to the end of a queue of the vCPU that
/// it notifies, one queue for each priority, so that a guest serves what is urgent first and what
/// came first before what came later.
///
/// A domain begins with two levels of bits and changes over with the first control block; what is
/// pending then is put into queues as soon as there are pages for the event words. Xen:
/// xen/common/event_fifo.c.
final class FifoPorts {
    private final Memory memory;
    private final FrameTable frames;
    private final PageTables mmu;
    private final RunQueue queue;
    private final Chronicle chronicle;

    FifoPorts(Xen xen, RunQueue queue) {
        this.queue = queue;
        memory = xen.memory();
        frames = xen.frames();
        mmu = xen.mmu();
        chronicle = xen.chronicle();
    }

    /// EVTCHNOP_init_control: the control block of a vCPU lies at `offset` of this frame. Returns 0
    /// or an error.
    long initControl(Domain domain, long vcpuNumber, long frameMfn, long offset) {
        if (domain.findVcpu(vcpuNumber).isEmpty()) {
            return Errno.ENOENT.rc();
        }
        boolean fits = offset <= Memory.FRAME_BYTES - FifoEvents.CONTROL_BYTES && offset % 8 == 0;
        VcpuId vcpu = new VcpuId((int) vcpuNumber);
        PortTable ports = domain.ports();
        boolean hasOne = ports.fifo().filter(fifo -> fifo.controlMaddr(vcpu) != 0).isPresent();
        if (!fits || hasOne || !mmu.isUsableAs(domain, frameMfn, FrameType.WRITABLE)) {
            return Errno.EINVAL.rc();
        }
        boolean isFirst = ports.fifo().isEmpty();
        FifoTable fifo = ports.beginFifo();
        hold(frameMfn);
        fifo.setControl(vcpu, (frameMfn << 12) + offset);
        if (isFirst) {
            chronicle.abiChosen(domain.id(), true);
        }
        return 0;
    }

    /// EVTCHNOP_expand_array: a further page of event words. What became pending while it was
    /// missing is signalled again. Returns 0 or an error.
    long expandArray(Domain domain, long frameMfn) {
        if (domain.ports().fifo().isEmpty()) {
            return Errno.EOPNOTSUPP.rc();
        }
        FifoTable fifo = domain.ports().fifo().get();
        if (fifo.words() > FifoEvents.LINK) {
            return Errno.ENOSPC.rc();
        }
        if (!mmu.isUsableAs(domain, frameMfn, FrameType.WRITABLE)) {
            return Errno.EINVAL.rc();
        }
        int first = fifo.words();
        hold(frameMfn);
        fifo.addArrayPage(frameMfn);
        int end = Math.min(fifo.words(), Limits.PORTS);
        for (int number = first; number < end; number++) {
            Port port = new Port(number);
            if (fifo.isSaved(port)) {
                setPending(domain, port);
            }
        }
        return 0;
    }

    private void hold(long frameMfn) {
        frames.hold(frameMfn);
        frames.holdType(frameMfn, FrameType.WRITABLE);
    }

    /// EVTCHNOP_set_priority: from the next time on that the port becomes pending. Returns 0 or an
    /// error.
    long setPriority(Domain domain, Port port, long priority) {
        if (domain.ports().fifo().isEmpty()) {
            return Errno.ENOSYS.rc();
        }
        if (priority >= FifoEvents.QUEUES) {
            return Errno.EINVAL.rc();
        }
        if (port.value() == 0) {
            return Errno.EACCES.rc();
        }
        domain.ports().fifo().get().setPriority(port, (int) priority);
        return 0;
    }

    /// Goes back to two levels; all ports have been closed.
    void end(Domain domain) {
        if (domain.ports().fifo().isEmpty()) {
            return;
        }
        for (long frameMfn : domain.ports().fifo().get().frames()) {
            frames.releaseType(frameMfn);
            frames.release(frameMfn);
        }
        domain.ports().endFifo();
        chronicle.abiChosen(domain.id(), false);
    }

    /// The port is signalled: it becomes pending, and if it is not masked, it is put into its
    /// queue.
    void setPending(Domain domain, Port port) {
        FifoTable fifo = domain.ports().fifo().orElseThrow();
        if (domain.ports().state(port) instanceof PortState.Free) {
            return;
        }
        if (!fifo.hasWord(port)) {
            fifo.setSaved(port, true);
            return;
        }
        fifo.setSaved(port, false);
        boolean wasPending = fifo.put(port, FifoEvents.PENDING, true);
        if (!wasPending) {
            chronicle.pendingChanged(domain.id(), port, false, true);
        }
        VcpuId target = domain.ports().state(port).notifies();
        boolean hasQueue = fifo.controlMaddr(target) != 0;
        if (hasQueue && !fifo.has(port, FifoEvents.MASKED)) {
            enqueue(domain, fifo, port, target);
        }
        if (!wasPending) {
            queue.endPolls(domain, port);
        }
    }

    private void enqueue(Domain domain, FifoTable fifo, Port port, VcpuId target) {
        if (fifo.put(port, FifoEvents.LINKED, true)) {
            return;
        }
        int priority = fifo.priority(port);
        fifo.move(port, target, priority);
        int tail = fifo.tail(target, priority);
        boolean isLinked = tail != 0 && fifo.link(tail, port);
        long control = fifo.controlMaddr(target);
        if (!isLinked) {
            memory.setInt(control + FifoEvents.HEADS + priority * 4L, port.value());
        }
        fifo.setTail(target, priority, port.value());
        chronicle.queued(domain.id(), port, target, priority);
        if (!isLinked) {
            int ready = memory.getInt(control + FifoEvents.READY);
            memory.setInt(control + FifoEvents.READY, ready | 1 << priority);
            if ((ready >>> priority & 1) == 0) {
                queue.raiseUpcall(domain.vcpu(target));
            }
        }
    }

    /// Clears the pending bit. The port stays in its queue: the guest passes over it.
    boolean clearPending(Domain domain, Port port) {
        FifoTable fifo = domain.ports().fifo().orElseThrow();
        fifo.setSaved(port, false);
        boolean was = fifo.hasWord(port) && fifo.put(port, FifoEvents.PENDING, false);
        if (was) {
            chronicle.pendingChanged(domain.id(), port, true, false);
        }
        return was;
    }

    /// Clears the mask, and puts a port that is pending into its queue.
    void unmask(Domain domain, Port port) {
        FifoTable fifo = domain.ports().fifo().orElseThrow();
        if (!fifo.hasWord(port)) {
            return;
        }
        if (fifo.put(port, FifoEvents.MASKED, false)) {
            chronicle.maskChanged(domain.id(), port, true, false);
        }
        if (fifo.has(port, FifoEvents.PENDING)) {
            setPending(domain, port);
        }
    }
}
