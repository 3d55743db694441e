package io.xenarium.xen;

import io.xenarium.machine.Memory;
import io.xenarium.machine.cpu.Registers;
import io.xenarium.terms.Errno;
import io.xenarium.trace.MemoryEvent.FrameType;

/// Segment descriptors: which ones a guest may have, and what a selector stands for (Intel SDM vol.
/// 3, 3.4; xen/arch/x86/pv/descriptor-tables.c).
///
/// A frame with a guest's descriptors is typed so, and the guest cannot store to it: each of its
/// descriptors has been checked. The frames of an LDT are looked for when the processor wants them,
/// and forgotten when the guest's kernel gets another page table.
final class Segments {
    /// What [#checked] answers for a descriptor that a guest may not have: one that is never
    /// allowed.
    static final long REFUSED = 0x0000_8100_0000_0000L;

    /// What a check of a selector answers where it can be loaded.
    static final int LOADABLE = 0;

    private static final long PRESENT = 1L << 47;
    private static final long IS_CODE_OR_DATA = 1L << 44;
    private static final long LEVEL_3 = 3L << 45;
    private static final long TYPE = 0xfL << 40;
    private static final long CALL_GATE = 0xcL << 40;
    private static final long GATE_RESERVED = 0xffL << 32;
    private static final long IS_CODE = 1L << 43;

    /// Of code: readable; of data: writable.
    private static final long IS_USABLE = 1L << 41;

    private static final long IS_LONG = 1L << 53;
    private static final long IS_32 = 1L << 54;
    private static final int PER_FRAME = 512;

    private final Memory memory;
    private final FrameTable frames;
    private final XenSlots slots;
    private final PageTables mmu;
    private final GuestMemory guest;

    Segments(Memory memory, FrameTable frames, XenSlots slots, PageTables mmu, GuestMemory guest) {
        this.memory = memory;
        this.frames = frames;
        this.slots = slots;
        this.mmu = mmu;
        this.guest = guest;
    }

    /// The descriptor as Xen lets a guest have it, or [#REFUSED]. One that is not present cannot do
    /// harm; code and data get privilege 3; of the rest only the second half of a gate and a call
    /// gate to code of the guest's are allowed, and the gate gets privilege 0, so that nobody goes
    /// through it.
    static long checked(long descriptor) {
        if ((descriptor & PRESENT) == 0) {
            return descriptor;
        }
        if ((descriptor & IS_CODE_OR_DATA) != 0) {
            return descriptor | LEVEL_3;
        }
        if ((descriptor & TYPE) == 0) {
            return descriptor;
        }
        int target = (int) (descriptor >>> 16) & 0xffff;
        boolean isGuests =
                target >>> 3 < Limits.GDT_ENTRIES
                        || (target & 4) != 0
                        || target == XenSlots.CODE_64;
        boolean isGate =
                (descriptor & TYPE) == CALL_GATE && (descriptor & GATE_RESERVED) == 0 && isGuests;
        return isGate ? descriptor & ~LEVEL_3 | 3L << 16 : REFUSED;
    }

    /// SET_GDT: gives `vcpu` a GDT of `entries` descriptors in these frames. Returns 0 or an error,
    /// and then the old one is still there.
    long setGdt(Vcpu vcpu, long[] newFrames, int entries) {
        for (long frameMfn : newFrames) {
            if (!canHold(vcpu.domain(), frameMfn)) {
                return Errno.EINVAL.rc();
            }
        }
        for (long frameMfn : newFrames) {
            holdFrame(frameMfn);
        }
        for (int i = 0; i < Limits.GDT_FRAMES; i++) {
            long before = vcpu.gdtFrames[i];
            vcpu.gdtFrames[i] = i < newFrames.length ? newFrames[i] : 0;
            slots.setGdtFrame(vcpu, i, vcpu.gdtFrames[i]);
            if (before != 0) {
                mmu.releaseDescriptors(before);
            }
        }
        vcpu.gdtEntries = entries;
        return 0;
    }

    /// SET_LDT: the guest's descriptors from `vaddr` on are the LDT of `vcpu`. None of them is
    /// looked at yet. Returns whether a frame was in use that is not any more.
    boolean setLdt(Vcpu vcpu, long vaddr, int entries) {
        if (vcpu.ldtVaddr == vaddr && vcpu.ldtEntries == entries) {
            return false;
        }
        boolean wasUsed = dropLdt(vcpu);
        vcpu.ldtVaddr = vaddr;
        vcpu.ldtEntries = entries;
        vcpu.registers.ldtBase = XenSlots.ldtVaddr(vcpu.id().value());
        vcpu.registers.ldtLimit = entries == 0 ? 0 : entries * 8 - 1;
        return wasUsed;
    }

    /// Forgets which frames the LDT of `vcpu` lies in. Returns whether there was one.
    boolean dropLdt(Vcpu vcpu) {
        boolean wasUsed = false;
        for (int i = 0; i < Limits.LDT_FRAMES; i++) {
            long before = vcpu.ldtFrames[i];
            if (before != 0) {
                showLdt(vcpu, i, 0);
                mmu.releaseDescriptors(before);
                wasUsed = true;
            }
        }
        return wasUsed;
    }

    /// Takes both tables from a vCPU that ends.
    void dropTables(Vcpu vcpu) {
        dropLdt(vcpu);
        setGdt(vcpu, new long[0], 0);
    }

    /// The processor wants the descriptor at `offset` of the LDT and found no frame there: shows it
    /// the guest's. Returns whether that can be.
    boolean fetchLdt(Vcpu vcpu, long offset) {
        int index = (int) (offset / Memory.FRAME_BYTES);
        if (offset / Long.BYTES >= vcpu.ldtEntries) {
            return false;
        }
        if (vcpu.ldtFrames[index] != 0) {
            return true;
        }
        long entryMaddr = guest.leafEntry(vcpu, vcpu.ldtVaddr + (long) index * Memory.FRAME_BYTES);
        long entry = entryMaddr == GuestMemory.NOWHERE ? 0 : memory.getLong(entryMaddr);
        long frameMfn = PageEntry.mfn(entry);
        if (!PageEntry.isPresent(entry) || !canHold(vcpu.domain(), frameMfn)) {
            return false;
        }
        holdFrame(frameMfn);
        showLdt(vcpu, index, frameMfn);
        return true;
    }

    private void showLdt(Vcpu vcpu, int index, long frameMfn) {
        vcpu.ldtFrames[index] = frameMfn;
        slots.setLdtFrame(vcpu, index, frameMfn);
    }

    /// UPDATE_DESCRIPTOR: writes one descriptor at a machine address.
    long update(Domain domain, long maddr, long descriptor) {
        long frameMfn = maddr >>> 12;
        long checked = checked(descriptor);
        if ((maddr & 7) != 0 || checked == REFUSED) {
            return Errno.EINVAL.rc();
        }
        if (!mmu.isUsableAs(domain, frameMfn, FrameType.SEGMENT_DESCRIPTORS)
                && !mmu.isUsableAs(domain, frameMfn, FrameType.WRITABLE)) {
            return Errno.EINVAL.rc();
        }
        memory.setLong(maddr, checked);
        return 0;
    }

    /// Whether the frame holds descriptors or can come to.
    private boolean canHold(Domain domain, long frameMfn) {
        if (!mmu.isUsableAs(domain, frameMfn, FrameType.SEGMENT_DESCRIPTORS)) {
            return false;
        }
        for (int i = 0; i < PER_FRAME && frames.typeCount(frameMfn) == 0; i++) {
            if (checked(memory.getLong((frameMfn << 12) + i * 8L)) == REFUSED) {
                return false;
            }
        }
        return true;
    }

    private void holdFrame(long frameMfn) {
        for (int i = 0; i < PER_FRAME && frames.typeCount(frameMfn) == 0; i++) {
            long at = (frameMfn << 12) + i * 8L;
            long descriptor = memory.getLong(at);
            long checked = checked(descriptor);
            if (descriptor != checked) {
                memory.setLong(at, checked);
            }
        }
        mmu.holdDescriptors(frameMfn);
    }

    /// Whether the return to a guest can load this code selector: [#LOADABLE], or the exception
    /// that comes instead, its vector in the upper and its error code in the lower half.
    int checkCode(Vcpu vcpu, int selector) {
        long descriptor = descriptor(vcpu, selector);
        long needed = IS_CODE_OR_DATA | IS_CODE | LEVEL_3;
        boolean isBoth = (descriptor & IS_LONG) != 0 && (descriptor & IS_32) != 0;
        if ((descriptor & needed) != needed || isBoth) {
            return exception(Traps.PROTECTION, selector);
        }
        return (descriptor & PRESENT) != 0
                ? LOADABLE
                : exception(Traps.SEGMENT_NOT_PRESENT, selector);
    }

    /// The same for the stack selector, which may not be null at privilege 3.
    int checkStack(Vcpu vcpu, int selector) {
        long descriptor = descriptor(vcpu, selector);
        long needed = IS_CODE_OR_DATA | IS_USABLE | LEVEL_3;
        if ((descriptor & (needed | IS_CODE)) != needed) {
            return exception(Traps.PROTECTION, selector);
        }
        return (descriptor & PRESENT) != 0 ? LOADABLE : exception(Traps.STACK_FAULT, selector);
    }

    private static int exception(int vector, int selector) {
        boolean isNull = (selector & 0xfffc) == 0;
        return vector << 16 | (isNull ? 0 : selector & 0xfffc);
    }

    /// Loads a selector that was checked.
    void load(Vcpu vcpu, int segment, int selector) {
        load(vcpu.registers, segment, selector, descriptor(vcpu, selector));
    }

    /// Loads a data segment. Returns whether the selector stands for one.
    boolean loadData(Vcpu vcpu, int segment, int selector) {
        if (!isData(vcpu, selector)) {
            return false;
        }
        load(vcpu, segment, selector);
        return true;
    }

    /// Whether the selector stands for a segment that a data segment register can hold.
    boolean isData(Vcpu vcpu, int selector) {
        long descriptor = descriptor(vcpu, selector);
        long needed = PRESENT | IS_CODE_OR_DATA | LEVEL_3;
        boolean isReadable = (descriptor & IS_CODE) == 0 || (descriptor & IS_USABLE) != 0;
        return (descriptor & needed) == needed && isReadable;
    }

    private static void load(Registers registers, int segment, int selector, long descriptor) {
        int upper = (int) (descriptor >>> 32);
        int limit = (int) (descriptor & 0xffff) | upper & 0xf0000;
        boolean isInPages = (upper & 1 << 23) != 0;
        registers.selector[segment] = selector;
        registers.segmentBase[segment] =
                descriptor >>> 16 & 0xff_ffff | descriptor >>> 32 & 0xff00_0000L;
        registers.segmentLimit[segment] = isInPages ? limit << 12 | 0xfff : limit;
        registers.segmentAccess[segment] = upper >>> 8 & 0xf0ff;
    }

    private long descriptor(Vcpu vcpu, int selector) {
        int index = selector >>> 3 & 0x1fff;
        long frameMfn;
        if ((selector & 4) != 0) {
            frameMfn = fetchLdt(vcpu, index * 8L) ? vcpu.ldtFrames[index / PER_FRAME] : 0;
        } else if (index >= Limits.GDT_ENTRIES) {
            frameMfn = slots.gdtMfn(index);
        } else {
            frameMfn = vcpu.gdtFrames[index / PER_FRAME];
        }
        boolean isNull = (selector & 0xfffc) == 0;
        return frameMfn == 0 || isNull
                ? 0
                : memory.getLong((frameMfn << 12) + index % PER_FRAME * 8L);
    }
}
