package io.xenarium.lab02.check;

import io.xenarium.lab.CheckFailed;
import io.xenarium.lab.Search;
import io.xenarium.parts.PvEntry;
import io.xenarium.terms.DomId;
import io.xenarium.terms.DomainCrash;
import io.xenarium.terms.Errno;
import io.xenarium.terms.Vaddr;
import io.xenarium.trace.CpuEvent.Args;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// One vCPU and four pages of memory, with nothing else of Xen: what a part is lent in the first
/// three tiers and the last. Every call is told in words, for whoever replays a case.
final class EntryWorld implements PvEntry.Platform, Search.World<EntryWorld> {
    /// Where the pages begin: stack of the kernel, stack of a program, lists, and one that cannot
    /// be written.
    static final long KERNEL_STACK = 0x1000;

    static final long USER_STACK = 0x2000;
    static final long LISTS = 0x3000;
    static final long READ_ONLY = 0x4000;
    private static final long END = 0x5000;

    /// A list that is longer than anybody should read in one go: the first eight words of `LISTS`,
    /// again and again. What is written there is lost.
    static final long LONG_LIST = 0x10_0000;

    private static final long LONG_END = 0x20_0000;

    /// The same pages are there a second time in the upper half, where kernels live and numbers are
    /// negative.
    static final long UPPER = 0xffff_8000_0000_0000L;

    static final int HYPERCALLS = 64;

    /// A hypercall that is done in pieces, as long as its first argument is below three.
    static final int IN_PIECES = 50;

    /// The hypercall that sets the flags of the guest, and what it sets them to.
    static final int IRET = 23;

    static final long FLAGS_OF_IRET = 0x1_0246;

    /// A hypercall that nobody has written.
    static final int MISSING = 60;

    /// How facts about the memory begin.
    static final String WORD = "the word at ";

    /// What the answer is called that has the guest make its hypercall again.
    static final String MADE_AGAIN = "to be made again";

    private static final long AGAIN = Long.MIN_VALUE;

    final long[] registers = new long[PvEntry.Register.values().length];
    final long[] memory = new long[(int) (END - KERNEL_STACK) / 8];
    final Map<Integer, String> traps = new TreeMap<>();
    final List<String> calls = new ArrayList<>();
    boolean isKernel = true;
    boolean isMasked;
    int privilege;
    String segments = "as before";
    String found = "nothing";
    String end = "goes on";
    long answer;

    /// The part that [#call] asks; null where the world answers itself.
    PvEntry part;

    /// Takes what happens, in words; null while nobody wants to know.
    List<String> told;

    private Args left;
    private boolean isInRecord;

    @Override
    public EntryWorld copy() {
        EntryWorld copy = new EntryWorld();
        System.arraycopy(registers, 0, copy.registers, 0, registers.length);
        System.arraycopy(memory, 0, copy.memory, 0, memory.length);
        copy.traps.putAll(traps);
        copy.calls.addAll(calls);
        copy.isKernel = isKernel;
        copy.isMasked = isMasked;
        copy.privilege = privilege;
        copy.segments = segments;
        copy.found = found;
        copy.end = end;
        copy.answer = answer;
        copy.left = left;
        return copy;
    }

    /// Everything that can be seen of this world but its memory, by name.
    Map<String, String> facts() {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("the guest", end);
        facts.put("the answer", answer == AGAIN ? MADE_AGAIN : Errno.describe(answer));
        facts.put("what is left", answer == AGAIN && left != null ? words(left) : "nothing");
        facts.put("the hypercalls made", calls.toString());
        facts.put("the mode", mode());
        facts.put("the event mask", isMasked ? "set" : "clear");
        facts.put("the trap table", traps.toString());
        for (PvEntry.Register register : PvEntry.Register.values()) {
            facts.put(register.name().toLowerCase(java.util.Locale.ROOT), hex(get(register)));
        }
        facts.put("the segments", segments);
        facts.put("what loadSegments found", found);
        facts.put("the I/O privilege level", Integer.toString(privilege));
        return facts;
    }

    private static String words(Args args) {
        return "rdi %s, rsi %s".formatted(hex(args.rdi()), hex(args.rsi()));
    }

    /// What a fact is, or a word of the memory.
    String fact(String name) {
        if (!name.startsWith(WORD)) {
            return facts().get(name);
        }
        long at = Long.decode(name.substring(WORD.length()));
        return hex(memory[index(new Vaddr(at))]);
    }

    /// The name of the first word that is another one in `other`; empty where none is.
    Optional<String> otherWord(EntryWorld other) {
        int at = Arrays.mismatch(memory, other.memory);
        return at < 0 ? Optional.empty() : Optional.of(WORD + hex(KERNEL_STACK + at * 8L));
    }

    /// Where one exception goes, in words.
    String handler(int vector) {
        return traps.getOrDefault(vector, "none");
    }

    static String hex(long value) {
        return "0x" + Long.toHexString(value);
    }

    @Override
    public long fingerprint() {
        return facts().hashCode() * 31L + Arrays.hashCode(memory);
    }

    @Override
    public void tell(String format, Object... values) {
        if (told != null) {
            told.add(format.formatted(values));
        }
    }

    @Override
    public long get(PvEntry.Register register) {
        return registers[register.ordinal()];
    }

    @Override
    public void set(PvEntry.Register register, long value) {
        tell("  %s becomes %s", register, hex(value));
        registers[register.ordinal()] = value;
    }

    @Override
    public boolean isKernel() {
        return isKernel;
    }

    @Override
    public void toggleMode() {
        isKernel = !isKernel;
        tell("  changes to %s mode", mode());
    }

    private String mode() {
        return isKernel ? "kernel" : "user";
    }

    @Override
    public Vaddr kernelStack() {
        return new Vaddr(KERNEL_STACK + 0xf38);
    }

    @Override
    public boolean areEventsMasked() {
        return isMasked;
    }

    @Override
    public void maskEvents(boolean areMasked) {
        tell("  events are %s", areMasked ? "masked" : "not masked");
        isMasked = areMasked;
    }

    @Override
    public long[] read(Vaddr from, int words) {
        if (isLong(from, words)) {
            long[] read = new long[words];
            for (int i = 0; i < words; i++) {
                read[i] = memory[index(new Vaddr(LISTS + (from.value() + i * 8L) % 64))];
            }
            return read;
        }
        if (!isIn(from, words, END)) {
            tell("  cannot read %d words at %s", words, from);
            return new long[0];
        }
        tell("  reads %d words at %s", words, from);
        return Arrays.copyOfRange(memory, index(from), index(from) + words);
    }

    @Override
    public boolean write(Vaddr to, long... words) {
        if (isLong(to, words.length)) {
            return true;
        }
        if (!isIn(to, words.length, READ_ONLY)) {
            tell("  cannot write %d words at %s", words.length, to);
            return false;
        }
        for (int i = 0; i < words.length; i++) {
            tell("  writes %s at %s", hex(words[i]), to.plus(i * 8L));
            memory[index(to) + i] = words[i];
        }
        return true;
    }

    private static boolean isIn(Vaddr from, int words, long end) {
        long at = low(from);
        return at >= KERNEL_STACK && at < end && at + words * 8L <= end && (at & 7) == 0;
    }

    private static boolean isLong(Vaddr from, int words) {
        long at = from.value();
        return at >= LONG_LIST && at + words * 8L <= LONG_END && (at & 7) == 0;
    }

    static int index(Vaddr at) {
        return (int) (low(at) - KERNEL_STACK) / 8;
    }

    private static long low(Vaddr at) {
        return at.value() < 0 ? at.value() - UPPER : at.value();
    }

    /// Lays words into the memory, whatever the guest may.
    void lay(long at, long... words) {
        System.arraycopy(words, 0, memory, index(new Vaddr(at)), words.length);
    }

    @Override
    public void clearTraps() {
        tell("  empties the trap table");
        traps.clear();
    }

    @Override
    public void setTrap(int vector, Vaddr handler, int flags) {
        tell("  trap %d goes to %s, flags %d", vector, handler, flags);
        traps.put(vector, hex(handler.value()) + " flags " + flags);
    }

    @Override
    public void loadKernelSegments() {
        tell("  loads the kernel's segments");
        segments = "the kernel's";
    }

    @Override
    public void loadSegments(int cs, int ss, boolean isSysret) {
        // A selector has 16 bits, whatever else a frame holds.
        String words = "cs %s, ss %s".formatted(hex(cs & 0xffff), hex(ss & 0xffff));
        segments = isSysret ? words + ", by SYSRET" : words;
        found = "rip %s, %s mode".formatted(hex(get(PvEntry.Register.RIP)), mode());
        tell("  loads %s", segments);
    }

    @Override
    public void setIoPrivilege(int level) {
        privilege = level;
    }

    @Override
    public int hypercalls() {
        return HYPERCALLS;
    }

    @Override
    public long carryOut(int number, Args args) {
        if (number < 0 || number >= HYPERCALLS) {
            throw new CheckFailed(
                    Rules.FORBIDDEN,
                    "your part carried out hypercall %d of a table of %d"
                            .formatted(number, HYPERCALLS),
                    "answers -ENOSYS before it looks into the table");
        }
        if (part != null && !isInRecord) {
            throw new CheckFailed(
                    Rules.RECORD,
                    "your part made hypercall %d by itself".formatted(number),
                    "has Platform#call make it, which writes it down and then asks dispatch()");
        }
        String words = "%d(%d, %d)".formatted(number, args.rdi(), args.rsi());
        tell("  hypercall %s", words);
        calls.add(words);
        if (number == IRET) {
            set(PvEntry.Register.RFLAGS, FLAGS_OF_IRET);
        }
        if (number == IN_PIECES && args.rdi() < 3) {
            return again(
                    new Args(
                            args.rdi() + 1,
                            args.rsi() + 8,
                            args.rdx() + 1,
                            args.r10() + 1,
                            args.r8()));
        }
        return number == MISSING ? Errno.ENOSYS.rc() : number * 100L + args.rdx();
    }

    @Override
    public long call(long number, Args args) {
        left = null;
        if (part != null) {
            isInRecord = true;
            try {
                return part.dispatch(number, args);
            } finally {
                isInRecord = false;
            }
        }
        boolean isKnown = number >= 0 && number < HYPERCALLS;
        return isKnown ? carryOut((int) number, args) : Errno.ENOSYS.rc();
    }

    @Override
    public long again(Args rest) {
        tell("  is to be made again, with %s", words(rest));
        left = rest;
        return AGAIN;
    }

    @Override
    public Optional<Args> left(long rc) {
        return rc == AGAIN ? Optional.ofNullable(left) : Optional.empty();
    }

    @Override
    public DomainCrash crash(String why) {
        return new DomainCrash(new DomId(1), why);
    }
}
