package io.xenarium.machine.cpu;

import io.xenarium.machine.Memory;

import java.util.ArrayList;
import java.util.List;

/// What one access to memory leads to, put down from the manual level by level (Intel SDM vol. 3,
/// 3.3.7.1 for canonical addresses, 4.5.4 and tables 4-15 to 4-20 for the walk, 4.6 for rights, 4.7
/// for the error code, 4.8 for accessed and dirty): the specification that [PageWalk] and
/// [LinearMemory] are tested against. It changes nothing.
final class PlainWalk {
    /// Bits of a physical address, as CPUID says.
    private static final int PHYSICAL_BITS = 40;

    /// The fault's vector, or −1 where the access is allowed.
    int vector = -1;

    /// The fault's error code.
    int error;

    /// Where the access goes, if it is allowed.
    long maddr;

    /// How many bytes the page has, if the walk came to one.
    long pageBytes;

    /// Where the entries stand that the walk used, the top level first.
    final List<Long> places = new ArrayList<>();

    private final Memory memory;
    private final Registers registers;
    private final long linear;
    private final int access;
    private final boolean hasNoExecute;
    private boolean isUser = true;
    private boolean isWritable = true;
    private boolean isExecutable = true;

    PlainWalk(Memory memory, Registers registers, long linear, int access) {
        this.memory = memory;
        this.registers = registers;
        this.linear = linear;
        this.access = access;
        hasNoExecute = (registers.efer >> 11 & 1) == 1;
        long upper = linear >>> 47;
        if (upper != 0 && upper != 0x1ffff) {
            vector = 13;
        } else {
            walk();
        }
    }

    private void walk() {
        long pml4e = entry(registers.cr3, bits(linear, 47, 39));
        if (vector >= 0 || !isUsable(pml4e, bits(pml4e, 7, 7) != 0)) {
            return;
        }
        long pdpte = entry(pml4e, bits(linear, 38, 30));
        if (vector >= 0 || !isUsable(pdpte, isLarge(pdpte) && bits(pdpte, 29, 13) != 0)) {
            return;
        }
        if (isLarge(pdpte)) {
            arrive(bits(pdpte, 51, 30) << 30 | bits(linear, 29, 0), 1 << 30);
            return;
        }
        long pde = entry(pdpte, bits(linear, 29, 21));
        if (vector >= 0 || !isUsable(pde, isLarge(pde) && bits(pde, 20, 13) != 0)) {
            return;
        }
        if (isLarge(pde)) {
            arrive(bits(pde, 51, 21) << 21 | bits(linear, 20, 0), 2 << 20);
            return;
        }
        long pte = entry(pde, bits(linear, 20, 12));
        if (vector >= 0 || !isUsable(pte, false)) {
            return;
        }
        arrive(bits(pte, 51, 12) << 12 | bits(linear, 11, 0), 4096);
    }

    private static long bits(long value, int high, int low) {
        return value >>> low & (1L << high - low + 1) - 1;
    }

    private static boolean isLarge(long entry) {
        return bits(entry, 7, 7) == 1;
    }

    /// The entry `index` of the table that `parent` refers to. Where the machine has no such
    /// memory, it is as if a reserved bit of the address were set.
    private long entry(long parent, long index) {
        long place = bits(parent, 51, 12) << 12 | index << 3;
        if (place >= (long) memory.frames() << 12) {
            fault(true, true);
            return 0;
        }
        places.add(place);
        return memory.getLong(place);
    }

    private boolean isUsable(long entry, boolean hasReservedBits) {
        boolean isPresent = bits(entry, 0, 0) == 1;
        boolean isReserved =
                hasReservedBits
                        || bits(entry, 51, PHYSICAL_BITS) != 0
                        || !hasNoExecute && bits(entry, 63, 63) == 1;
        if (!isPresent) {
            fault(false, false);
        } else if (isReserved) {
            fault(true, true);
        }
        isWritable &= bits(entry, 1, 1) == 1;
        isUser &= bits(entry, 2, 2) == 1;
        isExecutable &= bits(entry, 63, 63) == 0;
        return vector < 0;
    }

    private void arrive(long address, int bytes) {
        maddr = address;
        pageBytes = bytes;
        boolean byUser = (access & PageWalk.USER) != 0;
        boolean writes = (access & PageWalk.WRITE) != 0;
        boolean fetches = (access & PageWalk.FETCH) != 0;
        boolean isWriteProtected = bits(registers.cr0, 16, 16) == 1;
        if (address >= (long) memory.frames() << 12) {
            fault(true, true);
        } else if (byUser && !isUser) {
            fault(true, false);
        } else if (writes && !isWritable && (byUser || isWriteProtected)) {
            fault(true, false);
        } else if (fetches && !isExecutable) {
            fault(true, false);
        }
    }

    private void fault(boolean isPresent, boolean isReserved) {
        vector = 14;
        error = isPresent ? 1 : 0;
        error |= (access & PageWalk.WRITE) != 0 ? 2 : 0;
        error |= (access & PageWalk.USER) != 0 ? 4 : 0;
        error |= isReserved ? 8 : 0;
        error |= (access & PageWalk.FETCH) != 0 && hasNoExecute ? 16 : 0;
    }

    /// Sets in `copy`, which holds what the memory held, what the access sets if it is allowed.
    void mark(Memory copy) {
        if (vector >= 0) {
            return;
        }
        for (long place : places) {
            copy.setLong(place, copy.getLong(place) | 1 << 5);
        }
        if ((access & PageWalk.WRITE) != 0) {
            copy.setLong(places.getLast(), copy.getLong(places.getLast()) | 1 << 6);
        }
    }
}
