package io.xenarium.machine.code;

import io.xenarium.machine.Memory;
import io.xenarium.machine.cpu.Fault;
import io.xenarium.machine.cpu.LinearMemory;
import io.xenarium.machine.cpu.Registers;

/// Finds the decoded block at the instruction pointer: by page, as the processor does.
///
/// Three layers, the fastest first: the page in which code runs already; pages from which code may
/// be fetched without a further look, which can be forgotten at any time; the instruction TLB and
/// page tables behind [LinearMemory#fetchAddress].
///
/// What is remembered here never outlives what the instruction TLB holds: both have as many places,
/// chosen by the same bits of the address.
final class Fetch {
    private static final long PAGE = ~0xfffL;

    private final Core core;
    private final LinearMemory memory;
    private final BlockCache cache;

    /// The page in which code runs: its frame's blocks, or null where it must be looked up, and its
    /// address relative to cs.
    private CodeFrame page;

    private long pageRip;

    /// Pages of 64-bit code that may be fetched from.
    private final FreeCode free = FreeCode.none();

    private final long[] freeTag = free.tag();
    private final int[] freeMfn = free.mfn();

    private final CodeFrame[] freePage = new CodeFrame[LinearMemory.CODE_ENTRIES];

    /// The places that may have a tag, so that forgetting, as each change of privilege does, need
    /// not visit every place.
    private final int[] tagged = new int[LinearMemory.CODE_ENTRIES];

    private int taggedCount;

    Fetch(Core core, BlockCache cache) {
        this.core = core;
        this.memory = core.memory;
        this.cache = cache;
    }

    /// Leaves the page: the next block is looked up.
    void leave() {
        page = null;
    }

    /// Forgets from which pages code may be fetched.
    void forget() {
        page = null;
        for (int i = 0; i < taggedCount; i++) {
            freeTag[tagged[i]] = FreeCode.NEVER;
        }
        taggedCount = 0;
    }

    /// Lets code be fetched from the page at `vaddr` without a further look.
    private void letFetch(long vaddr, CodeFrame frame, int mfn) {
        if (taggedCount == tagged.length) {
            forget();
        }
        int slot = slot(vaddr);
        tagged[taggedCount++] = slot;
        freeTag[slot] = vaddr & PAGE;
        freePage[slot] = frame;
        freeMfn[slot] = mfn;
    }

    /// Whether the block that was found last is still the one at its address, so that a loop need
    /// not look it up each time.
    boolean stays(Block block) {
        return page != null && block.secondFrame == Block.NO_FRAME;
    }

    /// The block at rip. Not being able to fetch it is a fault.
    Block next() {
        long rip = core.rip;
        core.blockRip = rip;
        if (page == null || (rip & PAGE) != pageRip) {
            int slot = slot(rip);
            if (freeTag[slot] != (rip & PAGE)) {
                return lookUp(rip);
            }
            page = freePage[slot];
            pageRip = rip & PAGE;
        }
        Block block = page.block((int) (rip & ~PAGE));
        if (block != null && block.secondFrame == Block.NO_FRAME) {
            return block;
        }
        return core.isLong ? block(page, rip) : lookUp(rip);
    }

    /// The pages from which code may be fetched.
    FreeCode free() {
        return free;
    }

    /// The frame of the page at `vaddr`, or null where it must be looked up.
    CodeFrame frame(long vaddr) {
        int slot = slot(vaddr);
        return freeTag[slot] == (vaddr & PAGE) ? freePage[slot] : null;
    }

    private static int slot(long vaddr) {
        return FreeCode.slot(vaddr);
    }

    /// Finds the block at rip by way of the page tables.
    private Block lookUp(long rip) {
        page = null;
        long vaddr = rip;
        if (core.isCodeLimited()) {
            return limited(rip);
        }
        if (!core.isLong) {
            vaddr = rip + core.registers.segmentBase[Registers.CS] & 0xffff_ffffL;
        }
        freeTag[slot(vaddr)] = FreeCode.NEVER;
        int mfn = (int) (memory.fetchAddress(vaddr) >>> 12);
        CodeFrame frame = cache.frame(mfn, core.mode());
        if (core.isLong) {
            letFetch(vaddr, frame, mfn);
        }
        if (vaddr == rip) {
            page = frame;
            pageRip = rip & PAGE;
        }
        return block(frame, vaddr);
    }

    /// The block at rip in a segment of code that ends: its first instruction must not go beyond.
    /// It is executed by itself, so nobody asks for the others.
    private Block limited(long rip) {
        long limit = core.registers.segmentLimit[Registers.CS] & 0xffff_ffffL;
        if (rip > limit) {
            throw core.fault.of(Fault.GP);
        }
        long vaddr = rip + core.registers.segmentBase[Registers.CS] & 0xffff_ffffL;
        int mfn = (int) (memory.fetchAddress(vaddr) >>> 12);
        Block block = block(cache.frame(mfn, core.mode()), vaddr);
        if (rip + block.steps[0].next - 1 > limit) {
            throw core.fault.of(Fault.GP);
        }
        return block;
    }

    /// The block at `vaddr`, which is in `frame`; decoded if need be.
    private Block block(CodeFrame frame, long vaddr) {
        Block block = frame.block((int) (vaddr & ~PAGE));
        if (block != null && isUsable(block, vaddr)) {
            return block;
        }
        freeTag[slot(vaddr + Memory.FRAME_BYTES)] = FreeCode.NEVER;
        return cache.decode(frame, (int) (vaddr & ~PAGE), vaddr);
    }

    /// Whether a block that reaches into a second page still says what is there.
    private boolean isUsable(Block block, long vaddr) {
        if (block.secondFrame == Block.NO_FRAME) {
            return true;
        }
        freeTag[slot(vaddr + Memory.FRAME_BYTES)] = FreeCode.NEVER;
        long second = memory.fetchAddress((vaddr & PAGE) + Memory.FRAME_BYTES);
        return !block.isStale() && second >>> 12 == block.secondFrame;
    }
}
