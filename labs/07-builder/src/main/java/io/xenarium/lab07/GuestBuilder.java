package io.xenarium.lab07;

import io.xenarium.abi.StartInfo;
import io.xenarium.parts.DomainBuilder;
import io.xenarium.terms.Mfn;
import io.xenarium.terms.NotYet;
import io.xenarium.terms.Pfn;
import io.xenarium.terms.Vaddr;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/// Xen's builder of paravirtual domains: it lays a guest's memory, brick by brick.
///
/// 1. Addresses of the guest become frames of the machine through its list of frames alone.
/// 2. What the guest can see of its page tables, it can only read.
/// 3. Whatever a file says, nothing is read beyond its end.
///
/// Easy to get wrong: a segment's place is its *physical* address, whatever its virtual one says.
/// Xen: tools/libs/guest/xg_dom_x86.c, xen/common/libelf.
public final class GuestBuilder implements DomainBuilder {
    private static final long PRESENT = 1;
    private static final long WRITABLE = 2;
    private static final long USER = 4;
    private static final long ACCESSED = 0x20;
    private static final long DIRTY = 0x40;

    private static final int ENTRIES = 512;
    private static final int INTERRUPT_FLAG = 0x200;
    private static final int NOTE_HEADER_BYTES = 12;

    private final Platform platform;

    private GuestBuilder(Platform platform) {
        this.platform = platform;
    }

    @Override
    public Optional<Map<Integer, byte[]>> parseElfNotes(byte[] notes) {
        // Lengths have no sign, and a long does not overflow when two of them are added.
        throw new NotYet(
                "07.1",
                "parseElfNotes(): go from note to note; keep the contents of those "
                        + "whose owner isXen(), by their type; empty() where contents would "
                        + "reach beyond the end");
    }

    private static long filledUp(long bytes) {
        return bytes + 3 & -4;
    }

    /// Whether a name is "Xen". It ends with its length, or at a zero.
    private static boolean isXen(byte[] notes, int at, int bytes) {
        String name = new String(notes, at, bytes, StandardCharsets.ISO_8859_1);
        int end = name.indexOf(0);
        return name.substring(0, end < 0 ? bytes : end).equals("Xen");
    }

    @Override
    public OptionalLong number(byte[] contents) {
        throw new NotYet(
                "07.1",
                "number(): 4 or 8 bytes, the lowest first, without a sign; else "
                        + "empty()");
    }

    @Override
    public void loadSegments(List<Segment> segments, long paddrOffset) {
        throw new NotYet(
                "07.2",
                "loadSegments(): put() the contents of each to its paddr less "
                        + "paddrOffset, then zero() the rest of its memory");
    }

    /// Copies bytes to an address of the guest's memory.
    private void put(long paddr, byte[] bytes) {
        throw new NotYet(
                "07.2",
                "put(): piece by piece, no piece beyond the end of a frame; each goes "
                        + "to the machine frame that stands behind its frame of the guest");
    }

    /// Zeroes bytes of the guest's memory.
    private void zero(long paddr, long bytes) {
        throw new NotYet(
                "07.2",
                "zero(): like put(), with clear()");
    }

    private Mfn frame(long paddr) {
        return platform.mfn(new Pfn(paddr / FRAME_BYTES));
    }

    @Override
    public void buildP2m(Plan plan) {
        // The list lies in frames of the guest, and those need not follow each other either.
        throw new NotYet(
                "07.3",
                "buildP2m(): for each of the pages() its mfn, 512 to a frame of p2m()");
    }

    @Override
    public void buildBootPageTables(Plan plan) {
        throw new NotYet(
                "07.4",
                "buildBootPageTables(): map() the mapped() frames from virtBase() on, "
                        + "writable but for those that hold tables(); then, where there is a "
                        + "p2mVaddr(), the frames of p2m() from there on, writable too, below "
                        + "the same L4 table, with tables from p2mTables()");
    }

    /// The page tables while they are being written. Lives for one call.
    private final class Tables {
        private Pfn next;
        private final Mfn top;

        /// The L4 table is the first.
        Tables(Pfn first) {
            next = first;
            top = newTable();
        }

        /// An empty table in the next frame.
        private Mfn newTable() {
            throw new NotYet(
                    "07.4",
                    "newTable(): nothing of what was left in the frame stays there");
        }

        /// Lets the guest see a frame of its own at an address.
        void map(Vaddr vaddr, Pfn pfn, boolean isWritable) {
            throw new NotYet(
                    "07.4",
                    "map(): go below() from the L4 table to the L1 table; its entry "
                            + "has the machine frame, PRESENT and ACCESSED, and WRITABLE where "
                            + "it is");
        }

        /// The table that an entry names; a new one where it names none yet.
        private Mfn below(Mfn table, int offset) {
            throw new NotYet(
                    "07.4",
                    "below(): an entry for a newTable() has all five flags");
        }
    }

    private static long entry(Mfn frame, long flags) {
        return frame.value() << 12 | flags;
    }

    /// Where in a table of `level` the entry for an address is.
    private static int offset(Vaddr vaddr, int level) {
        return (int) (vaddr.value() >>> 12 + 9 * (level - 1) & ENTRIES - 1) * 8;
    }

    @Override
    public void writeStartInfo(Plan plan, Wires wires, String commandLine) {
        throw new NotYet(
                "07.5",
                "writeStartInfo(): a page of zeros with the fields of StartInfo; "
                        + "machine frames for the two rings, addresses for the tables and the "
                        + "list; where there is a p2mVaddr(), which frames to keep, those of "
                        + "p2mTables() included; the ram disk by tell(), where there is one; "
                        + "the command line, a byte for each character");
    }

    private static Vaddr p2mVaddr(Plan plan) {
        return plan.p2mVaddr().orElse(plan.vaddr(plan.p2m().first()));
    }

    /// Says where the ram disk is.
    private static void tell(ByteBuffer page, Plan plan) {
        throw new NotYet(
                "07.5",
                "tell(): its address where it is mapped; else its pfn, and a flag "
                        + "that says so");
    }

    @Override
    public Context initVcpu(Plan plan) {
        throw new NotYet(
                "07.6",
                "initVcpu(): rip is the entry(), rsp the end of the stack() page, rsi "
                        + "the startInfo() page, all as the guest sees them; interrupts on, "
                        + "Xen's flat segments, and the machine frame of the L4 table");
    }

    /// Makes the part. Found by `ServiceLoader`.
    public static final class Maker implements DomainBuilder.Maker {
        @Override
        public DomainBuilder make(Platform platform) {
            return new GuestBuilder(platform);
        }
    }
}
