package io.xenarium.xen;

import static io.xenarium.xen.PageEntry.ACCESSED;
import static io.xenarium.xen.PageEntry.DIRTY;
import static io.xenarium.xen.PageEntry.NO_EXECUTE;
import static io.xenarium.xen.PageEntry.PRESENT;
import static io.xenarium.xen.PageEntry.USER;
import static io.xenarium.xen.PageEntry.WRITABLE;

import io.xenarium.machine.Memory;
import io.xenarium.parts.DomainBuilder;
import io.xenarium.terms.DomId;

/// Xen's own sixteen slots of every L4 table, 256 to 271, and the tables below them.
///
/// 1. Slot 256 maps the M2P, the same for all domains, readable by guests and writable by nobody.
/// 2. Slot 258 shows the table itself, for the processor alone.
/// 3. The slots from 261 to 269 are Xen's, and closed.
/// 4. Slot 260 is each domain's own: for each vCPU the 16 frames of its GDT and the 16 of its LDT,
///    for the processor alone. The first 14 of the GDT are the guest's, the next holds Xen's
///    descriptors.
///
/// Xen: the address-space map at the head of asm-x86/config.h; init_xen_l4_slots.
public final class XenSlots {
    public static final int FIRST = 256;
    public static final int LAST = 271;

    /// Where guests read the M2P (public/arch-x86/xen-x86_64.h, MACH2PHYS_VIRT_START).
    public static final long M2P_VADDR = 0xffff_8000_0000_0000L;

    /// The end of the addresses that [#M2P_VADDR] could grow to.
    public static final long M2P_END_VADDR = 0xffff_8040_0000_0000L;

    /// The first address behind Xen's slots.
    static final long END_VADDR = 0xffff_8800_0000_0000L;

    /// Selectors of Xen's descriptors: flat, of privilege 3.
    public static final int CODE_32 = 0xe023;

    public static final int DATA = DomainBuilder.DATA;
    public static final int CODE_64 = DomainBuilder.CODE;

    /// The limit of every vCPU's GDT: 16 frames.
    static final int GDT_LIMIT = 0xffff;

    private static final int LINEAR_SLOT = 258;
    private static final int PER_DOMAIN_SLOT = 260;
    private static final int LAST_CLOSED = 269;
    private static final long PER_DOMAIN_VADDR = 0xffff_8200_0000_0000L;
    private static final int FRAMES_PER_VCPU = 32;
    private static final int LDT_FRAME = 16;
    private static final int XEN_GDT_FRAME = 14;
    private static final long TABLE = PRESENT | WRITABLE | USER | ACCESSED | DIRTY;
    private static final long XENS_OWN = PRESENT | WRITABLE | ACCESSED | DIRTY | NO_EXECUTE;

    private final Memory memory;
    private final FrameTable frames;
    private final long m2pTableMfn;
    private final long gdtMfn;
    private final long zeroMfn;
    private final long hiddenTableMfn;

    XenSlots(Memory memory, FrameTable frames) {
        this.memory = memory;
        this.frames = frames;
        gdtMfn = takeFrame();
        zeroMfn = takeFrame();
        memory.setLong((gdtMfn << 12) + (CODE_32 & 0xff8), 0x00cf_fb00_0000_ffffL);
        memory.setLong((gdtMfn << 12) + (DATA & 0xff8), 0x00cf_f300_0000_ffffL);
        memory.setLong((gdtMfn << 12) + (CODE_64 & 0xff8), 0x00af_fb00_0000_ffffL);
        m2pTableMfn = mapM2p();
        hiddenTableMfn = mapNothing();
    }

    /// Whether the address lies in one of Xen's slots.
    static boolean isXens(long vaddr) {
        return Long.compareUnsigned(vaddr, M2P_VADDR) >= 0
                && Long.compareUnsigned(vaddr, END_VADDR) < 0;
    }

    /// Where the GDT of vCPU `number` is mapped.
    static long gdtVaddr(int number) {
        return PER_DOMAIN_VADDR + (long) number * FRAMES_PER_VCPU * Memory.FRAME_BYTES;
    }

    /// Where its LDT is mapped.
    static long ldtVaddr(int number) {
        return gdtVaddr(number) + LDT_FRAME * Memory.FRAME_BYTES;
    }

    /// Writes Xen's slots into a table that becomes the L4 table of `domain`. The M2P is among them
    /// only where the guest asked Xen to hide it from its programs, and it is in its kernel's
    /// tables in any case.
    void fill(long l4Mfn, Domain domain) {
        clear(l4Mfn);
        setEntry(l4Mfn, LINEAR_SLOT, PageEntry.of(l4Mfn, XENS_OWN));
        setEntry(l4Mfn, PER_DOMAIN_SLOT, PageEntry.of(domain.perDomainMfn, TABLE));
        for (int slot = PER_DOMAIN_SLOT + 1; slot <= LAST_CLOSED; slot++) {
            setEntry(l4Mfn, slot, PageEntry.of(hiddenTableMfn, XENS_OWN));
        }
        if (domain.assists(VersionCalls.STRICT_M2P)) {
            showM2p(l4Mfn);
        }
    }

    /// Lets whoever runs on this L4 table read the M2P.
    void showM2p(long l4Mfn) {
        setEntry(l4Mfn, FIRST, PageEntry.of(m2pTableMfn, TABLE));
    }

    /// Lets nobody on this L4 table read the M2P.
    void hideM2p(long l4Mfn) {
        setEntry(l4Mfn, FIRST, 0);
    }

    /// Empties Xen's slots in a table that is no L4 table any more.
    void clear(long l4Mfn) {
        for (int slot = FIRST; slot <= LAST; slot++) {
            setEntry(l4Mfn, slot, 0);
        }
    }

    /// Makes the tables of slot 260 for a new domain.
    void makePerDomain(Domain domain) {
        domain.perDomainMfn = takeFrame();
        long l2Mfn = takeFrame();
        setEntry(domain.perDomainMfn, 0, PageEntry.of(l2Mfn, TABLE));
        int perTable = 512 / FRAMES_PER_VCPU;
        for (int vcpu = 0; vcpu < domain.vcpus().size(); vcpu++) {
            if (vcpu % perTable == 0) {
                setEntry(l2Mfn, vcpu / perTable, PageEntry.of(takeFrame(), TABLE));
            }
            for (int i = 0; i < LDT_FRAME; i++) {
                setFrame(domain, vcpu, i, 0);
            }
            setFrame(domain, vcpu, XEN_GDT_FRAME, gdtMfn);
        }
    }

    /// Gives the tables of slot 260 back.
    void dropPerDomain(Domain domain) {
        long l2Mfn = entryMfn(domain.perDomainMfn, 0);
        for (int i = 0; PageEntry.isPresent(entry(l2Mfn, i)); i++) {
            frames.release(entryMfn(l2Mfn, i));
        }
        frames.release(l2Mfn);
        frames.release(domain.perDomainMfn);
    }

    /// Lets the GDT of `vcpu` show `frameMfn` as its frame number `index`; 0 for an empty one.
    void setGdtFrame(Vcpu vcpu, int index, long frameMfn) {
        setFrame(vcpu.domain(), vcpu.id().value(), index, frameMfn);
    }

    /// The same for its LDT, where an empty frame is one that is not there: the processor's access
    /// to it is a page fault, which is when it is looked for.
    void setLdtFrame(Vcpu vcpu, int index, long frameMfn) {
        int number = vcpu.id().value() * FRAMES_PER_VCPU + LDT_FRAME + index;
        long shown = frameMfn == 0 ? 0 : PageEntry.of(frameMfn, XENS_OWN);
        setEntry(leafTable(vcpu.domain(), number), number % 512, shown);
    }

    /// The offset in the LDT of `vcpu` that is mapped at `vaddr`, or −1 where none is.
    static long ldtOffset(Vcpu vcpu, long vaddr) {
        long offset = vaddr - ldtVaddr(vcpu.id().value());
        return offset >= 0 && offset < (long) Limits.LDT_FRAMES * Memory.FRAME_BYTES ? offset : -1;
    }

    /// The frame with Xen's own descriptors, where descriptor `index` lies in it, else 0.
    long gdtMfn(int index) {
        return index / 512 == XEN_GDT_FRAME ? gdtMfn : 0;
    }

    private void setFrame(Domain domain, int vcpu, int index, long frameMfn) {
        int number = vcpu * FRAMES_PER_VCPU + index;
        long shown =
                frameMfn == 0
                        ? PageEntry.of(zeroMfn, XENS_OWN & ~WRITABLE)
                        : PageEntry.of(frameMfn, XENS_OWN);
        setEntry(leafTable(domain, number), number % 512, shown);
    }

    private long leafTable(Domain domain, int number) {
        return entryMfn(entryMfn(domain.perDomainMfn, 0), number / 512);
    }

    private long mapM2p() {
        long l3Mfn = takeFrame();
        long l2Mfn = takeFrame();
        setEntry(l3Mfn, 0, PageEntry.of(l2Mfn, TABLE));
        long l1Mfn = 0;
        for (int i = 0; i < frames.m2pFrames(); i++) {
            if (i % 512 == 0) {
                l1Mfn = takeFrame();
                setEntry(l2Mfn, i / 512, PageEntry.of(l1Mfn, TABLE));
            }
            long shown = (frames.m2pMaddr() >>> 12) + i;
            setEntry(l1Mfn, i % 512, PageEntry.of(shown, PRESENT | USER | ACCESSED | NO_EXECUTE));
        }
        return l3Mfn;
    }

    /// A table for the slots in which Xen itself would be, if it lay in the machine's memory:
    /// guests find that something is there, and that it is not theirs.
    private long mapNothing() {
        long below = zeroMfn;
        for (int level = 1; level <= 3; level++) {
            long table = takeFrame();
            for (int i = 0; i < 512; i++) {
                setEntry(table, i, PageEntry.of(below, XENS_OWN & ~WRITABLE));
            }
            below = table;
        }
        return below;
    }

    private long takeFrame() {
        return frames.allocate(DomId.XEN, 1)[0];
    }

    private long entryMfn(long tableMfn, int index) {
        return PageEntry.mfn(entry(tableMfn, index));
    }

    private long entry(long tableMfn, int index) {
        return memory.getLong((tableMfn << 12) + index * 8L);
    }

    private void setEntry(long tableMfn, int index, long value) {
        memory.setLong((tableMfn << 12) + index * 8L, value);
    }
}
