package io.xenarium.toolstack;

import io.xenarium.dom0.BlockDevice;
import io.xenarium.dom0.Console;
import io.xenarium.machine.Input;
import io.xenarium.machine.Kept;
import io.xenarium.machine.device.Disk;
import io.xenarium.terms.Bug;
import io.xenarium.terms.Check;
import io.xenarium.terms.DomId;
import io.xenarium.trace.DomainEvent.Life;
import io.xenarium.trace.SchedEvent.Runstate;
import io.xenarium.xen.CpuidLeaves;
import io.xenarium.xen.Domain;
import io.xenarium.xen.DomainConfig;
import io.xenarium.xen.Hypervisor;
import io.xenarium.xen.Limits;
import io.xenarium.xen.Vcpu;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;

/// The toolstack as an administrator uses it: the commands of xl(1) that Xenarium knows. What
/// changes something is recorded as an input.
public final class Xl implements Kept {
    private static final int NAME_MAX = 64;

    private final Host host;
    private final Console console;
    private final Map<Integer, XlConfig> configs = new TreeMap<>();

    Xl(Host host, Console console) {
        this.host = host;
        this.console = console;
    }

    /// Makes a domain and lets it run. Returns its number.
    ///
    /// @throws Refused where the configuration or its image will not do
    public DomId create(XlConfig config) {
        check(config);
        XlConfig found =
                config.named(
                        host.images().find(config.kernel()),
                        config.ramdisk().map(host.images()::find));
        builder(found);
        checkDisks(found);
        checkSharing(found);
        host.post(new Input.Created(found.text()));
        return host.hypervisor().domains().getLast().id();
    }

    private void check(XlConfig config) {
        if (!config.name().matches("[A-Za-z0-9._+-]{1," + NAME_MAX + "}")) {
            throw new Refused(
                    "a domain cannot be called \"%s\": use letters, digits and . _ + -"
                            .formatted(config.name()));
        }
        if (find(config.name()).isPresent()) {
            throw new Refused(
                    "there is a domain called %s already: choose another name"
                            .formatted(config.name()));
        }
        if (config.vcpus() < 1 || config.vcpus() > Limits.VCPUS) {
            throw new Refused(
                    "a domain cannot have %d vCPUs: between 1 and %d"
                            .formatted(config.vcpus(), Limits.VCPUS));
        }
        if (config.memoryMiB() < 1 || config.memoryMiB() > HostConfig.MEMORY_MAX_MIB) {
            throw new Refused(
                    "a domain cannot have %d MiB: between 1 and %d"
                            .formatted(config.memoryMiB(), HostConfig.MEMORY_MAX_MIB));
        }
    }

    private void checkDisks(XlConfig config) {
        Set<String> vdevs = new TreeSet<>();
        for (DiskSpec disk : config.disks()) {
            if (!vdevs.add(disk.vdev())) {
                throw new Refused(
                        "there are two disks %s: give each its own".formatted(disk.vdev()));
            }
            host.checkDisk(disk.diskName(config.name()));
        }
    }

    private void checkSharing(XlConfig config) {
        int processors = host.config().processors();
        long all = -1L >>> (HostConfig.PROCESSORS_MAX - processors);
        Sharing sharing = config.sharing();
        if ((sharing.hard() & all) == 0 || (sharing.soft() & all) == 0) {
            throw new Refused(
                    "cpus names none of the machine's %d processors: they count from 0"
                            .formatted(processors));
        }
        if (sharing.cap() > config.vcpus() * 100) {
            throw new Refused(
                    "cap = %d is more than %d vCPUs can use: 100 for each is the most"
                            .formatted(sharing.cap(), config.vcpus()));
        }
    }

    private Builder builder(XlConfig config) {
        DomainConfig domain =
                new DomainConfig(
                        config.name(),
                        config.memoryMiB() * 256,
                        config.vcpus(),
                        true,
                        CpuidLeaves.PARAVIRTUAL.without(config.hidden()));
        byte[] ramdisk = config.ramdisk().map(host.images()::get).orElse(new byte[0]);
        try {
            Elf kernel = host.images().elf(config.kernel());
            return new Builder(
                    host.hypervisor(),
                    new Builder.Order(domain, kernel, ramdisk, config.cmdline()));
        } catch (Refused refused) {
            throw new Refused(config.kernel() + " " + refused.getMessage());
        }
    }

    /// The input has come: builds the domain, tells the daemons, fills the store, lets it run.
    void build(XlConfig config) {
        Hypervisor xen = host.hypervisor();
        Builder.Built built = builder(config).build();
        DomId id = built.domain().id();
        new DomainNodes(host.store(), id).write(config, built);
        console.attach(id, built.consoleRing(), built.console());
        host.store().introduce(id, built.storeRing(), built.store());
        for (DiskSpec disk : config.disks()) {
            attach(config, id, disk);
        }
        configs.put(id.value(), config);
        share(built.domain(), config.sharing());
        xen.unpause(built.domain());
    }

    private void share(Domain domain, Sharing sharing) {
        if (sharing.equals(Sharing.PLAIN)) {
            return;
        }
        Hypervisor xen = host.hypervisor();
        long refused = xen.setShare(domain, sharing.weight(), sharing.cap());
        for (Vcpu vcpu : domain.vcpus()) {
            refused |= xen.pin(vcpu, sharing.hard(), sharing.soft());
        }
        Check.that(refused == 0, "a share that was looked at is refused: %d", refused);
    }

    /// A disk that is there already was left by the domain's life before: a reboot does not touch
    /// what is on it.
    private void attach(XlConfig config, DomId id, DiskSpec spec) {
        String name = spec.diskName(config.name());
        if (host.disks().find(name).isEmpty()) {
            host.disks().plug(name);
        }
        BlockDevice device =
                new BlockDevice(id, spec.number(), name, spec.access() == DiskSpec.Access.RO);
        new DomainNodes(host.store(), id).writeDisk(spec, device);
        host.blocks().attach(device);
    }

    /// A domain has ended: does what its configuration says is to become of it.
    void ended(Domain domain) {
        XlConfig config = configs.get(domain.id().value());
        if (config == null) {
            return;
        }
        Ending ending =
                domain.life() == Life.CRASHED
                        ? config.endings().crash()
                        : config.endings().forReason(domain.shutdownReason());
        if (ending == Ending.PRESERVE) {
            return;
        }
        letGo(domain.id());
        host.hypervisor().destroy(domain);
        if (ending == Ending.RESTART) {
            rebuild(config);
        } else {
            unplug(config);
        }
    }

    /// Where there is no room any more, because another domain still has pages of the old one, or
    /// where an image is gone, the domain stays away.
    private void rebuild(XlConfig config) {
        try {
            build(config);
        } catch (Refused cannotBe) {
            unplug(config);
        }
    }

    /// The daemons let go of a domain, and its nodes go.
    private void letGo(DomId id) {
        console.detach(id);
        host.blocks().detach(id);
        host.store().release(id);
        new DomainNodes(host.store(), id).remove();
        configs.remove(id.value());
    }

    private void unplug(XlConfig config) {
        for (DiskSpec disk : config.disks()) {
            host.disks().find(disk.diskName(config.name())).ifPresent(Disk::flush);
            host.disks().unplug(disk.diskName(config.name()));
        }
    }

    /// The input has come: does what has to be done beside the hypervisor's own work.
    void obey(Input.Ordered ordered) {
        String node = "/local/domain/" + ordered.domain().value() + "/control/shutdown";
        switch (ordered.order()) {
            case SHUTDOWN -> host.store().write(node, "poweroff");
            case REBOOT -> host.store().write(node, "reboot");
            case DESTROY -> {
                XlConfig config = configs.get(ordered.domain().value());
                letGo(ordered.domain());
                if (config != null) {
                    unplug(config);
                }
            }
            default -> throw new Bug("Xen takes this by itself: " + ordered);
        }
    }

    /// What a domain was built from. Empty for domain 0, and where its image is not here any more.
    public Optional<Blueprint> blueprint(Domain domain) {
        XlConfig config = configs.get(domain.id().value());
        if (config == null) {
            return Optional.empty();
        }
        try {
            long ramdisk = config.ramdisk().map(host.images()::get).map(it -> it.length).orElse(0);
            Elf kernel = host.images().elf(config.kernel());
            return Optional.of(Blueprint.of(kernel, ramdisk, domain.config().pages()));
        } catch (Refused gone) {
            return Optional.empty();
        }
    }

    /// The domain of this name, where there is one.
    public Optional<Domain> find(String name) {
        return host.hypervisor().domains().stream()
                .filter(domain -> domain.name().equals(name))
                .findFirst();
    }

    /// The table of all domains, as `xl list` prints it.
    public String list() {
        StringBuilder table = new StringBuilder();
        table.append(
                "Name                                        ID   Mem VCPUs\tState\tTime(s)\n");
        for (Domain domain : host.hypervisor().domains()) {
            table.append(
                    String.format(
                            Locale.ROOT,
                            "%-40s %5d %5d %5d     %s  %8.1f\n",
                            domain.name(),
                            domain.id().value(),
                            domain.config().pages() / 256,
                            domain.vcpus().size(),
                            letters(domain),
                            ranNanos(domain) / 1e9));
        }
        return table.toString();
    }

    /// The six letters of `xl list`: running, blocked, paused, shut down, crashed, dying.
    public static String letters(Domain domain) {
        Life life = domain.life();
        boolean isAwake = life == Life.RUNNING;
        return letter('r', isAwake && has(domain, vcpu -> vcpu.runstate() == Runstate.RUNNING))
                + letter('b', isAwake && !has(domain, vcpu -> vcpu.runstate() != Runstate.BLOCKED))
                + letter('p', life == Life.PAUSED || life == Life.BUILDING)
                + letter('s', life == Life.SHUTDOWN)
                + letter('c', domain.hasCrashed())
                + letter('d', life == Life.DYING);
    }

    private static boolean has(Domain domain, Predicate<Vcpu> condition) {
        return domain.vcpus().stream()
                .filter(vcpu -> vcpu.runstate() != Runstate.OFFLINE)
                .anyMatch(condition);
    }

    private static String letter(char letter, boolean isSet) {
        return isSet ? String.valueOf(letter) : "-";
    }

    private long ranNanos(Domain domain) {
        long now = host.machine().clock().nanos();
        return domain.vcpus().stream().mapToLong(vcpu -> vcpu.ranNanos(now)).sum();
    }

    /// Keeps a domain from running.
    public void pause(DomId domain) {
        order(domain, Input.Order.PAUSE);
    }

    /// Lets a paused domain run again.
    public void unpause(DomId domain) {
        order(domain, Input.Order.UNPAUSE);
    }

    /// Asks the guest to power off, through control/shutdown in the store.
    public void shutdown(DomId domain) {
        order(domain, Input.Order.SHUTDOWN);
    }

    /// Asks the guest to restart.
    public void reboot(DomId domain) {
        order(domain, Input.Order.REBOOT);
    }

    /// Ends a domain without asking it.
    public void destroy(DomId domain) {
        order(domain, Input.Order.DESTROY);
    }

    /// What the domain's console has shown.
    public Output console(DomId domain) {
        return host.consoleOutput(domain);
    }

    private void order(DomId domain, Input.Order order) {
        if (domain.equals(DomId.DOM0)) {
            throw new Refused("Domain-0 cannot be told to %s".formatted(lower(order)));
        }
        if (host.hypervisor().find(domain).isEmpty()) {
            throw new Refused("there is no domain %d: see xl list".formatted(domain.value()));
        }
        host.post(new Input.Ordered(domain, order));
    }

    private static String lower(Input.Order order) {
        return order.name().toLowerCase(Locale.ROOT);
    }

    /// The names of the domains that the toolstack has made and still looks after.
    public List<String> names() {
        return configs.values().stream().map(XlConfig::name).toList();
    }

    @Override
    public void save(DataOutput out) throws IOException {
        out.writeInt(configs.size());
        for (Map.Entry<Integer, XlConfig> each : configs.entrySet()) {
            out.writeInt(each.getKey());
            out.writeUTF(each.getValue().text());
        }
    }

    @Override
    public void load(DataInput in) throws IOException {
        configs.clear();
        for (int left = in.readInt(); left > 0; left--) {
            configs.put(in.readInt(), XlConfig.parse(in.readUTF()));
        }
    }
}
