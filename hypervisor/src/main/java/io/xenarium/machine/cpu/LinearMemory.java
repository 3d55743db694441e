package io.xenarium.machine.cpu;

import io.xenarium.machine.Kept;
import io.xenarium.machine.Memory;
import io.xenarium.terms.Check;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/// Memory as an instruction sees it: by linear address, through the TLBs and the page tables, with
/// all permission checks. An access that is not allowed throws the processor's [Fault] and has
/// changed nothing, also where it spans two pages.
///
/// Three layers, the fastest first:
/// 1. [FreePages]: pages that may be read, or written, without any further look. A page is only
///    free for writing when its page table entry is dirty already and its frame is flagged dirty
///    and holds neither code nor a page table.
/// 2. The [Tlb]s, one for data and one for instructions: guest-visible state.
/// 3. The [PageWalk].
public final class LinearMemory implements Kept {
    /// How many pages the instruction TLB holds.
    public static final int CODE_ENTRIES = 1024;

    private static final long PAGE = ~0xfffL;

    /// What [#forWrite] returns where the store is not plain: it spans pages or asks the
    /// hypervisor.
    static final long SPECIAL = -1;

    private final Memory memory;
    private final MemorySegment segment;
    private final Fault fault;
    private final Tlb data = new Tlb(FreePages.ENTRIES, new Tags());
    private final Tlb code = new Tlb(CODE_ENTRIES, Tlb.Listener.NONE);
    private PageWalk walk;

    private final FreePages free;
    private final long[] readTag;
    private final long[] writeTag;
    private final long[] offset;

    /// The places that have a tag, so that forgetting need not visit every place.
    private final int[] tagged = new int[FreePages.ENTRIES];

    private int taggedCount;

    private final Watchpoints watchpoints = new Watchpoints();

    private Registers registers;
    private int access;
    private long seenArmings;
    private Cpu.PageTableStores hook = (maddr, bytes, value) -> false;

    /// The store that [#forWrite] prepared, where it is [#SPECIAL]: the machine addresses of its
    /// bytes in the first and, from `split` on, in the second page.
    private long firstMaddr;

    private long secondMaddr;
    private int split;
    private boolean asksHypervisor;

    /// Whether the hypervisor may be asked now; otherwise the instruction is postponed.
    private boolean mayAskNow;

    private long specialVaddr;
    private boolean runsTranslated;
    private boolean checksAlignment;

    public LinearMemory(Memory memory, Fault fault) {
        this.memory = memory;
        this.segment = memory.segment();
        this.fault = fault;
        walkBy(new Unpaged(memory));
        free = FreePages.of(segment, this);
        readTag = free.readTag();
        writeTag = free.writeTag();
        offset = free.offset();
        Arrays.fill(readTag, FreePages.NEVER);
        Arrays.fill(writeTag, FreePages.NEVER);
    }

    /// Starts to work for the vCPU of `newRegisters`.
    public void enter(Registers newRegisters) {
        int newAccess = newRegisters.cpl == 3 ? PageWalk.USER : 0;
        boolean watchesOthers = watchpoints.arm(newRegisters.debug);
        if (newRegisters != registers || newAccess != access || watchesOthers) {
            forget();
        }
        registers = newRegisters;
        access = newAccess;
        rearm();
    }

    /// Has `newWalk` asked for what the TLBs do not know.
    public final void walkBy(PageWalk newWalk) {
        walk = newWalk;
        walk.connect(data, code);
    }

    public void onPageTableStore(Cpu.PageTableStores newHook) {
        hook = newHook;
    }

    /// Says whether the hypervisor may be asked about stores into page tables: the processor's
    /// state must be in its registers.
    public void letAsk(boolean mayAsk) {
        mayAskNow = mayAsk;
    }

    /// Whether the hypervisor may be asked.
    public boolean mayAsk() {
        return mayAskNow;
    }

    /// Says whether an access that is not aligned raises #AC: at privilege 3, where CR0.AM and
    /// RFLAGS.AC are set. No page is free then, so the fast paths know nothing of it.
    public void checkAlignment(boolean checks) {
        if (checks != checksAlignment) {
            checksAlignment = checks;
            forget();
        }
    }

    /// Raises #AC where alignment is checked and `vaddr` is no multiple of `bytes`.
    public void requireAligned(long vaddr, int bytes) {
        if (checksAlignment && (vaddr & bytes - 1) != 0) {
            requireCanonical(vaddr);
            throw fault.of(Fault.AC);
        }
    }

    /// Says whether translated code runs: then an access that drops code, because it is the first
    /// to touch a frame that held some, does not take place but throws a [Fault#isRepeated], so
    /// that the instruction is executed again by who reads the code anew.
    public void runsTranslated(boolean runs) {
        runsTranslated = runs;
    }

    /// Forgets which pages are free for writing, if a frame needs watching since the last time.
    public void rearm() {
        if (seenArmings != memory.armings()) {
            seenArmings = memory.armings();
            for (int i = 0; i < taggedCount; i++) {
                writeTag[tagged[i]] = FreePages.NEVER;
            }
        }
    }

    /// The data breakpoints that were hit since the last call, as the low bits of DR6.
    public int takeBreakpoints() {
        return watchpoints.takeHits();
    }

    public void flush() {
        data.flush();
        code.flush();
    }

    public void flush(long vaddr) {
        walk.drop(vaddr);
    }

    /// A page is free only as long as it stands in the TLB.
    private final class Tags implements Tlb.Listener {
        @Override
        public void changed(int slot) {
            readTag[slot] = readTag[slot] == FreePages.NEVER ? FreePages.NEVER : FreePages.STALE;
            writeTag[slot] = writeTag[slot] == FreePages.NEVER ? FreePages.NEVER : FreePages.STALE;
        }

        @Override
        public void flushed() {
            forget();
        }
    }

    private void forget() {
        for (int i = 0; i < taggedCount; i++) {
            readTag[tagged[i]] = FreePages.NEVER;
            writeTag[tagged[i]] = FreePages.NEVER;
        }
        taggedCount = 0;
    }

    /// The accesses that need no further look: the fast path.
    public FreePages freePages() {
        return free;
    }

    public long read8(long vaddr) {
        return free.read8(vaddr, 0, Fault.NOWHERE);
    }

    public long read16(long vaddr) {
        return free.read16(vaddr, 0, Fault.NOWHERE);
    }

    public long read32(long vaddr) {
        return free.read32(vaddr, 0, Fault.NOWHERE);
    }

    public long read64(long vaddr) {
        return free.read64(vaddr, 0, Fault.NOWHERE);
    }

    /// Reads 1, 2, 4 or 8 bytes, zero-extended.
    public long read(long vaddr, int bytes) {
        return switch (bytes) {
            case 1 -> read8(vaddr);
            case 2 -> read16(vaddr);
            case 4 -> read32(vaddr);
            default -> read64(vaddr);
        };
    }

    public void write8(long vaddr, long value) {
        free.write8(vaddr, value, 0, Fault.NOWHERE);
    }

    public void write16(long vaddr, long value) {
        free.write16(vaddr, value, 0, Fault.NOWHERE);
    }

    public void write32(long vaddr, long value) {
        free.write32(vaddr, value, 0, Fault.NOWHERE);
    }

    public void write64(long vaddr, long value) {
        free.write64(vaddr, value, 0, Fault.NOWHERE);
    }

    /// Writes the low 1, 2, 4 or 8 bytes of `value`.
    public void write(long vaddr, int bytes, long value) {
        switch (bytes) {
            case 1 -> write8(vaddr, value);
            case 2 -> write16(vaddr, value);
            case 4 -> write32(vaddr, value);
            default -> write64(vaddr, value);
        }
    }

    /// Checks that `bytes` bytes may be written at `vaddr`, for an instruction that reads them
    /// first. The result is for [#load] and [#store], until the next call.
    public long forWrite(long vaddr, int bytes) {
        return free.forWrite(vaddr, bytes, 0, Fault.NOWHERE);
    }

    /// Checks that `bytes` bytes may be written at `vaddr` by plain stores.
    public void requireWritable(long vaddr, int bytes) {
        if (forWrite(vaddr, bytes) == SPECIAL && asksHypervisor) {
            throw fault.page(PageWalk.PRESENT | PageWalk.WRITE | access, vaddr);
        }
    }

    /// Reads 8 bytes of a descriptor table: an access of the processor itself, with privilege 0.
    public long readDescriptor(long vaddr) {
        if ((vaddr & ~PAGE) <= 4096 - 8) {
            return memory.getLong(systemAddress(vaddr));
        }
        long value = 0;
        for (int i = 7; i >= 0; i--) {
            value = value << 8 | memory.getByte(systemAddress(vaddr + i)) & 0xff;
        }
        return value;
    }

    /// Sets bits of the access byte of the descriptor at `vaddr`.
    public void setDescriptorBits(long vaddr, int bits) {
        requireCanonical(vaddr + 5);
        if (!walk.translate(registers, vaddr + 5, PageWalk.WRITE)) {
            throw fault.page(walk.error(), vaddr + 5);
        }
        memory.setByte(walk.maddr(), (byte) (memory.getByte(walk.maddr()) | bits));
    }

    private long systemAddress(long vaddr) {
        if (!data.holds(vaddr)) {
            requireCanonical(vaddr);
            if (!walk.translate(registers, vaddr, 0)) {
                throw fault.page(walk.error(), vaddr);
            }
            walk.fill(data, vaddr);
            return walk.maddr();
        }
        return (data.entry(vaddr) & PAGE) + (vaddr & ~PAGE);
    }

    /// Reads what [#forWrite] checked.
    public long load(long place, int bytes) {
        return switch (bytes) {
            case 1 -> free.load8(place);
            case 2 -> free.load16(place);
            case 4 -> free.load32(place);
            default -> free.load64(place);
        };
    }

    /// Writes what [#forWrite] checked. Only a hypervisor that refuses a store into a page table
    /// can still make it fault.
    public void store(long place, int bytes, long value) {
        store(place, bytes, value, 0, Fault.NOWHERE);
    }

    private void store(long place, int bytes, long value, long left, int point) {
        switch (bytes) {
            case 1 -> free.store8(place, value, left, point);
            case 2 -> free.store16(place, value, left, point);
            case 4 -> free.store32(place, value, left, point);
            default -> free.store64(place, value, left, point);
        }
    }

    /// The machine address from which the instruction at `vaddr` is fetched.
    public long fetchAddress(long vaddr) {
        if (code.holds(vaddr)) {
            long entry = code.entry(vaddr);
            if ((entry & Tlb.NO_EXECUTE) == 0 && mayAccess(entry)) {
                return (entry & PAGE) + (vaddr & ~PAGE);
            }
        }
        requireCanonical(vaddr);
        if (!walk.translate(registers, vaddr, access | PageWalk.FETCH)) {
            throw fault.page(walk.error(), vaddr);
        }
        walk.fill(code, vaddr);
        return walk.maddr();
    }

    private boolean mayAccess(long entry) {
        return access == 0 || (entry & Tlb.USER) != 0;
    }

    private void requireCanonical(long vaddr) {
        if (!PageWalk.isCanonical(vaddr)) {
            throw fault.nonCanonical();
        }
    }

    long readSlowly(long vaddr, int bytes, long left, int point) {
        fault.note(left, point);
        long drops = memory.codeDrops();
        long value = readThroughTlb(vaddr, bytes);
        repeatIfCodeChanged(drops);
        return value;
    }

    void writeSlowly(long vaddr, int bytes, long value, long left, int point) {
        store(forWriteSlowly(vaddr, bytes, left, point), bytes, value, left, point);
    }

    long forWriteSlowly(long vaddr, int bytes, long left, int point) {
        fault.note(left, point);
        long drops = memory.codeDrops();
        long place = translateForWrite(vaddr, bytes);
        repeatIfCodeChanged(drops);
        return place;
    }

    /// How often code was dropped because its frame was stored to.
    public long codeDrops() {
        return memory.codeDrops();
    }

    private void repeatIfCodeChanged(long drops) {
        if (runsTranslated && memory.codeDrops() != drops) {
            throw fault.repeated();
        }
    }

    private long readThroughTlb(long vaddr, int bytes) {
        requireAligned(vaddr, Integer.highestOneBit(bytes));
        watchpoints.note(vaddr, bytes, false);
        long last = vaddr + bytes - 1;
        if ((vaddr & PAGE) == (last & PAGE)) {
            return load(readAddress(vaddr), bytes);
        }
        requireCanonical(vaddr);
        requireCanonical(last);
        firstMaddr = readAddress(vaddr);
        secondMaddr = readAddress(last & PAGE);
        split = (int) ((last & PAGE) - vaddr);
        return loadBytes(bytes);
    }

    /// Translates one address for reading, and makes its page free.
    private long readAddress(long vaddr) {
        if (!data.holds(vaddr) || !mayAccess(data.entry(vaddr))) {
            requireCanonical(vaddr);
            if (!walk.translate(registers, vaddr, access)) {
                throw fault.page(walk.error(), vaddr);
            }
            walk.fill(data, vaddr);
            if (!data.holds(vaddr)) {
                return walk.maddr();
            }
        }
        return free(readTag, vaddr);
    }

    private long free(long[] tags, long vaddr) {
        int slot = data.slot(vaddr);
        if (readTag[slot] == FreePages.NEVER && writeTag[slot] == FreePages.NEVER) {
            noteTagged(slot);
        }
        long frame = data.entry(vaddr) & PAGE;
        Check.that(memory.holds(frame >>> 12), "the TLB has a frame beyond memory: %x", frame);
        boolean isFree = !checksAlignment && !watchpoints.covers(vaddr);
        tags[slot] = isFree ? vaddr & PAGE : FreePages.NEVER;
        offset[slot] = frame - (vaddr & PAGE);
        return vaddr + offset[slot];
    }

    private void noteTagged(int slot) {
        if (taggedCount == tagged.length) {
            forget();
        }
        tagged[taggedCount++] = slot;
    }

    private long translateForWrite(long vaddr, int bytes) {
        requireAligned(vaddr, Integer.highestOneBit(bytes));
        watchpoints.note(vaddr, bytes, true);
        long last = vaddr + bytes - 1;
        asksHypervisor = false;
        specialVaddr = vaddr;
        if ((vaddr & PAGE) == (last & PAGE)) {
            firstMaddr = writeAddress(vaddr, true);
            split = bytes;
            return asksHypervisor ? SPECIAL : firstMaddr;
        }
        requireCanonical(vaddr);
        requireCanonical(last);
        firstMaddr = writeAddress(vaddr, false);
        secondMaddr = writeAddress(last & PAGE, false);
        split = (int) ((last & PAGE) - vaddr);
        return SPECIAL;
    }

    /// Translates one address for writing, prepares the frame for the store and makes the page free
    /// if nobody watches the frame.
    private long writeAddress(long vaddr, boolean mayAsk) {
        if (!data.holds(vaddr) || !mayWrite(data.entry(vaddr))) {
            requireCanonical(vaddr);
            if (!walk.translate(registers, vaddr, access | PageWalk.WRITE)) {
                return askOrFault(vaddr, mayAsk);
            }
            walk.fill(data, vaddr);
            if (!data.holds(vaddr) || !mayWrite(data.entry(vaddr))) {
                memory.touch((int) (walk.maddr() >>> 12));
                return walk.maddr();
            }
        }
        int frame = (int) (data.entry(vaddr) >>> 12);
        memory.touch(frame);
        boolean isWatched = memory.has(frame, (byte) (Memory.CODE | Memory.PAGE_TABLE));
        if (isWatched) {
            return (data.entry(vaddr) & PAGE) + (vaddr & ~PAGE);
        }
        return free(writeTag, vaddr);
    }

    private boolean mayWrite(long entry) {
        boolean writeProtects = access != 0 || (registers.cr0 & PageWalk.CR0_WP) != 0;
        return mayAccess(entry)
                && (entry & Tlb.DIRTY) != 0
                && (!writeProtects || (entry & Tlb.WRITABLE) != 0);
    }

    /// A store that the page tables forbid: where it goes into a page table that may be read, the
    /// hypervisor is asked when the value is known.
    private long askOrFault(long vaddr, boolean mayAsk) {
        int error = walk.error();
        long maddr = walk.maddr();
        if (mayAsk && walk.mayRead() && memory.has((int) (maddr >>> 12), Memory.PAGE_TABLE)) {
            if (!mayAskNow) {
                throw fault.postponed();
            }
            asksHypervisor = true;
            return maddr;
        }
        throw fault.page(error, vaddr);
    }

    long loadBytes(int bytes) {
        long value = 0;
        for (int i = bytes - 1; i >= 0; i--) {
            long at = i < split ? firstMaddr + i : secondMaddr + i - split;
            value = value << 8 | segment.get(ValueLayout.JAVA_BYTE, at) & 0xff;
        }
        return value;
    }

    void storeSpecially(int bytes, long value, long left, int point) {
        if (asksHypervisor) {
            fault.note(left, point);
            boolean done = hook.store(firstMaddr, bytes, value);
            rearm();
            if (!done) {
                throw fault.page(PageWalk.PRESENT | PageWalk.WRITE | access, specialVaddr);
            }
            return;
        }
        for (int i = 0; i < bytes; i++) {
            long at = i < split ? firstMaddr + i : secondMaddr + i - split;
            segment.set(ValueLayout.JAVA_BYTE, at, (byte) (value >>> 8 * i));
        }
    }

    @Override
    public void save(DataOutput out) throws IOException {
        data.save(out);
        code.save(out);
    }

    @Override
    public void load(DataInput in) throws IOException {
        data.load(in);
        code.load(in);
        forget();
        registers = null;
    }
}
