package io.xenarium.toolstack;

import io.xenarium.abi.GrantEntry;
import io.xenarium.abi.StartInfo;
import io.xenarium.machine.Memory;
import io.xenarium.terms.Check;
import io.xenarium.terms.DomId;
import io.xenarium.terms.Errno;
import io.xenarium.terms.Mfn;
import io.xenarium.terms.Port;
import io.xenarium.terms.Vaddr;
import io.xenarium.xen.Domain;
import io.xenarium.xen.DomainConfig;
import io.xenarium.xen.GuestStart;
import io.xenarium.xen.Hypervisor;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/// Builds a paravirtual domain: gives it memory, loads its kernel, writes the start-info page and
/// the first page tables, reserves its channels to domain 0, and sets its first vCPU to the
/// kernel's entry. The domain is left unstarted.
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
    record Plan(DomainConfig config, Elf kernel, byte[] ramdisk, String cmdline) {}

    /// A domain that has been built, and the ends of its wires.
    record Built(Domain domain, Mfn storeRing, Port store, Mfn consoleRing, Port console) {}

    private final Hypervisor xen;
    private final Memory memory;
    private final Plan plan;
    private final Elf elf;
    private final XenNotes notes;
    private final Layout layout;
    private long[] mfns = {};

    /// Looks at the plan.
    ///
    /// @throws Refused where it cannot be built; the message lacks the name of the image in front
    Builder(Hypervisor xen, Plan plan) {
        this.xen = xen;
        this.plan = plan;
        memory = xen.machine().memory();
        elf = plan.kernel;
        notes = XenNotes.of(elf);
        layout = Layout.of(notes, elf.segments(), plan.ramdisk.length, plan.config.pages());
        if (plan.cmdline.length() >= StartInfo.CMD_LINE_BYTES) {
            throw new Refused(
                    "gets a command line of %d characters: Xen passes on %d at most"
                            .formatted(plan.cmdline.length(), StartInfo.CMD_LINE_BYTES - 1));
        }
        int free = xen.frames().freeFrames();
        if (plan.config.pages() + XEN_FRAMES > free) {
            throw new Refused(
                    "is to have %d MiB, but the machine has %d MiB left: ask for less memory"
                            .formatted(plan.config.pages() / 256, free / 256));
        }
    }

    /// Builds the domain.
    Built build() {
        Domain domain = xen.createDomain(plan.config);
        populate(domain);
        load();
        writeHypercallPage(domain);
        Port store = reservePort(domain.id());
        Port console = reservePort(domain.id());
        writeStartInfo(domain, store, console);
        grant(domain, GrantEntry.RESERVED_CONSOLE, layout.consolePfn);
        grant(domain, GrantEntry.RESERVED_XENSTORE, layout.storePfn);
        start(domain, writeTables());
        return new Built(domain, mfn(layout.storePfn), store, mfn(layout.consolePfn), console);
    }

    private Mfn mfn(int pfn) {
        return new Mfn(mfns[pfn]);
    }

    private void populate(Domain domain) {
        mfns = xen.frames().allocate(domain.id(), plan.config.pages());
        for (int pfn = 0; pfn < mfns.length; pfn++) {
            xen.frames().setPfn(mfns[pfn], pfn);
        }
    }

    private void load() {
        for (Elf.Segment segment : elf.segments()) {
            write(segment.paddr() - notes.paddrOffset(), elf.contents(segment));
        }
        write((long) layout.ramdiskPfn * FRAME, plan.ramdisk);
        ByteBuffer list = ByteBuffer.allocate(mfns.length * 8).order(ByteOrder.LITTLE_ENDIAN);
        list.asLongBuffer().put(mfns);
        write((long) layout.p2mPfn * FRAME, list.array());
    }

    /// Fills the page that a kernel wants to call Xen through, where it wants one.
    private void writeHypercallPage(Domain domain) {
        notes.number(XenNotes.Kind.HYPERCALL_PAGE)
                .ifPresent(vaddr -> {
                    int pfn = (int) (vaddr - layout.virtBase >> 12);
                    boolean isWritten = xen.hypercallPages().write(domain, mfns[pfn]);
                    Check.that(isWritten, "no hypercall page at pfn %#x", pfn);
                });
    }

    /// Writes at a pseudo-physical address; machine frames need not follow each other.
    private void write(long paddr, byte[] bytes) {
        int done = 0;
        while (done < bytes.length) {
            long at = paddr + done;
            int count = Math.min(bytes.length - done, (int) (FRAME - at % FRAME));
            byte[] piece = java.util.Arrays.copyOfRange(bytes, done, done + count);
            memory.write((mfns[(int) (at / FRAME)] << 12) + at % FRAME, piece);
            done += count;
        }
    }

    private Port reservePort(DomId guest) {
        long port = xen.eventChannels().allocUnbound(guest, DomId.DOM0);
        Check.that(port > 0, "no port for domain 0: %d", port);
        return new Port((int) port);
    }

    private void writeStartInfo(Domain domain, Port store, Port console) {
        ByteBuffer page = ByteBuffer.allocate(StartInfo.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        page.put(StartInfo.MAGIC, StartInfo.MAGIC_TEXT.getBytes(StandardCharsets.US_ASCII));
        page.putLong(StartInfo.NR_PAGES, mfns.length);
        page.putLong(StartInfo.SHARED_INFO, domain.sharedInfo().toMaddr().value());
        page.putLong(StartInfo.STORE_MFN, mfns[layout.storePfn]);
        page.putInt(StartInfo.STORE_EVTCHN, store.value());
        page.putLong(StartInfo.CONSOLE_MFN, mfns[layout.consolePfn]);
        page.putInt(StartInfo.CONSOLE_EVTCHN, console.value());
        page.putLong(StartInfo.PT_BASE, layout.vaddr(layout.tablesPfn));
        page.putLong(StartInfo.NR_PT_FRAMES, layout.tables);
        page.putLong(StartInfo.MFN_LIST, notes.initP2m().orElse(layout.vaddr(layout.p2mPfn)));
        if (notes.initP2m().isPresent()) {
            page.putLong(StartInfo.FIRST_P2M_PFN, layout.p2mPfn);
            page.putLong(StartInfo.NR_P2M_FRAMES, layout.p2mFrames + layout.p2mTables);
        }
        if (plan.ramdisk.length > 0) {
            boolean isUnmapped = layout.isRamdiskUnmapped();
            page.putInt(StartInfo.FLAGS, isUnmapped ? StartInfo.SIF_MOD_START_PFN : 0);
            page.putLong(
                    StartInfo.MOD_START,
                    isUnmapped ? layout.ramdiskPfn : layout.vaddr(layout.ramdiskPfn));
            page.putLong(StartInfo.MOD_LEN, plan.ramdisk.length);
        }
        page.put(StartInfo.CMD_LINE, plan.cmdline.getBytes(StandardCharsets.ISO_8859_1));
        write((long) layout.startInfoPfn * FRAME, page.array());
    }

    /// An entry of the grant table that lets domain 0 map a frame of the guest: how its daemons
    /// come to see a ring.
    private void grant(Domain domain, int ref, int pfn) {
        long entry = domain.grants().entryMaddr(ref);
        memory.setShort(entry + GrantEntry.DOMID, (short) DomId.DOM0.value());
        memory.setInt(entry + GrantEntry.FRAME, (int) mfns[pfn]);
        memory.setShort(entry + GrantEntry.FLAGS, (short) GrantEntry.PERMIT_ACCESS);
    }

    private Mfn writeTables() {
        BootTables tables = new BootTables(memory, mfns, layout.tablesPfn);
        for (int pfn = 0; pfn < Math.min(layout.mapped, mfns.length); pfn++) {
            tables.map(layout.vaddr(pfn), mfns[pfn], !layout.isTable(pfn));
        }
        Check.that(
                tables.nextPfn() <= layout.tablesPfn + layout.tables,
                "the page tables ran over their %d frames",
                layout.tables);
        notes.initP2m()
                .ifPresent(vaddr -> {
                    tables.goOnAt(layout.p2mPfn + layout.p2mFrames);
                    for (int frame = 0; frame < layout.p2mFrames; frame++) {
                        long at = vaddr + (long) frame * FRAME;
                        tables.map(at, mfns[layout.p2mPfn + frame], true);
                    }
                });
        return new Mfn(tables.topMfn());
    }

    private void start(Domain domain, Mfn table) {
        long pinned = xen.pinTable(domain, table);
        Check.that(pinned == 0, "Xen refused the first page tables: " + Errno.describe(pinned));
        GuestStart at =
                new GuestStart(
                        new Vaddr(notes.entry()),
                        new Vaddr(layout.vaddr(layout.stackPfn + 1)),
                        new Vaddr(layout.vaddr(layout.startInfoPfn)),
                        table);
        long started = xen.start(domain, at);
        Check.that(started == 0, "Xen refused to start the guest: " + Errno.describe(started));
    }
}
