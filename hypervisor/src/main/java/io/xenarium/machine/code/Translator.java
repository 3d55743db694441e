package io.xenarium.machine.code;

import io.xenarium.machine.Memory;
import io.xenarium.machine.cpu.Cpu;
import io.xenarium.machine.cpu.CpuidPolicy;
import io.xenarium.machine.cpu.Exit;
import io.xenarium.machine.cpu.PageWalk;
import io.xenarium.machine.cpu.Registers;
import io.xenarium.machine.cpu.Role;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/// The fast processor: it interprets what is executed seldom, and translates what is executed often
/// into JVM bytecode, one [Region] after the other. A guest cannot tell it from the [Interpreter].
///
/// 1. Registers, memory, TLB, exits and counts of instructions are those of the interpreter, after
///    every run and however it is cut.
/// 2. A region is only entered with a budget that it cannot exceed; what is left is interpreted.
/// 3. When a frame is stored to, the regions that a block of it is part of are not entered any
///    more.
public final class Translator implements Cpu {
    /// A block is worth a translation when it has been executed this often.
    private static final int PATIENCE = 1000;

    private final Interpreter interpreter;
    private final Core core;
    private int patience;
    private final Memory memory;
    private final Translations translations;
    private final EntryCache entered;

    /// Whether all is interpreted for now.
    private boolean isResting;

    /// How many instructions all runs together have retired.
    private long retired;

    /// @param memory the machine's memory
    /// @param cpuid what CPUID answers
    public Translator(Memory memory, CpuidPolicy cpuid) {
        this(memory, cpuid, Role.PV_GUEST);
    }

    /// @param role who answers for what its code traps on
    public Translator(Memory memory, CpuidPolicy cpuid, Role role) {
        this(memory, cpuid, role, PATIENCE, TranslationThread::submit, RegionClass::makeWarm);
    }

    /// A translator that does not put translating off.
    ///
    /// @param patience how often a block is interpreted before it is translated
    Translator(Memory memory, CpuidPolicy cpuid, Role role, int patience) {
        this(memory, cpuid, role, patience, Translations.Worker.AT_ONCE, RegionClass::make);
    }

    /// @param worker who does the translating, now or later
    /// @param maker how a region is made
    Translator(
            Memory memory,
            CpuidPolicy cpuid,
            Role role,
            int patience,
            Translations.Worker worker,
            Translations.Maker maker) {
        Interpreter.Kind kind = new Interpreter.Kind(cpuid, role, Microcode.NONE);
        interpreter = new Interpreter(memory, kind, this::execute, patience);
        core = interpreter.core();
        this.patience = patience;
        this.memory = memory;
        entered = new EntryCache(interpreter.fetch().free());
        translations = new Translations(interpreter, patience, worker, maker, entered);
    }

    @Override
    public Exit run(Registers registers, long budget) {
        translations.takeOver();
        Exit exit = interpreter.run(registers, budget);
        retired += core.retired;
        return exit;
    }

    @Override
    public long retired() {
        return interpreter.retired();
    }

    @Override
    public void flush() {
        interpreter.flush();
    }

    @Override
    public void flush(long vaddr) {
        interpreter.flush(vaddr);
    }

    @Override
    public void walkBy(PageWalk walk) {
        interpreter.walkBy(walk);
    }

    @Override
    public void onPageTableStore(PageTableStores hook) {
        interpreter.onPageTableStore(hook);
    }

    /// The regions in use, the oldest first. Looking changes nothing.
    public List<RegionSight> regions() {
        return translations.look();
    }

    /// A region to be read, none where it is in use no more. From the first time on it is counted
    /// where the region ends; nothing else changes.
    public Optional<RegionListing> listing(int number) {
        return translations.list(number, memory);
    }

    /// Interprets all from now on, or translates again. The regions stay.
    public void rest(boolean isToRest) {
        isResting = isToRest;
    }

    /// How often a block is interpreted before it is translated, from now on. All regions are
    /// forgotten, because a block is as hot as it has patience left.
    public void setPatience(int newPatience) {
        patience = newPatience;
        translations.setPatience(newPatience);
        interpreter.forgetCode(newPatience);
    }

    /// Does without a region from now on: its code is interpreted until it has been executed often
    /// once more.
    ///
    /// @return whether it was in use
    public boolean forget(int number) {
        return translations.drop(number);
    }

    /// The whole translator in numbers. Looking changes nothing.
    public TranslatorSight look() {
        return new TranslatorSight(
                isResting,
                patience,
                translations.made(),
                translations.waiting(),
                translations.refused(),
                translations.executed(),
                retired);
    }

    /// How many regions could not be made; their code is interpreted.
    public int refused() {
        return translations.refused();
    }

    /// Executes region after region, as long as one leads to another.
    private boolean execute(Block block, long limit) {
        RegionEntry entry = entry(block);
        if (entry == null || core.memory.mayAsk() || !isWithin(entry, limit)) {
            return false;
        }
        core.memory.runsTranslated(true);
        try {
            do {
                enter(entry);
                entry = core.interpretsNext ? null : entered.at(core.rip);
            } while (entry != null && isWithin(entry, limit));
        } finally {
            core.flags.settle();
            core.memory.runsTranslated(false);
        }
        return true;
    }

    /// How a region is entered at the block at rip, or null where the block is to be interpreted.
    private RegionEntry entry(Block block) {
        if (core.interpretsNext) {
            core.interpretsNext = false;
            return null;
        }
        if (isResting) {
            return null;
        }
        if (block.entry == null) {
            translations.consider(block, core.rip);
        }
        RegionEntry entry = block.entry;
        if (entry == null) {
            return null;
        }
        if (entry.region().isDropped()) {
            translations.forget(block);
            return null;
        }
        block.patience = 0;
        if (!isFarFromHole(core.rip - entry.at())) {
            return null;
        }
        entered.put(core.rip, entry);
        return entry;
    }

    private boolean isWithin(RegionEntry entry, long limit) {
        return limit - core.retired > entry.need();
    }

    private void enter(RegionEntry entry) {
        Region region = entry.region();
        if (region.becomesPopular(patience)) {
            translations.grow(core.rip);
        }
        region.execute(core.rip - entry.at(), entry.number());
    }

    /// Whether no direct branch from here can lead to an address that is not canonical.
    private static boolean isFarFromHole(long base) {
        return PageWalk.isCanonical(base + (1L << 32)) && PageWalk.isCanonical(base - (1L << 32));
    }

    @Override
    public void save(DataOutput out) throws IOException {
        interpreter.save(out);
    }

    @Override
    public void load(DataInput in) throws IOException {
        interpreter.load(in);
    }
}
