package io.xenarium.xen;

import io.xenarium.machine.Memory;
import io.xenarium.machine.cpu.Registers;
import io.xenarium.terms.Errno;
import io.xenarium.trace.MemoryEvent.FrameType;

/// Segment descriptors: which ones a guest may have, and what a selector stands for (Intel SDM vol.
/// 3, 3.4; xen/arch/x86/pv/descriptor-tables.c).
///
/// A frame with a guest's descriptors is typed so, and the guest cannot store to it: each of its
/// descriptors has been checked.
final class Segments {
    /// What [#checked] answers for a descriptor that a guest may not have.
    static final long REFUSED = -1;

    private static final long PRESENT = 1L << 47;
    private static final long IS_CODE_OR_DATA = 1L << 44;
    private static final long LEVEL_3 = 3L << 45;
    private static final long TYPE = 0xfL << 40;
    private static final long IS_CODE = 1L << 43;
    private static final int PER_FRAME = 512;

    private final Memory memory;
    private final FrameTable frames;
    private final XenSlots slots;
    private final PvMmu mmu;
    private final GuestMemory guest;

    Segments(Memory memory, FrameTable frames, XenSlots slots, PvMmu mmu, GuestMemory guest) {
        this.memory = memory;
        this.frames = frames;
        this.slots = slots;
        this.mmu = mmu;
        this.guest = guest;
    }

    /// The descriptor as Xen lets a guest have it, or [#REFUSED]. One that is not present cannot do
    /// harm; code and data get privilege 3; gates and task states are refused.
    static long checked(long descriptor) {
        if ((descriptor & PRESENT) == 0) {
            return descriptor;
        }
        if ((descriptor & IS_CODE_OR_DATA) != 0) {
            return descriptor | LEVEL_3;
        }
        return (descriptor & TYPE) == 0 ? descriptor | LEVEL_3 : REFUSED;
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

    /// SET_LDT: shows the guest's descriptors from `vaddr` on as the LDT of `vcpu`. A page that
    /// cannot be shown stays empty.
    void setLdt(Vcpu vcpu, long vaddr, int entries) {
        for (int i = 0; i < Limits.LDT_FRAMES; i++) {
            long before = vcpu.ldtFrames[i];
            showLdt(vcpu, i, 0);
            if (before != 0) {
                mmu.releaseDescriptors(before);
            }
        }
        vcpu.ldtVaddr = vaddr;
        vcpu.ldtEntries = entries;
        for (int i = 0; i * PER_FRAME < entries; i++) {
            long maddr = guest.translate(vcpu, vaddr + (long) i * Memory.FRAME_BYTES, false);
            if (maddr != GuestMemory.NOWHERE && canHold(vcpu.domain(), maddr >>> 12)) {
                holdFrame(maddr >>> 12);
                showLdt(vcpu, i, maddr >>> 12);
            }
        }
        vcpu.registers.ldtBase = XenSlots.ldtVaddr(vcpu.id().value());
        vcpu.registers.ldtLimit = entries == 0 ? 0 : entries * 8 - 1;
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
            memory.setLong(at, checked(memory.getLong(at)));
        }
        mmu.holdDescriptors(frameMfn);
    }

    /// Loads a code segment for the return to a guest. Returns whether the selector stands for one.
    boolean loadCode(Vcpu vcpu, int selector) {
        long descriptor = descriptor(vcpu, selector);
        long needed = PRESENT | IS_CODE_OR_DATA | IS_CODE | LEVEL_3;
        if ((descriptor & needed) != needed) {
            return false;
        }
        load(vcpu.registers, Registers.CS, selector | 3, descriptor);
        return true;
    }

    /// Loads a stack segment for the return to a guest; a null selector will do for 64-bit code.
    boolean loadStack(Vcpu vcpu, int selector) {
        if ((selector & ~3) == 0) {
            vcpu.registers.setFlat(Registers.SS, selector | 3, Registers.UNUSABLE);
            return true;
        }
        return loadData(vcpu, Registers.SS, selector | 3);
    }

    /// Loads a data segment. Returns whether the selector stands for one.
    boolean loadData(Vcpu vcpu, int segment, int selector) {
        long descriptor = descriptor(vcpu, selector);
        long needed = PRESENT | IS_CODE_OR_DATA | LEVEL_3;
        if ((descriptor & needed) != needed) {
            return false;
        }
        load(vcpu.registers, segment, selector, descriptor);
        return true;
    }

    /// The base address in the descriptor that the selector stands for, 0 where there is none.
    long base(Vcpu vcpu, int selector) {
        return base(descriptor(vcpu, selector));
    }

    private static long base(long descriptor) {
        return descriptor >>> 16 & 0xff_ffff | descriptor >>> 32 & 0xff00_0000L;
    }

    private static void load(Registers registers, int segment, int selector, long descriptor) {
        int upper = (int) (descriptor >>> 32);
        int limit = (int) (descriptor & 0xffff) | upper & 0xf0000;
        boolean isInPages = (upper & 1 << 23) != 0;
        registers.selector[segment] = selector;
        registers.segmentBase[segment] = base(descriptor);
        registers.segmentLimit[segment] = isInPages ? limit << 12 | 0xfff : limit;
        registers.segmentAccess[segment] = upper >>> 8 & 0xf0ff;
    }

    private long descriptor(Vcpu vcpu, int selector) {
        int index = selector >>> 3;
        boolean isLocal = (selector & 4) != 0;
        long frameMfn;
        if (isLocal) {
            frameMfn = index < vcpu.ldtEntries ? vcpu.ldtFrames[index / PER_FRAME] : 0;
        } else if (index >= Limits.GDT_ENTRIES) {
            frameMfn = slots.gdtMfn(index);
        } else {
            frameMfn = index < vcpu.gdtEntries ? vcpu.gdtFrames[index / PER_FRAME] : 0;
        }
        return frameMfn == 0 ? 0 : memory.getLong((frameMfn << 12) + index % PER_FRAME * 8L);
    }
}
