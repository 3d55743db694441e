package io.xenarium.check;

import io.xenarium.abi.PortState;
import io.xenarium.machine.Memory;
import io.xenarium.parts.Grants.Mapping;
import io.xenarium.terms.DomId;
import io.xenarium.terms.Port;
import io.xenarium.trace.MemoryEvent.FrameType;
import io.xenarium.trace.SchedEvent.Runstate;
import io.xenarium.xen.Domain;
import io.xenarium.xen.FrameTable;
import io.xenarium.xen.GrantTable;
import io.xenarium.xen.Hypervisor;
import io.xenarium.xen.Limits;
import io.xenarium.xen.Maptrack;
import io.xenarium.xen.Pcpu;
import io.xenarium.xen.PortTable;
import io.xenarium.xen.Vcpu;
import io.xenarium.xen.XenSlots;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/// What must hold between any two steps of the hypervisor, found out without its help: this counts
/// every reference again, from the page tables up.
///
/// 1. A frame's references and type count are exactly those that tables, vCPUs, descriptor tables,
///    pins and its owner account for.
/// 2. What a guest's tables map belongs to that guest or is granted to it; what they map writable
///    is no table, and holds no descriptors.
/// 3. Stores into a frame are watched exactly where it is an L1 table.
/// 4. The two ends of a wire between domains know each other.
/// 5. Each pin on a grant is somebody's mapping, and the other way round.
/// 6. A processor runs a vCPU that there is, and no vCPU runs on two of them; one that is running
///    does so on some processor.
/// 7. A vCPU that is queued waits at a processor of the machine, is up, and does not sleep; of a
///    domain that has ended none runs or is queued.
/// 8. No guest has more ports, grant frames or mappings than it may.
///
/// [#checkEvents] holds only where guests have left the shared bits alone.
public final class Invariants {
    private static final long PRESENT = 1;
    private static final long WRITABLE = 2;
    private static final int ENTRIES = 512;

    /// GNTMAP_*.
    private static final int DEVICE_MAP = 1;

    private static final int READONLY = 4;

    private final Hypervisor xen;
    private final FrameTable frames;
    private final Memory memory;
    private final List<String> wrong = new ArrayList<>();
    private final int[] references;
    private final int[] types;
    private final int[] foreign;
    private final int[] linear;
    private final Set<Integer> gone;

    private Invariants(Hypervisor xen) {
        this.xen = xen;
        frames = xen.frames();
        memory = xen.machine().memory();
        references = new int[frames.frames()];
        types = new int[frames.frames()];
        foreign = new int[frames.frames()];
        linear = new int[frames.frames()];
        gone = xen.zombies().stream().map(of -> of.id().value()).collect(Collectors.toSet());
    }

    /// Everything that does not hold, one line each; empty where all is well.
    public static List<String> check(Hypervisor xen) {
        Invariants check = new Invariants(xen);
        check.frames();
        check.wires();
        check.processors();
        xen.domains().forEach(check::quotas);
        new GrantInvariants(xen, check.wrong).check();
        return List.copyOf(check.wrong);
    }

    /// Every port that is pending and not masked, and whose vCPU has not been told.
    public static List<String> checkEvents(Hypervisor xen) {
        Invariants check = new Invariants(xen);
        xen.domains().forEach(check::events);
        return List.copyOf(check.wrong);
    }

    private void quotas(Domain domain) {
        if (domain.isControl()) {
            return;
        }
        quota(domain, "a port beyond", domain.ports().end(), Limits.PORTS_GIVEN);
        GrantTable grants = domain.grants();
        quota(domain, "frames of grants beyond", grants.frames(), Limits.GRANT_FRAMES);
        int rows = Limits.MAPTRACK_FRAMES * Maptrack.PER_PAGE;
        quota(domain, "mappings beyond", grants.maptrack().rows().size(), rows);
    }

    private void quota(Domain domain, String what, int count, int most) {
        if (count > most) {
            wrong.add("%s has %s %d: %d".formatted(domain.id(), what, most, count));
        }
    }

    private void frames() {
        for (int mfn = 0; mfn < references.length; mfn++) {
            int owner = frames.owner(mfn);
            if (owner != FrameTable.NOBODY) {
                references[mfn] += frames.isAllocated(mfn) ? 1 : 0;
                require(
                        !frames.isAllocated(mfn) || !gone.contains(owner),
                        mfn,
                        "is kept by a domain that is gone");
                countTable(mfn);
            }
            if (frames.isPinned(mfn)) {
                count(mfn);
            }
        }
        xen.domains().forEach(this::countHolders);
        for (int mfn = 0; mfn < references.length; mfn++) {
            compare(mfn);
        }
    }

    private void countHolders(Domain domain) {
        count(domain.sharedInfo().value());
        for (int i = 0; i < domain.grants().frames(); i++) {
            count(domain.grants().frameMfn(i));
        }
        for (int i = 0; i < domain.grants().statusFrames(); i++) {
            count(domain.grants().statusFrameMfn(i));
        }
        domain.grants().maptrack().rows().values().forEach(this::countDeviceMapping);
        domain.ports().fifo().ifPresent(fifo -> Arrays.stream(fifo.frames()).forEach(this::count));
        for (Vcpu vcpu : domain.vcpus()) {
            countRoot(vcpu.kernelTable());
            countRoot(vcpu.userTable());
            for (long mfn : vcpu.descriptorFrames()) {
                count(mfn);
                require(
                        frames.type(mfn) == FrameType.SEGMENT_DESCRIPTORS,
                        mfn,
                        "holds descriptors but is " + frames.type(mfn));
            }
            if (vcpu.isInfoRegistered()) {
                count(vcpu.infoMaddr() >>> 12);
            }
        }
    }

    /// A mapping for devices holds its reference by itself; one in page tables is an entry there.
    private void countDeviceMapping(Mapping mapping) {
        if ((mapping.flags() & DEVICE_MAP) != 0) {
            int mfn = (int) GrantInvariants.granted(xen, mapping).orElseThrow().mfn().value();
            references[mfn]++;
            foreign[mfn]++;
            types[mfn] += (mapping.flags() & READONLY) == 0 ? 1 : 0;
        }
    }

    private void countRoot(long mfn) {
        if (mfn != 0) {
            count(mfn);
            require(frames.type(mfn) == FrameType.L4, mfn, "is a root but no L4 table");
        }
    }

    private void count(long mfn) {
        references[(int) mfn]++;
        types[(int) mfn]++;
    }

    private void countTable(int mfn) {
        FrameType type = frames.type(mfn);
        int level = type.level();
        for (int i = 0; level > 0 && i < ENTRIES; i++) {
            boolean isXens = level == 4 && i >= XenSlots.FIRST && i <= XenSlots.LAST;
            long entry = memory.getLong(((long) mfn << 12) + i * 8L);
            if (!isXens && (entry & PRESENT) != 0) {
                countEntry(mfn, level, entry);
            }
        }
    }

    private void countEntry(int table, int level, long entry) {
        long mfn = entry >>> 12 & 0xff_ffff_ffffL;
        if (level > 1 && mfn == table) {
            require((entry & WRITABLE) == 0, table, "shows itself writable");
            return;
        }
        boolean isForeign = frames.owner(mfn) != frames.owner(table);
        boolean isWritable = (entry & WRITABLE) != 0;
        boolean isGranted =
                isForeign
                        && level == 1
                        && GrantInvariants.isGranted(xen, mfn, frames.owner(table), isWritable);
        if (!frames.holds(mfn) || isForeign && !isGranted) {
            wrong.add("table %#x maps %#x, which is not its owner's".formatted(table, mfn));
            return;
        }
        references[(int) mfn]++;
        foreign[(int) mfn] += isForeign ? 1 : 0;
        FrameType is = frames.type(mfn);
        if (level > 1 && is == FrameType.values()[level]) {
            types[(int) mfn]++;
            linear[table]++;
            linear[(int) mfn]--;
            require((entry & WRITABLE) == 0, table, "shows another table writable");
        } else if (level > 1) {
            types[(int) mfn]++;
            require(
                    is == FrameType.values()[level - 1],
                    mfn,
                    "is used as another table than it is");
        } else if (isWritable) {
            types[(int) mfn]++;
            require(is == FrameType.WRITABLE, mfn, "is mapped writable but is " + is);
        }
    }

    private void compare(int mfn) {
        counted("references", mfn, frames.references(mfn), references[mfn]);
        counted("held by others", mfn, frames.foreignReferences(mfn), foreign[mfn]);
        counted("linear count", mfn, frames.linearCount(mfn), linear[mfn]);
        counted("type count", mfn, frames.typeCount(mfn), types[mfn]);
        require(
                (frames.typeCount(mfn) == 0) == (frames.type(mfn) == FrameType.NONE),
                mfn,
                "has a type without a count, or the other way round");
        require(
                memory.has(mfn, Memory.PAGE_TABLE) == (frames.type(mfn) == FrameType.L1),
                mfn,
                "is watched though no L1 table, or the other way round");
    }

    private void counted(String what, long mfn, int kept, int counted) {
        if (kept != counted) {
            require(false, mfn, "%s %d, counted %d".formatted(what, kept, counted));
        }
    }

    private void require(boolean holds, long mfn, String why) {
        if (!holds) {
            wrong.add("mfn 0x%05x (owner %d): %s".formatted(mfn, frames.owner(mfn), why));
        }
    }

    private void wires() {
        for (Domain domain : xen.domains()) {
            for (int number = 1; number < domain.ports().end(); number++) {
                Port port = new Port(number);
                if (domain.ports().state(port) instanceof PortState.Interdomain wire
                        && !isJoined(domain.id(), port, wire)) {
                    wrong.add(
                            "%s %s: the other end of its wire is loose"
                                    .formatted(domain.id(), port));
                }
            }
        }
    }

    private boolean isJoined(DomId here, Port port, PortState.Interdomain wire) {
        return xen.find(wire.peer())
                .map(peer -> peer.ports().state(wire.peerPort()))
                .filter(PortState.Interdomain.class::isInstance)
                .map(PortState.Interdomain.class::cast)
                .filter(back -> back.peer().equals(here) && back.peerPort().equals(port))
                .isPresent();
    }

    private void processors() {
        for (Pcpu pcpu : xen.pcpus()) {
            if (pcpu.isBusy() && xen.find(pcpu.domain()).isEmpty()) {
                wrong.add("processor %d runs a domain that is gone".formatted(pcpu.number()));
            }
        }
        for (Domain domain : xen.domains()) {
            for (Vcpu vcpu : domain.vcpus()) {
                int processors = 0;
                for (Pcpu pcpu : xen.pcpus()) {
                    processors += pcpu.isBusy() && pcpu.runs(vcpu) ? 1 : 0;
                }
                boolean isRunning = vcpu.runstate() == Runstate.RUNNING;
                if (processors > 1 || isRunning && processors == 0) {
                    wrong.add(
                            "%s %s is %s on %d processors"
                                    .formatted(
                                            domain.id(), vcpu.id(), vcpu.runstate(), processors));
                }
                queued(domain, vcpu);
            }
        }
    }

    private void queued(Domain domain, Vcpu vcpu) {
        Runstate state = vcpu.runstate();
        boolean isMeantToRun = state == Runstate.RUNNING || state == Runstate.RUNNABLE;
        int at = vcpu.sched().pcpu();
        boolean isPlaced = at >= 0 && at < xen.pcpus().size();
        boolean isOver = domain.isOver() && !domain.hasUntoldEnd();
        if (!isPlaced || isMeantToRun && (isOver || !vcpu.isAwake())) {
            wrong.add(
                    "%s %s is %s at processor %d, but its domain is %s and it is %s"
                            .formatted(
                                    domain.id(),
                                    vcpu.id(),
                                    state,
                                    at,
                                    domain.life(),
                                    vcpu.isAwake() ? "awake" : "asleep or down"));
        }
    }

    private void events(Domain domain) {
        PortTable ports = domain.ports();
        for (int number = 1; number < ports.end(); number++) {
            Port port = new Port(number);
            PortState state = ports.state(port);
            boolean isBound = !(state instanceof PortState.Free);
            if (isBound && ports.isPending(port) && !ports.isMasked(port)) {
                Vcpu vcpu = domain.vcpu(state.notifies());
                boolean isSelected = (vcpu.selector() >>> (number >> 6) & 1) != 0;
                boolean isTold =
                        ports.fifo()
                                .map(fifo -> fifo.isLinked(port))
                                .orElse(isSelected && vcpu.isUpcallPending());
                if (!isTold) {
                    wrong.add("%s %s is pending, and nobody was told".formatted(domain.id(), port));
                }
            }
        }
    }
}
