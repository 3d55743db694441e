package io.xenarium.xen;

import static io.xenarium.xen.PageEntry.isPresent;

import io.xenarium.machine.Memory;
import io.xenarium.machine.cpu.PageWalk;
import io.xenarium.terms.Check;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// The memory of a guest by virtual address, as its kernel may use it: how hypercalls read their
/// arguments and write their answers.
///
/// 1. It goes through the page tables with the guest's own rights: what the guest could not store
///    to, Xen does not store to on its behalf.
/// 2. A transfer is done as a whole or not at all.
///
/// Xen: copy_from_guest and copy_to_guest, xen/arch/x86/usercopy.c.
final class GuestMemory {
    /// What [#translate] answers for an address that the guest may not use so.
    static final long NOWHERE = -1;

    private final Memory memory;
    private final PagingUnit unit;

    /// @param unit walks the page tables for Xen
    GuestMemory(Memory memory, PagingUnit unit) {
        this.memory = memory;
        this.unit = unit;
    }

    /// Whether an address is one that a guest can have memory at.
    static boolean isGuests(long vaddr) {
        return !XenSlots.isXens(vaddr) && vaddr << 16 >> 16 == vaddr;
    }

    /// The machine address behind a virtual one, or [#NOWHERE]. Marks the entries on the way as
    /// accessed, and the last as dirty where it is to be stored to, as the processor does.
    long translate(Vcpu vcpu, long vaddr, boolean isStore) {
        if (!isGuests(vaddr)) {
            return NOWHERE;
        }
        return walk(vcpu.isKernelMode ? vcpu.kernelTableMfn : vcpu.userTableMfn, vaddr, isStore);
    }

    /// A byte of the kernel's memory, whatever runs; 0xff where there is none.
    int kernelByte(Vcpu vcpu, long vaddr) {
        long maddr = isGuests(vaddr) ? walk(vcpu.kernelTableMfn, vaddr, false) : NOWHERE;
        return maddr == NOWHERE ? 0xff : memory.getByte(maddr) & 0xff;
    }

    private long walk(long rootMfn, long vaddr, boolean isStore) {
        return unit.translate(rootMfn, vaddr, isStore ? PageWalk.WRITE : 0);
    }

    /// Where the L1 entry lies that maps `vaddr` in the kernel's tables, or [#NOWHERE] where a
    /// table above it is missing.
    long leafEntry(Vcpu vcpu, long vaddr) {
        long table = vcpu.kernelTableMfn;
        for (int level = 4; level > 1; level--) {
            long entry = memory.getLong(entryMaddr(table, vaddr, level));
            if (!isPresent(entry) || table == 0) {
                return NOWHERE;
            }
            table = PageEntry.mfn(entry);
        }
        return entryMaddr(table, vaddr, 1);
    }

    private static long entryMaddr(long tableMfn, long vaddr, int level) {
        return (tableMfn << 12) + (vaddr >>> 12 + 9 * (level - 1) & 511) * 8;
    }

    /// Fills `into` from the guest's memory, or throws [BadPointer].
    void read(Vcpu vcpu, long vaddr, byte[] into) {
        require(vcpu, vaddr, into.length, false);
        byte[] part = new byte[Math.min(into.length, Memory.FRAME_BYTES)];
        for (int done = 0; done < into.length; ) {
            long maddr = translate(vcpu, vaddr + done, false);
            int bytes = inPage(vaddr + done, into.length - done);
            byte[] piece = bytes == part.length ? part : new byte[bytes];
            memory.read(maddr, piece);
            System.arraycopy(piece, 0, into, done, bytes);
            done += bytes;
        }
    }

    /// Writes `from` into the guest's memory, or throws [BadPointer].
    void write(Vcpu vcpu, long vaddr, byte[] from) {
        require(vcpu, vaddr, from.length, true);
        for (int done = 0; done < from.length; ) {
            long maddr = translate(vcpu, vaddr + done, true);
            int bytes = inPage(vaddr + done, from.length - done);
            memory.write(maddr, java.util.Arrays.copyOfRange(from, done, done + bytes));
            done += bytes;
        }
    }

    /// Throws [BadPointer] unless all of these bytes can be used.
    void require(Vcpu vcpu, long vaddr, long bytes, boolean isStore) {
        Check.that(bytes >= 0, "a transfer of %d bytes", bytes);
        long last = vaddr + bytes - 1;
        if (bytes == 0) {
            return;
        }
        for (long at = vaddr; ; at = (at & -Memory.FRAME_BYTES) + Memory.FRAME_BYTES) {
            if (translate(vcpu, at, isStore) == NOWHERE) {
                throw BadPointer.INSTANCE;
            }
            if ((at ^ last) >>> 12 == 0) {
                return;
            }
        }
    }

    private static int inPage(long vaddr, int bytes) {
        return Math.min(bytes, Memory.FRAME_BYTES - (int) (vaddr & 0xfff));
    }

    int getByte(Vcpu vcpu, long vaddr) {
        return (int) get(vcpu, vaddr, 1);
    }

    int getShort(Vcpu vcpu, long vaddr) {
        return (int) get(vcpu, vaddr, 2);
    }

    int getInt(Vcpu vcpu, long vaddr) {
        return (int) get(vcpu, vaddr, 4);
    }

    long getLong(Vcpu vcpu, long vaddr) {
        return get(vcpu, vaddr, 8);
    }

    void putShort(Vcpu vcpu, long vaddr, int value) {
        put(vcpu, vaddr, 2, value);
    }

    void putInt(Vcpu vcpu, long vaddr, int value) {
        put(vcpu, vaddr, 4, value);
    }

    void putLong(Vcpu vcpu, long vaddr, long value) {
        put(vcpu, vaddr, 8, value);
    }

    /// Zero-extended.
    private long get(Vcpu vcpu, long vaddr, int bytes) {
        if ((vaddr & 0xfff) + bytes <= Memory.FRAME_BYTES) {
            long maddr = translate(vcpu, vaddr, false);
            if (maddr == NOWHERE) {
                throw BadPointer.INSTANCE;
            }
            return switch (bytes) {
                case 1 -> memory.getByte(maddr) & 0xff;
                case 2 -> memory.getShort(maddr) & 0xffff;
                case 4 -> memory.getInt(maddr) & 0xffff_ffffL;
                default -> memory.getLong(maddr);
            };
        }
        byte[] raw = new byte[bytes];
        read(vcpu, vaddr, raw);
        ByteBuffer eight = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
        return eight.put(0, raw).getLong(0);
    }

    private void put(Vcpu vcpu, long vaddr, int bytes, long value) {
        if ((vaddr & 0xfff) + bytes <= Memory.FRAME_BYTES) {
            long maddr = translate(vcpu, vaddr, true);
            if (maddr == NOWHERE) {
                throw BadPointer.INSTANCE;
            }
            switch (bytes) {
                case 2 -> memory.setShort(maddr, (short) value);
                case 4 -> memory.setInt(maddr, (int) value);
                default -> memory.setLong(maddr, value);
            }
            return;
        }
        ByteBuffer eight = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(0, value);
        write(vcpu, vaddr, java.util.Arrays.copyOf(eight.array(), bytes));
    }
}
