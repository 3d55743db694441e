package io.xenarium.parts;

import io.xenarium.terms.Maddr;
import io.xenarium.terms.Mfn;
import io.xenarium.terms.Vaddr;

import java.util.List;

/// How a processor finds memory by virtual address: the walk through four levels of page tables,
/// and what is remembered of it (lab 03).
///
/// The processor asks its TLB first. Where that has no answer it asks [#walk], [#checkAccess],
/// [#setAccessedDirty] and [#tlbFill], in this order, and stops where one refuses. Xen asks the
/// first three when it reads or writes a guest's memory for a hypercall.
///
/// What the part keeps true: an access that is refused has changed no entry; the TLB allows nothing
/// that the tables did not allow when it was filled. Sources: Intel SDM vol. 3, 4.5 to 4.10; AMD
/// APM vol. 2, 5.3 to 5.6.
public interface Paging {
    // tag::show-bits[]
    /// Bits of an entry.
    long PRESENT = 1;

    long WRITABLE = 1 << 1;
    long USER = 1 << 2;
    long ACCESSED = 1 << 5;
    long DIRTY = 1 << 6;

    /// In an entry of L2 or L3: it maps a page of 2 MiB or 1 GiB, and there is no table below.
    long LARGE = 1 << 7;

    long NO_EXECUTE = 1L << 63;

    /// Where the address of a frame stands in an entry.
    long ADDRESS = 0x000f_ffff_ffff_f000L;

    /// What an access does, by the bits of the page fault's error code.
    int WRITES = 1 << 1;

    int BY_USER = 1 << 2;
    int FETCHES = 1 << 4;

    /// And two more bits of the error code: the page was present; a reserved bit was set.
    int WAS_PRESENT = 1;

    int WAS_RESERVED = 1 << 3;

    /// What [#checkAccess] answers where nothing is wrong.
    int ALLOWED = -1;

    // end::show-bits[]

    /// Follows the tables from [Platform#root] on. Reads, and changes nothing.
    ///
    /// @param vaddr canonical
    Walk walk(Vaddr vaddr);

    /// Whether the access may be made: [#ALLOWED], or the error code of the page fault.
    ///
    /// @param access a set of [#WRITES], [#BY_USER] and [#FETCHES]
    int checkAccess(Walk walk, int access);

    /// Marks every entry of an allowed access as accessed and, for a store, the last as dirty. An
    /// entry that has its marks is not written.
    ///
    /// @return false where an entry is no longer what the walk read: the walk is to be made again
    boolean setAccessedDirty(Walk.Mapped walk, int access);

    /// Remembers the page of 4 KiB around `vaddr` in its place of the TLB.
    ///
    /// @param walk as it was read: [#setAccessedDirty] has set the marks for `access` since
    void tlbFill(Tlb tlb, Vaddr vaddr, Walk.Mapped walk, int access);

    /// Drops the page around `vaddr` from all TLBs. The others stay, but where a TLB has pieces of
    /// large pages: then all of it goes, since the page may have pieces anywhere.
    void invlpg(Vaddr vaddr);

    // tag::show-walk[]
    /// What a walk read, and how it ended.
    sealed interface Walk {
        /// The entries that were read, the top level first; none where the root does not exist.
        List<Step> steps();

        /// The last entry that was read.
        default Step last() {
            return steps().getLast();
        }

        /// It ended in an entry that maps a page.
        ///
        /// @param frame the frame of 4 KiB in which the address lies
        record Mapped(List<Step> steps, Mfn frame) implements Walk {}

        /// It ended in an entry that is not present.
        record Missing(List<Step> steps) implements Walk {}

        /// It ended in an entry with a reserved bit set, or with the address of a frame that the
        /// machine does not have.
        record Reserved(List<Step> steps) implements Walk {}
    }

    /// One entry of a walk.
    ///
    /// @param level 4 for the top, 1 for the last
    /// @param place where the entry lies
    /// @param entry what it held
    record Step(int level, Maddr place, long entry) {}

    // end::show-walk[]

    // tag::show-tlb[]
    /// Memory of walks, by page. A page has one place, where it stands or not; another page may
    /// stand there instead.
    interface Tlb {
        /// How many places: a power of two. The place of a page is the lowest bits of its number.
        int places();

        /// Whether the page around `vaddr` stands in its place.
        boolean holds(Vaddr vaddr);

        /// Puts a page into a place, whatever stood there.
        void put(int place, Translation translation);

        /// Empties a place.
        void clear(int place);

        /// Empties every place.
        void clear();

        /// Whether pieces of large pages were put in since it was empty.
        boolean hasLarge();
    }

    /// A page that is remembered.
    ///
    /// @param page the address of its first byte
    /// @param isDirty its entry is marked dirty, so that a store needs no walk any more
    /// @param isLarge it is a piece of a larger page
    record Translation(
            Vaddr page,
            Mfn frame,
            boolean isWritable,
            boolean isUser,
            boolean isNoExecute,
            boolean isDirty,
            boolean isLarge) {}

    // end::show-tlb[]

    // tag::show-platform[]
    /// What the processor lends to this part. Every call is one step: between two of them other
    /// processors may change the tables.
    interface Platform {
        /// The top table, out of CR3.
        Mfn root();

        /// Whether the machine has this frame.
        boolean holds(Mfn frame);

        /// Reads an entry.
        long read(Maddr place);

        /// Writes an entry if it still is what was read, in one step that nobody gets into. Returns
        /// whether it did.
        boolean replace(Maddr place, long read, long written);

        /// CR0.WP: read-only pages are read-only for privileged code, too.
        boolean protectsWrites();

        /// EFER.NXE: entries have a no-execute bit. Otherwise it is reserved, and no error code
        /// tells of fetches.
        boolean hasNoExecute();

        /// The TLBs: one for data, one for instructions.
        List<Tlb> tlbs();
    }

    // end::show-platform[]

    /// Makes the part. Found by `ServiceLoader`.
    interface Maker {
        Paging make(Platform platform);
    }
}
