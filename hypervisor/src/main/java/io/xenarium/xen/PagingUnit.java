package io.xenarium.xen;

import io.xenarium.machine.Memory;
import io.xenarium.machine.cpu.Cpu;
import io.xenarium.machine.cpu.PageWalk;
import io.xenarium.machine.cpu.Registers;
import io.xenarium.machine.cpu.Tlb;
import io.xenarium.machine.cpu.Unpaged;
import io.xenarium.parts.Paging;
import io.xenarium.parts.Paging.Step;
import io.xenarium.parts.Paging.Translation;
import io.xenarium.parts.Paging.Walk;
import io.xenarium.terms.Bug;
import io.xenarium.terms.Check;
import io.xenarium.terms.Maddr;
import io.xenarium.terms.Mfn;
import io.xenarium.terms.Vaddr;

import java.util.ArrayList;
import java.util.List;

/// The paging unit of a processor: lends the paging part memory, control registers and TLBs, and
/// asks it wherever a TLB has no answer.
///
/// 1. A part that remembers nothing, or something that does not help, costs time only.
/// 2. [#look] writes nothing, whatever the part does.
public final class PagingUnit implements PageWalk, Paging.Platform {
    /// One for each level, and one more.
    private static final int TRIES = 5;

    private final Memory memory;
    private final Paging part;
    private final Unpaged unpaged;
    private List<Paging.Tlb> tlbs = List.of();
    private Buffer data;
    private Buffer code;

    private Mfn root = new Mfn(0);
    private boolean protectsWrites = true;
    private boolean hasNoExecute = true;
    private boolean isLooking;

    private Walk walk;
    private int access;
    private int error;
    private long maddr;

    public PagingUnit(Memory memory, Paging.Maker maker) {
        this.memory = memory;
        unpaged = new Unpaged(memory);
        part = maker.make(this);
    }

    /// The processor, with a paging unit.
    public static <C extends Cpu> C into(C cpu, Memory memory, Paging.Maker maker) {
        cpu.walkBy(new PagingUnit(memory, maker));
        return cpu;
    }

    @Override
    public void connect(Tlb newData, Tlb newCode) {
        data = new Buffer(newData);
        code = new Buffer(newCode);
        tlbs = List.of(data, code);
    }

    @Override
    public boolean translate(Registers registers, long vaddr, int newAccess) {
        if ((registers.cr0 & CR0_PG) == 0) {
            walk = null;
            return unpaged.translate(registers, vaddr, newAccess);
        }
        enter(registers);
        return findAndMark(vaddr, newAccess);
    }

    private void enter(Registers registers) {
        long rootMfn = (registers.cr3 & ADDRESS) >>> 12;
        if (root.value() != rootMfn) {
            root = new Mfn(rootMfn);
        }
        protectsWrites = (registers.cr0 & CR0_WP) != 0;
        hasNoExecute = (registers.efer & EFER_NXE) != 0;
    }

    private boolean find(long vaddr, int newAccess) {
        access = newAccess;
        walk = part.walk(new Vaddr(vaddr));
        maddr =
                walk instanceof Walk.Mapped mapped
                        ? mapped.frame().value() << 12 | vaddr & 0xfff
                        : -1;
        error = part.checkAccess(walk, access);
        return error == Paging.ALLOWED;
    }

    /// Where one entry serves several levels, as in a table that maps itself, the mark for the
    /// first changes what was read for the next: the second walk finds it marked.
    private boolean findAndMark(long vaddr, int newAccess) {
        for (int tries = 0; tries < TRIES; tries++) {
            if (!find(vaddr, newAccess)) {
                return false;
            }
            Check.that(walk instanceof Walk.Mapped, "an access to nothing was allowed");
            if (part.setAccessedDirty((Walk.Mapped) walk, access)) {
                return true;
            }
        }
        throw new Bug("walks that nobody got into did not succeed: %#x".formatted(vaddr));
    }

    /// The machine address behind a virtual one for the guest's kernel or programs, through the
    /// table in this frame, with accessed and dirty bits set; below 0 where it may not be used so.
    ///
    /// @param newAccess a set of [#WRITE] and [#FETCH]
    long translate(long rootMfn, long vaddr, int newAccess) {
        if (root.value() != rootMfn) {
            root = new Mfn(rootMfn);
        }
        return findAndMark(vaddr, newAccess | USER) ? maddr : -1;
    }

    /// How `newAccess` to `vaddr` would end. Leaves everything as it is: no accessed or dirty bit,
    /// no TLB.
    public Result look(Registers registers, long vaddr, int newAccess) {
        if ((registers.cr0 & CR0_PG) == 0) {
            boolean isThere = unpaged.translate(registers, vaddr, newAccess);
            int refused = isThere ? Paging.ALLOWED : unpaged.error();
            return new Result(refused, unpaged.maddr(), isThere ? 4096 : 0, List.of());
        }
        isLooking = true;
        enter(registers);
        find(vaddr, newAccess);
        List<Level> levels = new ArrayList<>();
        for (Step step : walk.steps()) {
            long place = step.place().value();
            int index = (int) (place & 0xfff) >> 3;
            levels.add(new Level(step.level(), place >>> 12, index, step.entry()));
        }
        boolean isMapped = walk instanceof Walk.Mapped;
        long bytes = isMapped ? 1L << 12 + 9 * (walk.last().level() - 1) : 0;
        return new Result(error, maddr, bytes, List.copyOf(levels));
    }

    @Override
    public int error() {
        return walk == null ? unpaged.error() : error;
    }

    @Override
    public long maddr() {
        return walk == null ? unpaged.maddr() : maddr;
    }

    @Override
    public boolean mayRead() {
        return walk == null
                ? unpaged.mayRead()
                : part.checkAccess(walk, access & USER) == Paging.ALLOWED;
    }

    @Override
    public void fill(Tlb tlb, long vaddr) {
        if (walk == null) {
            unpaged.fill(tlb, vaddr);
        } else {
            Buffer buffer = tlb == data.tlb ? data : code;
            part.tlbFill(buffer, new Vaddr(vaddr), (Walk.Mapped) walk, access);
        }
    }

    @Override
    public void drop(long vaddr) {
        part.invlpg(new Vaddr(vaddr));
    }

    @Override
    public Mfn root() {
        return root;
    }

    @Override
    public boolean holds(Mfn frame) {
        return memory.holds(frame.value());
    }

    @Override
    public long read(Maddr place) {
        return memory.getLong(place.value());
    }

    @Override
    public boolean replace(Maddr place, long read, long written) {
        if (isLooking || memory.getLong(place.value()) != read) {
            return false;
        }
        memory.setLong(place.value(), written);
        return true;
    }

    @Override
    public boolean protectsWrites() {
        return protectsWrites;
    }

    @Override
    public boolean hasNoExecute() {
        return hasNoExecute;
    }

    @Override
    public List<Paging.Tlb> tlbs() {
        return tlbs;
    }

    /// A TLB of the processor, as the part sees it.
    private static final class Buffer implements Paging.Tlb {
        private final Tlb tlb;

        Buffer(Tlb tlb) {
            this.tlb = tlb;
        }

        @Override
        public int places() {
            return tlb.size();
        }

        @Override
        public boolean holds(Vaddr vaddr) {
            return tlb.holds(vaddr.value());
        }

        @Override
        public void put(int place, Translation page) {
            long entry = page.frame().value() << 12;
            entry |= page.isWritable() ? Tlb.WRITABLE : 0;
            entry |= page.isUser() ? Tlb.USER : 0;
            entry |= page.isNoExecute() ? Tlb.NO_EXECUTE : 0;
            entry |= page.isDirty() ? Tlb.DIRTY : 0;
            if (page.isLarge()) {
                tlb.noteLarge();
            }
            tlb.put(place, page.page().value() >>> 12, entry);
        }

        @Override
        public void clear(int place) {
            tlb.clear(place);
        }

        @Override
        public void clear() {
            tlb.flush();
        }

        @Override
        public boolean hasLarge() {
            return tlb.hasLarge();
        }
    }
}
