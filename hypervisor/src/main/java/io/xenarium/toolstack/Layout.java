package io.xenarium.toolstack;

import io.xenarium.parts.DomainBuilder;
import io.xenarium.parts.DomainBuilder.Area;
import io.xenarium.parts.DomainBuilder.Ramdisk;
import io.xenarium.terms.Pfn;
import io.xenarium.terms.Vaddr;

import java.util.List;

/// Where everything lies that a guest finds in its memory at birth (public/xen.h, "Start-of-day
/// memory layout"), as pseudo-physical frames.
///
/// Two orders are in use. A kernel that brings no note about it has all in one mapping that begins
/// at its virtual base: kernel, ram disk, p2m list, start-info, XenStore ring, console ring, page
/// tables, stack. A kernel with INIT_P2M or MOD_START_PFN has the p2m list and the ram disk behind
/// the end of the mapping, so that a large domain does not need a large mapping.
final class Layout {
    private static final long FRAME = 4096;
    private static final long ENTRIES = 512;

    /// The mapping ends at a multiple of this, with at least [#SLACK] after the last element.
    private static final long MAPPING_STEP = 4L << 20;

    private static final long SLACK = 512L << 10;

    final long virtBase;
    final long pages;

    int ramdiskPfn;
    int p2mPfn;
    int p2mFrames;
    int p2mTables;
    int startInfoPfn;
    int storePfn;
    int consolePfn;
    int tablesPfn;
    int tables;
    int stackPfn;

    /// Frames that are mapped from the virtual base on.
    int mapped;

    private final XenNotes notes;
    private int next;

    private Layout(XenNotes notes, long pages) {
        this.notes = notes;
        this.pages = pages;
        virtBase = notes.virtBase();
        p2mFrames = framesOf(pages * 8);
    }

    /// Lays out a domain of `pages` frames.
    ///
    /// @throws Refused where it has too little memory, or the kernel lies where none can be
    static Layout of(XenNotes notes, List<Elf.Segment> kernel, long ramdiskBytes, long pages) {
        Layout layout = new Layout(notes, pages);
        layout.next = layout.kernelEnd(kernel);
        layout.placeMapped(framesOf(ramdiskBytes));
        layout.placeUnmapped(framesOf(ramdiskBytes));
        layout.check();
        return layout;
    }

    /// The virtual address of a mapped frame.
    long vaddr(long pfn) {
        return virtBase + pfn * FRAME;
    }

    /// The same, as the part knows it.
    DomainBuilder.Plan plan(long ramdiskBytes) {
        return new DomainBuilder.Plan(
                new Vaddr(notes.entry()),
                new Vaddr(virtBase),
                (int) Math.min(mapped, pages),
                new Area(new Pfn(p2mPfn), p2mFrames),
                notes.initP2m().map(Vaddr::new),
                new Area(new Pfn(p2mPfn).plus(p2mFrames), p2mTables),
                new Pfn(startInfoPfn),
                new Pfn(storePfn),
                new Pfn(consolePfn),
                new Area(new Pfn(tablesPfn), tables),
                new Pfn(stackPfn),
                new Ramdisk(new Pfn(ramdiskPfn), ramdiskBytes, !isRamdiskUnmapped()));
    }

    /// Whether the ram disk is left unmapped.
    boolean isRamdiskUnmapped() {
        return notes.takesUnmappedRamdisk();
    }

    static int framesOf(long bytes) {
        return (int) ((bytes + FRAME - 1) / FRAME);
    }

    private int kernelEnd(List<Elf.Segment> kernel) {
        long end = 0;
        for (Elf.Segment segment : kernel) {
            long start = segment.paddr() - notes.paddrOffset();
            if (start < 0 || segment.memoryBytes() < 0 || start > Long.MAX_VALUE / 2) {
                throw new Refused(
                        "loads at %#x, below its own offset: the file is damaged"
                                .formatted(segment.paddr()));
            }
            end = Math.max(end, start + Math.min(segment.memoryBytes(), Long.MAX_VALUE / 2));
        }
        if (end > pages * FRAME) {
            throw needs(end / FRAME + 1);
        }
        return framesOf(end);
    }

    private int take(int frames) {
        int first = next;
        next += frames;
        return first;
    }

    private void placeMapped(int ramdiskFrames) {
        if (!isRamdiskUnmapped()) {
            ramdiskPfn = take(ramdiskFrames);
        }
        if (notes.initP2m().isEmpty()) {
            p2mPfn = take(p2mFrames);
        }
        startInfoPfn = take(1);
        storePfn = take(1);
        consolePfn = take(1);
        tablesPfn = next;
        placeTables();
    }

    /// The tables map themselves too, so their number depends on the mapping's end and the other
    /// way round: grow until both fit.
    private void placeTables() {
        tables = 0;
        int needed = 1;
        while (needed > tables) {
            tables = needed;
            long end = vaddr(tablesPfn + tables + 1) + SLACK;
            long aligned = (end + MAPPING_STEP - 1) & -MAPPING_STEP;
            mapped = (int) ((aligned - virtBase) / FRAME);
            needed = tablesFor(virtBase, mapped);
        }
        next = tablesPfn + tables;
        stackPfn = take(1);
        if (Long.compareUnsigned(vaddr(mapped) - 1, virtBase) < 0) {
            throw new Refused("does not fit between its virtual base and the end of all addresses");
        }
        next = mapped;
    }

    private void placeUnmapped(int ramdiskFrames) {
        if (isRamdiskUnmapped()) {
            ramdiskPfn = take(ramdiskFrames);
        }
        if (notes.initP2m().isPresent()) {
            long at = notes.initP2m().get();
            p2mPfn = take(p2mFrames);
            p2mTables = tablesFor(at, p2mFrames) - 1;
            take(p2mTables);
        }
    }

    /// How many tables of all four levels a mapping of `frames` pages at `vaddr` takes.
    private static int tablesFor(long vaddr, long frames) {
        int count = 1;
        long span = FRAME;
        for (int level = 1; level <= 3; level++) {
            span *= ENTRIES;
            long first = Long.divideUnsigned(vaddr, span);
            long last = Long.divideUnsigned(vaddr + frames * FRAME - 1, span);
            count += (int) (last - first + 1);
        }
        return count;
    }

    private void check() {
        boolean hasUnmapped = next > mapped;
        long needed = hasUnmapped ? next : stackPfn + 1;
        if (needed > pages) {
            throw needs(needed);
        }
        checkInside(notes.entry(), "starts");
        notes.number(XenNotes.Kind.HYPERCALL_PAGE)
                .ifPresent(vaddr -> checkInside(vaddr, "wants its hypercall page"));
        checkPlace(virtBase);
        notes.initP2m().ifPresent(Layout::checkPlace);
    }

    private void checkInside(long vaddr, String what) {
        long offset = vaddr - virtBase;
        if (offset < 0 || offset >= startInfoPfn * FRAME) {
            throw new Refused("%s at %#x, where nothing of it lies".formatted(what, vaddr));
        }
    }

    /// A guest may not be where Xen is, from slot 256 to slot 271 of the L4 table, nor between the
    /// halves of the address space.
    private static void checkPlace(long vaddr) {
        long slot = vaddr >>> 39 & 511;
        boolean isCanonical = vaddr << 16 >> 16 == vaddr;
        if (!isCanonical || slot >= 256 && slot < 272 || vaddr % FRAME != 0) {
            throw new Refused("wants to be at %#x, where no guest can be".formatted(vaddr));
        }
    }

    private Refused needs(long frames) {
        return new Refused(
                "needs %d MiB of memory, but the domain has %d: ask for more memory"
                        .formatted((frames + 255) / 256, pages / 256));
    }
}
