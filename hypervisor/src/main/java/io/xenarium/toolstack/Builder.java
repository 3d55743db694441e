package io.xenarium.toolstack;

import io.xenarium.abi.GrantEntry;
import io.xenarium.abi.StartInfo;
import io.xenarium.machine.Memory;
import io.xenarium.parts.DomainBuilder;
import io.xenarium.parts.DomainBuilder.Segment;
import io.xenarium.parts.DomainBuilder.Wires;
import io.xenarium.terms.Check;
import io.xenarium.terms.DomId;
import io.xenarium.terms.Errno;
import io.xenarium.terms.Mfn;
import io.xenarium.terms.Pfn;
import io.xenarium.terms.Port;
import io.xenarium.xen.Domain;
import io.xenarium.xen.DomainConfig;
import io.xenarium.xen.Hypervisor;

import java.util.List;

/// Makes a paravirtual domain: refuses what cannot be built, plans where everything goes, gives the
/// domain frames, has [DomainBuilder] lay them, reserves the channels to domain 0, and hands the
/// page tables and the first vCPU to Xen. The domain is left unstarted.
///
/// Everything that can be refused is checked before the domain is made. Xen: tools/libs/guest.
final class Builder {
    private static final int FRAME = Memory.FRAME_BYTES;

    /// Frames that Xen takes for a domain beside its memory: shared info, grant table, tables of
    /// its own slot; rounded up.
    private static final int XEN_FRAMES = 64;

    /// What is to be built.
    ///
    /// @param kernel unpacked
    /// @param ramdisk the initial ram disk; empty for none
    record Order(DomainConfig config, Elf kernel, byte[] ramdisk, String cmdline) {}

    /// A domain that has been built, and the ends of its wires.
    record Built(Domain domain, Mfn storeRing, Port store, Mfn consoleRing, Port console) {}

    private final Hypervisor xen;
    private final Memory memory;
    private final Order order;
    private final XenNotes notes;
    private final DomainBuilder.Plan plan;

    /// Looks at the order.
    ///
    /// @throws Refused where it cannot be built; the message lacks the name of the image in front
    Builder(Hypervisor xen, Order order) {
        this.xen = xen;
        this.order = order;
        memory = xen.machine().memory();
        Elf elf = order.kernel;
        notes = XenNotes.of(elf, part(Site.none()));
        int pages = order.config.pages();
        long ramdiskBytes = order.ramdisk.length;
        plan = Layout.of(notes, elf.segments(), ramdiskBytes, pages).plan(ramdiskBytes);
        if (order.cmdline.length() >= StartInfo.CMD_LINE_BYTES) {
            throw new Refused(
                    "gets a command line of %d characters: Xen passes on %d at most"
                            .formatted(order.cmdline.length(), StartInfo.CMD_LINE_BYTES - 1));
        }
        int free = xen.frames().freeFrames();
        if (pages + XEN_FRAMES > free) {
            throw new Refused(
                    "is to have %d MiB, but the machine has %d MiB left: ask for less memory"
                            .formatted(pages / 256, free / 256));
        }
    }

    private DomainBuilder part(Site site) {
        return xen.parts().domainBuilder().make(site);
    }

    /// Builds the domain. Where Xen refuses what the part has laid, the domain has crashed.
    Built build() {
        Domain domain = xen.createDomain(order.config);
        Site site = new Site(memory, populate(domain));
        DomainBuilder part = part(site);
        load(part);
        part.buildP2m(plan);
        writeHypercallPage(domain, site);
        Port store = reservePort(domain.id());
        Port console = reservePort(domain.id());
        Wires wires = new Wires(domain.sharedInfo().toMaddr(), store, console);
        part.writeStartInfo(plan, wires, order.cmdline);
        Mfn storeRing = site.mfn(plan.store());
        Mfn consoleRing = site.mfn(plan.console());
        grant(domain, GrantEntry.RESERVED_CONSOLE, consoleRing);
        grant(domain, GrantEntry.RESERVED_XENSTORE, storeRing);
        part.buildBootPageTables(plan);
        start(domain, part.initVcpu(plan), site.mfn(plan.tables().first()));
        return new Built(domain, storeRing, store, consoleRing, console);
    }

    private long[] populate(Domain domain) {
        long[] mfns = xen.frames().allocate(domain.id(), order.config.pages());
        for (int pfn = 0; pfn < mfns.length; pfn++) {
            xen.frames().setPfn(mfns[pfn], pfn);
        }
        return mfns;
    }

    /// The ram disk is loaded like a segment of the kernel.
    private void load(DomainBuilder part) {
        Elf elf = order.kernel;
        part.loadSegments(elf.segments().stream().map(elf::loadable).toList(), notes.paddrOffset());
        long ramdiskAt = plan.ramdisk().first().value() * FRAME;
        int bytes = order.ramdisk.length;
        part.loadSegments(List.of(new Segment(0, ramdiskAt, order.ramdisk, bytes)), 0);
    }

    /// Fills the page that a kernel wants to call Xen through, where it wants one.
    private void writeHypercallPage(Domain domain, Site site) {
        notes.number(XenNotes.Kind.HYPERCALL_PAGE)
                .ifPresent(vaddr -> {
                    Pfn pfn = new Pfn(vaddr - plan.virtBase().value() >> 12);
                    boolean isWritten = xen.hypercallPages().write(domain, site.mfn(pfn).value());
                    Check.that(isWritten, "no hypercall page at pfn %#x", pfn.value());
                });
    }

    private Port reservePort(DomId guest) {
        long port = xen.eventChannels().allocUnbound(guest, DomId.DOM0);
        Check.that(port > 0, "no port for domain 0: %d", port);
        return new Port((int) port);
    }

    /// An entry of the grant table that lets domain 0 map a frame of the guest: how its daemons
    /// come to see a ring.
    private void grant(Domain domain, int ref, Mfn frame) {
        long entry = domain.grants().entryMaddr(ref);
        memory.setShort(entry + GrantEntry.DOMID, (short) DomId.DOM0.value());
        memory.setInt(entry + GrantEntry.FRAME, (int) frame.value());
        memory.setShort(entry + GrantEntry.FLAGS, (short) GrantEntry.PERMIT_ACCESS);
    }

    private void start(Domain domain, DomainBuilder.Context context, Mfn table) {
        long refused = xen.pinTable(domain, table);
        if (refused != 0) {
            xen.crash(domain, "its first page tables are refused: " + Errno.describe(refused));
            return;
        }
        refused = xen.start(domain, context);
        if (refused != 0) {
            xen.crash(domain, "its first vCPU cannot begin: " + Errno.describe(refused));
        }
    }
}
