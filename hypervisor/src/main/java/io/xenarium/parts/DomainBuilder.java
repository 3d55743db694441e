package io.xenarium.parts;

import io.xenarium.terms.Maddr;
import io.xenarium.terms.Mfn;
import io.xenarium.terms.Pfn;
import io.xenarium.terms.Port;
import io.xenarium.terms.Vaddr;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/// Lays what a paravirtual guest finds at birth: its kernel, the list of its frames, its first page
/// tables, a page that tells it where everything is, and the registers of its first vCPU (lab 07).
///
/// It works on a domain that has frames and nothing in them. Where each thing goes is decided
/// before, in a [Plan]; what cannot be built has been refused by then.
///
/// 1. What a guest sees is the same whichever machine frames it was given.
/// 2. Nothing of what lay in a frame before is left in a page that the builder lays.
/// 3. No page table is mapped writable: Xen would refuse the tables.
///
/// Xen: tools/libs/guest (xg_dom_x86.c) and xen/common/libelf; public/elfnote.h; public/xen.h,
/// "Start-of-day memory layout".
public interface DomainBuilder {
    int FRAME_BYTES = 4096;

    /// The selector of Xen's flat 64-bit code segment for guests (FLAT_KERNEL_CS).
    int CODE = 0xe033;

    /// The selector of its flat data segment (FLAT_KERNEL_SS).
    int DATA = 0xe02b;

    // tag::show-plan[]
    /// A stretch of a kernel that is loaded, or of the ram disk.
    ///
    /// @param vaddr where the kernel's linker thought of it; a hint to nobody here
    /// @param paddr its address in the guest's memory, before any offset is taken off
    /// @param contents what the file has of it
    /// @param memoryBytes how much memory it takes, at least as much
    record Segment(long vaddr, long paddr, byte[] contents, long memoryBytes) {}

    /// Frames of the domain that follow each other.
    record Area(Pfn first, int frames) {
        /// The frame behind the last one.
        public Pfn end() {
            return first.plus(frames);
        }

        public boolean holds(Pfn pfn) {
            return pfn.compareTo(first) >= 0 && pfn.compareTo(end()) < 0;
        }
    }

    /// Where everything is to lie.
    ///
    /// @param entry the first instruction
    /// @param virtBase where the guest sees its frame 0
    /// @param mapped how many frames it sees from there on, without a hole
    /// @param p2m the list of its frames
    /// @param p2mVaddr where the kernel wants that list, if not within those frames
    /// @param p2mTables frames for the tables below L4 that show it there; else none
    /// @param startInfo the page that tells it where everything is
    /// @param store the ring to the XenStore
    /// @param console the ring to the console
    /// @param tables frames for the first page tables, the L4 table first
    /// @param stack the first stack, one page
    /// @param ramdisk the initial ram disk
    record Plan(
            Vaddr entry,
            Vaddr virtBase,
            int mapped,
            Area p2m,
            Optional<Vaddr> p2mVaddr,
            Area p2mTables,
            Pfn startInfo,
            Pfn store,
            Pfn console,
            Area tables,
            Pfn stack,
            Ramdisk ramdisk) {
        /// Where the guest sees a mapped frame.
        public Vaddr vaddr(Pfn pfn) {
            return virtBase.plus(pfn.value() * FRAME_BYTES);
        }
    }

    /// The initial ram disk; of no bytes where there is none.
    ///
    /// @param isMapped whether it lies within the mapped frames; else the kernel knows how to find
    ///   it by its frame number
    record Ramdisk(Pfn first, long bytes, boolean isMapped) {}

    /// What else a guest is told: the page that it shares with Xen, and its ports to domain 0.
    record Wires(Maddr sharedInfo, Port store, Port console) {}

    /// What the first vCPU begins with; all other registers are zero.
    record Context(Vaddr rip, Vaddr rsp, Vaddr rsi, long rflags, int cs, int ss, Mfn table) {}

    // end::show-plan[]

    /// The notes of the owner "Xen" among `notes`, by type; of several of a type, the last. Empty
    /// where one would reach beyond the end.
    ///
    /// A note is: u32 length of its owner's name, u32 length of its contents, u32 type; then the
    /// name and the contents, each filled up to a multiple of 4 bytes.
    Optional<Map<Integer, byte[]>> parseElfNotes(byte[] notes);

    /// The number in a note of 4 or 8 bytes; empty where it has another length. No number has a
    /// sign.
    OptionalLong number(byte[] contents);

    /// Copies segments to where they belong, in their order: `paddrOffset` below their addresses.
    /// Memory that they take beyond their contents becomes zero.
    void loadSegments(List<Segment> segments, long paddrOffset);

    /// Writes the list of the domain's frames: for each pfn the number of its machine frame, eight
    /// bytes. Of its last frame, what lies behind the list may stay as it was.
    void buildP2m(Plan plan);

    /// Writes the first page tables.
    void buildBootPageTables(Plan plan);

    /// Writes the start-info page. The command line fits: the toolstack refuses one that does not
    /// leave a zero behind it.
    void writeStartInfo(Plan plan, Wires wires, String commandLine);

    /// What the first vCPU begins with.
    Context initVcpu(Plan plan);

    // tag::show-platform[]
    /// What the hypervisor lends to this part: the frames of one domain. They hold whatever was
    /// left in them.
    interface Platform {
        /// How many frames the domain has; they are numbered from 0.
        int pages();

        /// The machine frame behind a frame of the domain. They need not follow each other.
        Mfn mfn(Pfn pfn);

        /// Copies `count` bytes, from `from` on, to where they fit into a frame.
        void write(Mfn frame, int offset, byte[] bytes, int from, int count);

        /// Zeroes `count` bytes of a frame.
        void clear(Mfn frame, int offset, int count);

        long readLong(Mfn frame, int offset);

        void writeLong(Mfn frame, int offset, long value);
    }

    // end::show-platform[]

    /// Makes the part. Found by `ServiceLoader`.
    interface Maker {
        DomainBuilder make(Platform platform);
    }
}
