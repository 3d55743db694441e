package io.xenarium.machine.cpu;

import java.util.List;

/// The processor's way through the page tables, for addresses that its TLB does not know (Intel SDM
/// vol. 3, 4.5). Who builds a machine lends it one by [Cpu#walkBy].
///
/// 1. A walk that faults has changed nothing, not even an accessed bit.
/// 2. A walk that does not fault has set the accessed bit in every entry it used, and for a write
///    the dirty bit in the last.
/// 3. A frame that the machine does not have counts as an address with reserved bits set; without
///    paging as well, where a real machine reads ones.
/// 4. With CR0.PG clear there is no walk: linear addresses are machine addresses.
public interface PageWalk {
    /// What an access does and what a fault says, by the bits of the page fault error code: the
    /// page was present.
    int PRESENT = 1;

    /// The access stores.
    int WRITE = 2;

    /// The access comes from privilege level 3.
    int USER = 4;

    /// A reserved bit was set.
    int RESERVED = 8;

    /// The access fetches an instruction.
    int FETCH = 16;

    /// Bits of a page table entry: present.
    long P = 1;

    long RW = 2;
    long US = 4;
    long ACCESSED = 1 << 5;
    long DIRTY = 1 << 6;

    /// The entry of an L2 or L3 table maps a page of 2 MiB or 1 GiB.
    long PS = 1 << 7;

    long NX = 1L << 63;

    /// Where the frame's address stands in an entry.
    long ADDRESS = 0x000f_ffff_ffff_f000L;

    long CR0_WP = 1 << 16;
    long CR0_PG = 1L << 31;
    long EFER_NXE = 1 << 11;

    /// What a walk found.
    ///
    /// @param error the page fault's error code, or −1 where the access is allowed
    /// @param maddr the machine address, or −1 where nothing is mapped
    /// @param pageBytes the size of the page: 4 KiB, 2 MiB or 1 GiB; 0 where nothing is mapped
    /// @param levels the entries that were read, the top level first
    record Result(int error, long maddr, long pageBytes, List<Level> levels) {
        public boolean isAllowed() {
            return error < 0;
        }
    }

    /// One step of a walk.
    ///
    /// @param level 4 for the top, 1 for the last
    /// @param tableMfn the frame of the table
    /// @param index which of the 512 entries
    /// @param entry what it held
    record Level(int level, long tableMfn, int index, long entry) {}

    /// Whether bits 63 to 47 of the address are all equal.
    static boolean isCanonical(long vaddr) {
        return vaddr << 16 >> 16 == vaddr;
    }

    /// Tells which TLBs the processor has.
    void connect(Tlb data, Tlb code);

    /// Walks as the processor does and sets accessed and dirty bits where the access is allowed.
    ///
    /// @param access a set of [#WRITE], [#USER], [#FETCH]
    /// @return whether it is; if not, [#error()] says why
    boolean translate(Registers registers, long vaddr, int access);

    /// The error code of the last access, where that was refused.
    int error();

    /// The machine address that the last walk found, or −1 where nothing is mapped.
    long maddr();

    /// Whether a read in place of the last access would have been allowed.
    boolean mayRead();

    /// Remembers in `tlb` what the last walk found for `vaddr`.
    void fill(Tlb tlb, long vaddr);

    /// Drops the page around `vaddr` from both TLBs, as INVLPG does.
    void drop(long vaddr);
}
