package io.xenarium.toolstack;

import io.xenarium.parts.DomainBuilder.Plan;
import io.xenarium.terms.Pfn;
import io.xenarium.terms.Vaddr;

import java.util.List;

/// What a domain was built from, for whoever wants to look at it: made anew from its configuration,
/// and so the same whenever one asks.
///
/// @param kernel what was loaded of it, in the order of its file
/// @param notes how many notes it has for the builder
/// @param pages the domain's frames
public record Blueprint(Plan plan, List<Stretch> kernel, int notes, int pages) {
    /// A segment of the kernel.
    ///
    /// @param vaddr where the guest sees it
    /// @param fileBytes how much of it comes from the file
    public record Stretch(Pfn first, int frames, Vaddr vaddr, long fileBytes, long memoryBytes) {}

    /// The blueprint of a kernel.
    ///
    /// @throws Refused where none could be built of it
    static Blueprint of(Elf elf, long ramdiskBytes, int pages) {
        XenNotes notes = XenNotes.of(elf);
        Plan plan = Layout.of(notes, elf.segments(), ramdiskBytes, pages).plan(ramdiskBytes);
        List<Stretch> kernel =
                elf.segments().stream()
                        .map(each -> stretch(each, notes.paddrOffset(), plan))
                        .toList();
        return new Blueprint(plan, kernel, notes.count(), pages);
    }

    private static Stretch stretch(Elf.Segment segment, long paddrOffset, Plan plan) {
        long paddr = segment.paddr() - paddrOffset;
        Pfn first = new Pfn(paddr >>> 12);
        int frames = Layout.framesOf((paddr & 0xfff) + segment.memoryBytes());
        return new Stretch(
                first,
                frames,
                plan.virtBase().plus(paddr),
                segment.fileBytes(),
                segment.memoryBytes());
    }
}
