package io.xenarium.xen;

import io.xenarium.abi.SharedInfo;
import io.xenarium.abi.VcpuInfo;
import io.xenarium.machine.Kept;
import io.xenarium.machine.Memory;
import io.xenarium.machine.cpu.CpuidPolicy;
import io.xenarium.terms.Check;
import io.xenarium.terms.DomId;
import io.xenarium.terms.Mfn;
import io.xenarium.terms.VcpuId;
import io.xenarium.trace.DomainEvent.Life;
import io.xenarium.trace.SchedEvent.Runstate;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A domain: a guest with its memory, its virtual processors, its ports and grants.
///
/// 1. Its shared-info page and the frames of its grant table belong to it from the start and are
///    never page tables.
/// 2. Only a [Life#RUNNING] domain has vCPUs that can go on; once its end is told, none of them is
///    called running or runnable any more, whatever comes for it.
///
/// Xen: struct domain.
public final class Domain implements Kept {
    private static final Life[] LIVES = Life.values();
    private static final int SHUTDOWN_CRASH = 3;
    private static final int NO_CODE = -1;

    private final DomId id;
    private final DomainConfig config;
    private final CpuidPolicy cpuid;
    private final Chronicle chronicle;
    private final Mfn sharedInfo;
    private final PortTable ports;
    private final GrantTable grants;
    private final DomainShare share = new DomainShare();
    private final List<Vcpu> vcpus;

    private Life life = Life.BUILDING;
    private boolean hasEnded;
    private int pauses;
    private int shutdownReason;
    private int shutdownCode = NO_CODE;
    private String crashReason = "";
    private String crashDump = "";

    /// The kinds of help that the guest switched on, one bit for each type of vm_assist.
    long assists;

    /// What the guest wrote to the ports where a configuration address of PCI, or a register of the
    /// clock's memory, is chosen: the only ports that remember anything.
    int pciAddress;

    int clockRegister;

    /// The memory map that it set for itself, as an array of E820 entries; empty for Xen's.
    byte[] memoryMap = {};

    /// When the watchdogs of this domain shut it down, [VcpuTimers#OFF] where they do not.
    final long[] watchdogs = {VcpuTimers.OFF, VcpuTimers.OFF};

    /// Whether it is given no more memory, by a fault on purpose.
    private boolean isStarved;

    /// The table of Xen's own slot that holds this domain's descriptor tables.
    long perDomainMfn;

    Domain(DomId id, DomainConfig config, Memory memory, Mfn sharedInfo, Chronicle chronicle) {
        this.id = id;
        this.config = config;
        cpuid = new CpuidLeaves(config.processor());
        this.chronicle = chronicle;
        this.sharedInfo = sharedInfo;
        long sharedMaddr = sharedInfo.toMaddr().value();
        ports = new PortTable(memory, sharedMaddr, config.vcpus());
        grants = new GrantTable(memory);
        List<Vcpu> made = new ArrayList<>();
        for (int v = 0; v < config.vcpus(); v++) {
            long infoMaddr = sharedMaddr + SharedInfo.VCPU_INFO + (long) v * VcpuInfo.BYTES;
            made.add(new Vcpu(this, new VcpuId(v), memory, infoMaddr));
        }
        vcpus = List.copyOf(made);
    }

    public DomId id() {
        return id;
    }

    public DomainConfig config() {
        return config;
    }

    /// What CPUID answers to it.
    public CpuidPolicy cpuid() {
        return cpuid;
    }

    public String name() {
        return config.name();
    }

    /// Where it is in its life.
    public Life life() {
        return life;
    }

    /// Whether it is the control domain, whose kernel is Java code.
    public boolean isControl() {
        return id.equals(DomId.DOM0);
    }

    public boolean isRunning() {
        return life == Life.RUNNING;
    }

    /// Whether it has ended, by itself or by others, and will never run again.
    public boolean isOver() {
        return switch (life) {
            case BUILDING, PAUSED, RUNNING -> false;
            case SHUTDOWN, CRASHED, DYING -> true;
        };
    }

    /// The page that it shares with Xen.
    public Mfn sharedInfo() {
        return sharedInfo;
    }

    public PortTable ports() {
        return ports;
    }

    public GrantTable grants() {
        return grants;
    }

    /// How much of the processors it gets.
    public DomainShare share() {
        return share;
    }

    public List<Vcpu> vcpus() {
        return vcpus;
    }

    /// The vCPU of this number, which must exist.
    public Vcpu vcpu(VcpuId number) {
        return vcpus.get(number.value());
    }

    /// The vCPU of this number, where it exists.
    Optional<Vcpu> findVcpu(long number) {
        return number >= 0 && number < vcpus.size()
                ? Optional.of(vcpus.get((int) number))
                : Optional.empty();
    }

    /// Why it shut down, by public/sched.h; means something only in [Life#SHUTDOWN].
    public int shutdownReason() {
        return shutdownReason;
    }

    /// Why it crashed, in words; empty where it did not.
    public String crashReason() {
        return crashReason;
    }

    /// The registers of the vCPU that crashed it, as Xen prints them; empty where it did not.
    public String crashDump() {
        return crashDump;
    }

    boolean assists(int type) {
        return (assists >> type & 1) != 0;
    }

    void setAssist(int type, boolean on) {
        assists = on ? assists | 1L << type : assists & ~(1L << type);
    }

    /// One more reason not to run: pauses nest.
    void pause() {
        pauses++;
        if (life == Life.RUNNING) {
            become(Life.PAUSED);
        }
    }

    /// One reason less; runs where none is left. Whoever built the domain ends the building so.
    void unpause() {
        if (life == Life.BUILDING) {
            become(pauses == 0 ? Life.RUNNING : Life.PAUSED);
        } else if (pauses > 0) {
            pauses--;
            if (pauses == 0 && life == Life.PAUSED) {
                become(Life.RUNNING);
            }
        }
    }

    /// Fixes the reason of the next shutdown in advance: the first that is named counts.
    void setShutdownCode(int reason) {
        if (shutdownCode == NO_CODE) {
            shutdownCode = reason;
        }
    }

    void shutDown(int reason) {
        if (life == Life.RUNNING || life == Life.PAUSED) {
            setShutdownCode(reason);
            shutdownReason = shutdownCode;
            if (hasGivenUp()) {
                crashReason = "its kernel gave up (SCHEDOP_shutdown, reason crash)";
                crashDump = RegisterDump.of(culprit());
            }
            chronicle.shutDown(id, shutdownReason);
            become(Life.SHUTDOWN);
        }
    }

    /// Ends the domain because of what `culprit` did.
    void crash(Vcpu culprit, String why) {
        Check.that(life != Life.DYING, "a dying domain cannot crash");
        if (life != Life.CRASHED) {
            crashReason = why;
            crashDump = RegisterDump.of(culprit);
            chronicle.crashed(id, why);
            become(Life.CRASHED);
        }
    }

    /// The vCPU that runs, else the first: where to look for the cause of an end.
    private Vcpu culprit() {
        return vcpus.stream()
                .filter(vcpu -> vcpu.runstate() == Runstate.RUNNING)
                .findFirst()
                .orElse(vcpus.getFirst());
    }

    /// Whether it ended by a fault: Xen's own verdict, or the guest's about itself.
    public boolean hasCrashed() {
        return life == Life.CRASHED || life == Life.SHUTDOWN && hasGivenUp();
    }

    private boolean hasGivenUp() {
        return shutdownReason == SHUTDOWN_CRASH;
    }

    /// Whether it has ended and nobody has been told.
    public boolean hasUntoldEnd() {
        return hasEnded;
    }

    /// Whether it has ended and nobody has been told. Whoever asks is told.
    boolean takeEnd() {
        boolean isNew = hasEnded;
        hasEnded = false;
        return isNew;
    }

    /// From now on it is given no more memory.
    void starve() {
        isStarved = true;
    }

    boolean isStarved() {
        return isStarved;
    }

    void die() {
        become(Life.DYING);
    }

    private void become(Life next) {
        Life before = life;
        life = next;
        hasEnded = next == Life.SHUTDOWN || next == Life.CRASHED;
        chronicle.lifeChanged(id, before, next);
    }

    @Override
    public void save(DataOutput out) throws IOException {
        out.writeByte(life.ordinal());
        out.writeBoolean(hasEnded);
        out.writeInt(pauses);
        out.writeInt(shutdownReason);
        out.writeInt(shutdownCode);
        for (long deadline : watchdogs) {
            out.writeLong(deadline);
        }
        out.writeUTF(crashReason);
        out.writeUTF(crashDump);
        out.writeLong(assists);
        out.writeLong(perDomainMfn);
        out.writeInt(pciAddress);
        out.writeInt(clockRegister);
        out.writeBoolean(isStarved);
        out.writeInt(memoryMap.length);
        out.write(memoryMap);
        ports.save(out);
        grants.save(out);
        share.save(out);
        for (Vcpu vcpu : vcpus) {
            vcpu.save(out);
        }
    }

    @Override
    public void load(DataInput in) throws IOException {
        life = LIVES[in.readByte()];
        hasEnded = in.readBoolean();
        pauses = in.readInt();
        shutdownReason = in.readInt();
        shutdownCode = in.readInt();
        for (int i = 0; i < watchdogs.length; i++) {
            watchdogs[i] = in.readLong();
        }
        crashReason = in.readUTF();
        crashDump = in.readUTF();
        assists = in.readLong();
        perDomainMfn = in.readLong();
        pciAddress = in.readInt();
        clockRegister = in.readInt();
        isStarved = in.readBoolean();
        memoryMap = new byte[in.readInt()];
        in.readFully(memoryMap);
        ports.load(in);
        grants.load(in);
        share.load(in);
        for (Vcpu vcpu : vcpus) {
            vcpu.load(in);
        }
    }
}
