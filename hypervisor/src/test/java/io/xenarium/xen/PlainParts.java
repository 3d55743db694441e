package io.xenarium.xen;

import io.xenarium.abi.PortState;
import io.xenarium.lab02.BounceFrames;
import io.xenarium.lab03.FourLevels;
import io.xenarium.lab04.DirectPaging;
import io.xenarium.lab06.PublishedTime;
import io.xenarium.lab08.Credit2;
import io.xenarium.parts.ConsoleIo;
import io.xenarium.parts.EventChannels;
import io.xenarium.parts.Grants;
import io.xenarium.parts.Parts;
import io.xenarium.parts.Parts.Holder;
import io.xenarium.parts.Slot;
import io.xenarium.terms.DomId;
import io.xenarium.terms.Errno;
import io.xenarium.terms.Port;
import io.xenarium.terms.Vaddr;
import io.xenarium.terms.VcpuId;

/// Parts that do just enough for tests of the fixed half. Entering and leaving Xen, the page walk
/// and guests' time are the reference's, which this module's tests are compiled with.
final class PlainParts {
    private PlainParts() {}

    static Parts all() {
        EventChannels.Maker events = PlainEvents::new;
        ConsoleIo.Maker console = PlainConsole::new;
        Grants.Maker grants = PlainGrants::new;
        return Parts.none()
                .with(Slot.EVENT_CHANNELS, events, Holder.REFERENCE)
                .with(Slot.GRANTS, grants, Holder.REFERENCE)
                .with(Slot.GUEST_TIME, new PublishedTime.Maker(), Holder.REFERENCE)
                .with(Slot.SCHEDULER, new Credit2.Maker(), Holder.REFERENCE)
                .with(Slot.PV_ENTRY, new BounceFrames.Maker(), Holder.REFERENCE)
                .with(Slot.PAGING, new FourLevels.Maker(), Holder.REFERENCE)
                .with(Slot.PV_MMU, new DirectPaging.Maker(), Holder.REFERENCE)
                .with(Slot.CONSOLE_IO, console, Holder.REFERENCE);
    }

    private record PlainConsole(ConsoleIo.Platform platform) implements ConsoleIo {
        @Override
        public long write(DomId caller, Vaddr buffer, int count) {
            if (!platform.mayWrite(caller)) {
                return Errno.EPERM.rc();
            }
            if (count < 0 || count > CHUNK_BYTES) {
                return Errno.EINVAL.rc();
            }
            byte[] bytes = new byte[count];
            if (!platform.copyFromGuest(caller, buffer, bytes)) {
                return Errno.EFAULT.rc();
            }
            platform.emit(caller, bytes, count);
            return 0;
        }
    }

    private record PlainEvents(EventChannels.Platform platform) implements EventChannels {
        @Override
        public long allocUnbound(DomId owner, DomId remote) {
            return take(owner, new PortState.Unbound(remote, new VcpuId(0)));
        }

        private long take(DomId owner, PortState state) {
            for (int number = 1; number < platform.ports(); number++) {
                Port port = new Port(number);
                if (platform.state(owner, port) instanceof PortState.Free) {
                    platform.bind(owner, port, state);
                    return number;
                }
            }
            return Errno.ENOSPC.rc();
        }

        @Override
        public long bindInterdomain(DomId caller, DomId remote, Port remotePort) {
            if (!(platform.state(remote, remotePort) instanceof PortState.Unbound waiting)
                    || !waiting.remote().equals(caller)) {
                return Errno.EINVAL.rc();
            }
            VcpuId first = new VcpuId(0);
            long port = take(caller, new PortState.Interdomain(remote, remotePort, first));
            if (port > 0) {
                Port local = new Port((int) port);
                VcpuId notifies = waiting.notifies();
                platform.bind(
                        remote, remotePort, new PortState.Interdomain(caller, local, notifies));
                setPending(caller, local);
            }
            return port;
        }

        @Override
        public long bindVirq(DomId caller, VcpuId target, int virq) {
            if (platform.virqPort(caller, target, virq).value() != 0) {
                return Errno.EEXIST.rc();
            }
            return take(caller, new PortState.Virq(virq, target));
        }

        @Override
        public long send(DomId caller, Port port) {
            switch (platform.state(caller, port)) {
                case PortState.Interdomain wire -> setPending(wire.peer(), wire.peerPort());
                case PortState.Ipi ipi -> setPending(caller, port);
                case PortState.Unbound unbound -> {}
                default -> {
                    return Errno.EINVAL.rc();
                }
            }
            return 0;
        }

        @Override
        public long unmask(DomId caller, Port port) {
            if (platform.state(caller, port) instanceof PortState.Free) {
                return Errno.EINVAL.rc();
            }
            if (platform.testAndClearMask(caller, port) && platform.isPending(caller, port)) {
                tell(caller, port);
            }
            return 0;
        }

        @Override
        public long close(DomId caller, Port port) {
            PortState state = platform.state(caller, port);
            if (state instanceof PortState.Free) {
                return Errno.EINVAL.rc();
            }
            if (state instanceof PortState.Interdomain wire) {
                VcpuId notifies = platform.state(wire.peer(), wire.peerPort()).notifies();
                platform.bind(
                        wire.peer(), wire.peerPort(), new PortState.Unbound(caller, notifies));
            }
            platform.testAndClearPending(caller, port);
            platform.bind(caller, port, new PortState.Free());
            return 0;
        }

        @Override
        public void setPending(DomId domain, Port port) {
            if (!(platform.state(domain, port) instanceof PortState.Free)
                    && !platform.testAndSetPending(domain, port)
                    && !platform.isMasked(domain, port)) {
                tell(domain, port);
            }
        }

        private void tell(DomId domain, Port port) {
            VcpuId target = platform.state(domain, port).notifies();
            if (!platform.testAndSetSelector(domain, target, port.value() >> 6)) {
                platform.raiseUpcall(domain, target);
            }
        }
    }
}
