package io.xenarium.bench.view;

import io.xenarium.machine.Memory;
import io.xenarium.machine.cpu.PageWalk;
import io.xenarium.machine.cpu.Registers;
import io.xenarium.toolstack.Refused;
import io.xenarium.xen.FrameTable;
import io.xenarium.xen.Vcpu;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// How one address of a vCPU becomes a machine address, level by level, and what the two tables of
/// numbers, p2m and m2p, say about the frame that is found. It reads the tables as they lie in
/// memory and sets no bit.
///
/// @param access read, write or fetch
/// @param table the frame that cr3 names
/// @param fields the address in pieces: sign, four indices, offset
/// @param maddr the machine address, empty where nothing is mapped
/// @param fault the page fault in words, empty where the access is allowed
/// @param pfn the pseudo-physical frame that the m2p has for the machine frame, empty where none
/// @param strip the machine frames around the one that is found, with their pseudo-physical numbers
public record WalkView(
        int domain,
        int vcpu,
        String vaddr,
        String access,
        String table,
        List<Integer> fields,
        List<LevelView> levels,
        String maddr,
        long pageBytes,
        String fault,
        String mfn,
        String pfn,
        List<Pair> strip,
        String text) {
    /// One entry of the walk.
    ///
    /// @param flags the bits that are set, in words
    /// @param refused whether this entry is why the access is not allowed
    public record LevelView(
            int level,
            String table,
            int index,
            String entry,
            List<String> flags,
            boolean refused) {}

    /// A machine frame beside its pseudo-physical number.
    public record Pair(String mfn, String pfn, int owner, String type) {}

    private static final int NEIGHBOURS = 4;
    private static final List<String> ACCESSES = List.of("read", "write", "fetch");

    /// The walk that `focus` asks for: `va`, `access`, `domain`, `vcpu`; by default the stack
    /// pointer's page.
    static WalkView of(Scene scene, Focus focus) {
        Vcpu vcpu = focus.vcpu(scene.host());
        Memory memory = scene.host().machine().memory();
        Registers registers = vcpu.registers();
        long vaddr = focus.number("va", registers.gpr[Registers.RSP]);
        String access = focus.text("access", "read");
        if (!ACCESSES.contains(access)) {
            throw new Refused("An access is one of read, write and fetch.");
        }
        if (!PageWalk.isCanonical(vaddr)) {
            throw new Refused(
                    "%s is not canonical: bits 63 to 47 must be equal.".formatted(hex(vaddr)));
        }
        PageWalk.Result walk = scene.host().hypervisor().look(registers, vaddr, bits(access));
        List<LevelView> levels = levels(walk, access);
        FrameTable frames = scene.host().hypervisor().frames();
        boolean isMapped = walk.maddr() >= 0;
        long frame = walk.maddr() >>> 12;
        WalkView view =
                new WalkView(
                        vcpu.domain().id().value(),
                        vcpu.id().value(),
                        hex(vaddr),
                        access,
                        frameHex(registers.cr3 >>> 12),
                        fields(vaddr),
                        levels,
                        isMapped ? hex(walk.maddr()) : "",
                        walk.pageBytes(),
                        walk.isAllowed() ? "" : fault(walk.error()),
                        isMapped ? frameHex(frame) : "",
                        isMapped ? pfn(frames, frame) : "",
                        isMapped ? strip(frames, frame) : List.of(),
                        "");
        return view.withText();
    }

    private WalkView withText() {
        StringBuilder out = new StringBuilder();
        out.append(
                "%s of %s by d%dv%d, cr3 mfn %s%n".formatted(access, vaddr, domain, vcpu, table));
        out.append("  level  table      index  entry               flags%n".formatted());
        for (LevelView at : levels) {
            out.append(
                    "  L%d     %s  %5d  %s  %s%s%n"
                            .formatted(
                                    at.level,
                                    at.table,
                                    at.index,
                                    at.entry,
                                    String.join(" ", at.flags),
                                    at.refused ? "  <- refuses" : ""));
        }
        out.append(maddr.isEmpty() ? "  nothing is mapped%n".formatted() : "");
        if (!maddr.isEmpty()) {
            out.append("  machine address %s, mfn %s".formatted(maddr, mfn));
            out.append(pfn.isEmpty() ? ", in no p2m%n".formatted() : ", pfn %s%n".formatted(pfn));
        }
        out.append(fault.isEmpty() ? "  allowed%n".formatted() : "  %s%n".formatted(fault));
        return new WalkView(
                domain,
                vcpu,
                vaddr,
                access,
                table,
                fields,
                levels,
                maddr,
                pageBytes,
                fault,
                mfn,
                pfn,
                strip,
                out.toString().replace("\r\n", "\n"));
    }

    /// Guests run at level 3, kernel and programs alike, so every access is a user's.
    private static int bits(String access) {
        return PageWalk.USER
                | switch (access) {
                    case "write" -> PageWalk.WRITE;
                    case "fetch" -> PageWalk.FETCH;
                    default -> 0;
                };
    }

    private static List<Integer> fields(long vaddr) {
        List<Integer> fields = new ArrayList<>();
        fields.add((int) (vaddr >>> 48));
        for (int level = 4; level >= 1; level--) {
            fields.add((int) (vaddr >>> 12 + 9 * (level - 1)) & 511);
        }
        fields.add((int) vaddr & 0xfff);
        return fields;
    }

    private static List<LevelView> levels(PageWalk.Result walk, String access) {
        List<LevelView> levels = new ArrayList<>();
        for (PageWalk.Level level : walk.levels()) {
            boolean refuses = !walk.isAllowed() && refuses(level.entry(), access);
            levels.add(
                    new LevelView(
                            level.level(),
                            frameHex(level.tableMfn()),
                            level.index(),
                            hex(level.entry()),
                            flags(level.entry(), level.level()),
                            refuses));
        }
        return levels;
    }

    private static boolean refuses(long entry, String access) {
        boolean isMissing = (entry & PageWalk.P) == 0;
        return isMissing
                || (entry & PageWalk.US) == 0
                || access.equals("write") && (entry & PageWalk.RW) == 0
                || access.equals("fetch") && entry < 0;
    }

    private static List<String> flags(long entry, int level) {
        List<String> flags = new ArrayList<>();
        flags.add((entry & PageWalk.P) != 0 ? "present" : "absent");
        if ((entry & PageWalk.P) == 0) {
            return flags;
        }
        flags.add((entry & PageWalk.RW) != 0 ? "writable" : "read-only");
        flags.add((entry & PageWalk.US) != 0 ? "user" : "supervisor");
        add(flags, entry, PageWalk.ACCESSED, "accessed");
        add(flags, entry, PageWalk.DIRTY, "dirty");
        add(flags, entry, PageWalk.PS, level == 1 ? "pat" : "large");
        add(flags, entry, 1 << 8, "global");
        add(flags, entry, PageWalk.NX, "no-execute");
        return flags;
    }

    private static void add(List<String> flags, long entry, long bit, String word) {
        if ((entry & bit) != 0) {
            flags.add(word);
        }
    }

    /// Intel SDM vol. 3, 4.7.
    private static String fault(int error) {
        String what =
                (error & PageWalk.FETCH) != 0
                        ? "fetch"
                        : (error & PageWalk.WRITE) != 0 ? "write" : "read";
        String why =
                (error & PageWalk.RESERVED) != 0
                        ? "a reserved bit is set"
                        : (error & PageWalk.PRESENT) != 0
                                ? "the entry does not allow it"
                                : "the entry is not present";
        return "page fault, error code %#x: %s, because %s".formatted(error, what, why);
    }

    private static List<Pair> strip(FrameTable frames, long frame) {
        List<Pair> strip = new ArrayList<>();
        for (long at = frame - NEIGHBOURS; at <= frame + NEIGHBOURS; at++) {
            if (frames.holds(at)) {
                strip.add(
                        new Pair(
                                frameHex(at),
                                pfn(frames, at),
                                frames.owner(at),
                                frames.type(at).name().toLowerCase(Locale.ROOT)));
            }
        }
        return strip;
    }

    private static String pfn(FrameTable frames, long frame) {
        long pfn = frames.holds(frame) ? frames.pfn(frame) : FrameTable.INVALID_PFN;
        return pfn == FrameTable.INVALID_PFN ? "" : frameHex(pfn);
    }

    private static String hex(long value) {
        return "0x%016x".formatted(value);
    }

    private static String frameHex(long number) {
        return "0x%05x".formatted(number);
    }
}
