package io.xenarium.parts;

import io.xenarium.terms.DomId;
import io.xenarium.terms.Maddr;
import io.xenarium.terms.Mfn;
import io.xenarium.terms.Vaddr;
import io.xenarium.trace.MemoryEvent.FrameType;

import java.util.Optional;

/// Direct paging: a guest's page tables are those that the processor walks, and Xen looks at every
/// entry before it is written (lab 04).
///
/// A frame has one *type* at a time, and a count of those who use it as that. It changes its type
/// only while nobody does. What the part keeps true:
///
/// 1. A frame becomes a table only after all of its entries were found harmless, and stops being
///    one when nothing uses it as such.
/// 2. Each present entry of a table holds a reference on what it maps, and a type beside it: a
///    writable leaf one as writable memory, an entry of a higher table one as a table of the next
///    level.
/// 3. A request that is refused leaves memory, types and counts as they were.
///
/// So no table, and no frame with segment descriptors, can be stored to behind Xen's back. Answers
/// are 0, or an [io.xenarium.terms.Errno] below 0. Xen: get_page_type, promote_l4_table,
/// mod_l1_entry and do_mmu_update in xen/arch/x86/mm.c.
public interface PvMmu {
    // tag::show-bits[]
    /// Bits of an entry.
    long PRESENT = 1;

    long WRITABLE = 1 << 1;
    long USER = 1 << 2;
    long ACCESSED = 1 << 5;
    long DIRTY = 1 << 6;
    long GLOBAL = 1 << 8;
    long NO_EXECUTE = 1L << 63;

    /// Where the address of a frame stands in an entry.
    long ADDRESS = 0x000f_ffff_ffff_f000L;

    /// Bits 9 to 11 and 52 to 62: nobody's but the guest's.
    long AVAILABLE = 0x7ff0_0000_0000_0e00L;

    /// Where two present entries differ in these bits only, both use the same frame in the same
    /// way.
    long HARMLESS = NO_EXECUTE | AVAILABLE | GLOBAL | DIRTY | ACCESSED | USER;

    /// What no present entry of an L1 table may have set: how to cache is for guests with devices.
    long REFUSED_IN_L1 = 0x98;

    /// And none above: a large page would map two megabytes unseen.
    long REFUSED_ABOVE = 0x98 | GLOBAL;

    // end::show-bits[]

    /// Takes a reference on a frame of `owner`, and one more use of it as `type`. Where it had no
    /// type it gets this one, and what the TLBs remember of it as writable memory is forgotten; a
    /// table is first looked at, entry by entry.
    ///
    /// @param type any but NONE; of segment descriptors the caller has seen to the contents
    long getPageType(DomId owner, Mfn frame, FrameType type);

    /// Gives back what [#getPageType] took. With the last use as a table its entries give back what
    /// they hold, and then the type ends.
    void putPageType(Mfn frame);

    /// Looks at an entry that is to stand in `table`, and takes what it stands for: nothing if it
    /// is not present. The frame has its type as a table already.
    ///
    /// @param owner whose memory an entry of L1 must map; above it is the table's owner
    long validateEntry(Mfn table, long entry, DomId owner);

    /// Gives back what [#validateEntry] took for an entry of `table`.
    void releaseEntry(Mfn table, long entry);

    /// mmu_update, one member of it: writes an entry into a frame of `domain`. Into a table, with
    /// all that belongs to it; into memory that is none, as it stands.
    ///
    /// @param place a multiple of 8, in a frame that the machine has
    /// @param keepsMarks whether accessed and dirty bits stay set where they are
    /// @param owner whose memory the entry maps, where it is one of L1; above, and for somebody
    ///   else than `domain`, there is none
    long mmuUpdate(DomId domain, Maddr place, long entry, boolean keepsMarks, DomId owner);

    /// update_va_mapping: writes the entry of L1 that maps `vaddr` for the vCPU that asks.
    long updateVaMapping(DomId domain, Vaddr vaddr, long entry, DomId owner);

    /// Pins a frame as a table: it stays one though no entry refers to it. Once only.
    ///
    /// @param level L1 to L4
    long pinTable(DomId domain, Mfn frame, FrameType level);

    /// Ends that.
    long unpinTable(DomId domain, Mfn frame);

    // tag::show-platform[]
    /// As what a frame is used, and by how many. Nobody uses it: type NONE, count 0.
    record Use(FrameType type, int count) {}

    /// What the hypervisor lends to this part. Every call is one step: between two of them other
    /// vCPUs run, and so do their hypercalls. But while a frame is made a table, or ends as one,
    /// nobody else takes it as that: Xen has a bit for this (PGT_validated), and lets them wait.
    interface Platform {
        DomId owner(Mfn frame);

        boolean isOwnedBy(Mfn frame, DomId domain);

        /// Takes a reference, if the frame is memory of `owner`: 0, or why not.
        long hold(Mfn frame, DomId owner);

        /// Gives a reference back. With the last one the frame is free.
        void release(Mfn frame);

        /// The same for an entry that maps memory of another domain; it sees to the type as well.
        long holdForeign(Mfn frame, DomId owner, boolean isWritable);

        void releaseForeign(Mfn frame, boolean isWritable);

        /// As what the frame is used at this moment.
        Use use(Mfn frame);

        /// Changes that, if it still is what was `seen`, in one step that nobody gets into. Returns
        /// whether it did. The count goes up or down by one; the type changes with the first use
        /// and the last.
        boolean change(Mfn frame, Use seen, Use now);

        /// Waits until no TLB allows stores to the frame any more that once was writable.
        void forgetStores(Mfn frame);

        /// How many entries a table has.
        int entries();

        /// Whether this entry is Xen's own: 16 of an L4 table are, and no guest's.
        boolean isXens(Mfn table, int index);

        long read(Mfn table, int index);

        /// Writes an entry if it still is what was `seen`, in one step that nobody gets into, the
        /// processors with their marks included. Returns whether it did.
        boolean replace(Mfn table, int index, long seen, long entry);

        /// Writes into memory that is no table.
        void store(Mfn frame, int index, long value);

        /// An entry as Xen stores it in a table of this level: who may use it is said in another
        /// way, because guests' kernels run where programs do.
        long asStored(FrameType level, long entry);

        /// An entry above L1 may show a table of its own level, read-only. Takes what it stands
        /// for, if it is such a one and may stand in `table`; returns whether it did.
        boolean holdLinear(Mfn table, long entry);

        /// Gives that back, if it is such an entry; returns whether it was.
        boolean releaseLinear(Mfn table, long entry);

        /// Marks a frame as pinned; false where it was.
        boolean pin(Mfn frame);

        /// Takes the mark off; false where there was none.
        boolean unpin(Mfn frame);

        /// Where the entry lies that maps `vaddr` for the vCPU that asks, if the tables above it
        /// are there.
        Optional<Maddr> leafEntry(Vaddr vaddr);
    }

    // end::show-platform[]

    /// Makes the part. Found by `ServiceLoader`.
    interface Maker {
        PvMmu make(Platform platform);
    }
}
