package io.xenarium.lab07;

import io.xenarium.abi.StartInfo;
import io.xenarium.parts.DomainBuilder;
import io.xenarium.terms.Mfn;
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
        // step: 07.1 parseElfNotes(): go from note to note; keep the contents of those whose owner
        // step: isXen(), by their type; empty() where contents would reach beyond the end
        // tag::lab-07-parse-elf-notes[]
        // ? Lengths have no sign, and a long does not overflow when two of them are added.
        ByteBuffer file = ByteBuffer.wrap(notes).order(ByteOrder.LITTLE_ENDIAN);
        Map<Integer, byte[]> found = new TreeMap<>();
        long at = 0;
        while (at + NOTE_HEADER_BYTES <= notes.length) {
            long nameBytes = Integer.toUnsignedLong(file.getInt((int) at));
            long bytes = Integer.toUnsignedLong(file.getInt((int) at + 4));
            int type = file.getInt((int) at + 8);
            long name = at + NOTE_HEADER_BYTES;
            long from = name + filledUp(nameBytes);
            if (from + bytes > notes.length) {
                return Optional.empty();
            }
            if (isXen(notes, (int) name, (int) nameBytes)) {
                found.put(type, Arrays.copyOfRange(notes, (int) from, (int) (from + bytes)));
            }
            at = from + filledUp(bytes);
        }
        return Optional.of(found);
        // end::lab-07-parse-elf-notes[]
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
        // step: 07.1 number(): 4 or 8 bytes, the lowest first, without a sign; else empty()
        // tag::lab-07-number[]
        ByteBuffer little = ByteBuffer.wrap(contents).order(ByteOrder.LITTLE_ENDIAN);
        return switch (contents.length) {
            case 4 -> OptionalLong.of(Integer.toUnsignedLong(little.getInt()));
            case 8 -> OptionalLong.of(little.getLong());
            default -> OptionalLong.empty();
        };
        // end::lab-07-number[]
    }

    @Override
    public void loadSegments(List<Segment> segments, long paddrOffset) {
        // step: 07.2 loadSegments(): put() the contents of each to its paddr less paddrOffset, then
        // step: zero() the rest of its memory
        // tag::lab-07-load-segments[]
        for (Segment segment : segments) {
            long at = segment.paddr() - paddrOffset;
            int bytes = segment.contents().length;
            put(at, segment.contents());
            zero(at + bytes, segment.memoryBytes() - bytes);
        }
        // end::lab-07-load-segments[]
    }

    /// Copies bytes to an address of the guest's memory.
    private void put(long paddr, byte[] bytes) {
        // step: 07.2 put(): piece by piece, no piece beyond the end of a frame; each goes to the
        // step: machine frame that stands behind its frame of the guest
        // tag::lab-07-put[]
        int done = 0;
        while (done < bytes.length) {
            int offset = (int) ((paddr + done) % FRAME_BYTES);
            int count = Math.min(bytes.length - done, FRAME_BYTES - offset);
            platform.write(frame(paddr + done), offset, bytes, done, count);
            done += count;
        }
        // end::lab-07-put[]
    }

    /// Zeroes bytes of the guest's memory.
    private void zero(long paddr, long bytes) {
        // step: 07.2 zero(): like put(), with clear()
        // tag::lab-07-zero[]
        long done = 0;
        while (done < bytes) {
            int offset = (int) ((paddr + done) % FRAME_BYTES);
            int count = (int) Math.min(bytes - done, FRAME_BYTES - offset);
            platform.clear(frame(paddr + done), offset, count);
            done += count;
        }
        // end::lab-07-zero[]
    }

    private Mfn frame(long paddr) {
        return platform.mfn(new Pfn(paddr / FRAME_BYTES));
    }

    @Override
    public void buildP2m(Plan plan) {
        // step: 07.3 buildP2m(): for each of the pages() its mfn, 512 to a frame of p2m()
        // tag::lab-07-build-list[]
        // ? The list lies in frames of the guest, and those need not follow each other either.
        for (int pfn = 0; pfn < platform.pages(); pfn++) {
            Mfn frame = platform.mfn(plan.p2m().first().plus(pfn / ENTRIES));
            long mfn = platform.mfn(new Pfn(pfn)).value();
            platform.writeLong(frame, pfn % ENTRIES * 8, mfn);
        }
        // end::lab-07-build-list[]
    }

    @Override
    public void buildBootPageTables(Plan plan) {
        // step: 07.4 buildBootPageTables(): map() the mapped() frames from virtBase() on, writable
        // step: but for those that hold tables(); then, where there is a p2mVaddr(), the frames of
        // step: p2m() from there on, writable too, below the same L4 table, with tables from
        // step: p2mTables()
        // tag::lab-07-build-boot-page-tables[]
        Tables tables = new Tables(plan.tables().first());
        for (int i = 0; i < plan.mapped(); i++) {
            Pfn pfn = new Pfn(i);
            tables.map(plan.vaddr(pfn), pfn, !plan.tables().holds(pfn));
        }
        if (plan.p2mVaddr().isPresent()) {
            tables.next = plan.p2mTables().first();
            for (int i = 0; i < plan.p2m().frames(); i++) {
                Vaddr vaddr = plan.p2mVaddr().get().plus((long) i * FRAME_BYTES);
                tables.map(vaddr, plan.p2m().first().plus(i), true);
            }
        }
        // end::lab-07-build-boot-page-tables[]
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
            // step: 07.4 newTable(): nothing of what was left in the frame stays there
            // tag::lab-07-new-table[]
            Mfn table = platform.mfn(next);
            platform.clear(table, 0, FRAME_BYTES);
            next = next.plus(1);
            return table;
            // end::lab-07-new-table[]
        }

        /// Lets the guest see a frame of its own at an address.
        void map(Vaddr vaddr, Pfn pfn, boolean isWritable) {
            // step: 07.4 map(): go below() from the L4 table to the L1 table; its entry has the
            // step: machine frame, PRESENT and ACCESSED, and WRITABLE where it is
            // tag::lab-07-map[]
            Mfn table = top;
            for (int level = 4; level > 1; level--) {
                table = below(table, offset(vaddr, level));
            }
            long flags = PRESENT | ACCESSED | (isWritable ? WRITABLE : 0);
            platform.writeLong(table, offset(vaddr, 1), entry(platform.mfn(pfn), flags));
            // end::lab-07-map[]
        }

        /// The table that an entry names; a new one where it names none yet.
        private Mfn below(Mfn table, int offset) {
            // step: 07.4 below(): an entry for a newTable() has all five flags
            // tag::lab-07-below[]
            long entry = platform.readLong(table, offset);
            if ((entry & PRESENT) != 0) {
                return new Mfn(entry >>> 12);
            }
            Mfn below = newTable();
            long flags = PRESENT | WRITABLE | USER | ACCESSED | DIRTY;
            platform.writeLong(table, offset, entry(below, flags));
            return below;
            // end::lab-07-below[]
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
        // step: 07.5 writeStartInfo(): a page of zeros with the fields of StartInfo; machine
        // step: frames for the two rings, addresses for the tables and the list; where there is a
        // step: p2mVaddr(), which frames to keep, those of p2mTables() included; the ram disk by
        // step: tell(), where there is one; the command line, a byte for each character
        // tag::lab-07-write-start-info[]
        ByteBuffer page = ByteBuffer.allocate(FRAME_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        page.put(StartInfo.MAGIC, StartInfo.MAGIC_TEXT.getBytes(StandardCharsets.US_ASCII));
        page.putLong(StartInfo.NR_PAGES, platform.pages());
        page.putLong(StartInfo.SHARED_INFO, wires.sharedInfo().value());
        page.putLong(StartInfo.STORE_MFN, platform.mfn(plan.store()).value());
        page.putInt(StartInfo.STORE_EVTCHN, wires.store().value());
        page.putLong(StartInfo.CONSOLE_MFN, platform.mfn(plan.console()).value());
        page.putInt(StartInfo.CONSOLE_EVTCHN, wires.console().value());
        page.putLong(StartInfo.PT_BASE, plan.vaddr(plan.tables().first()).value());
        page.putLong(StartInfo.NR_PT_FRAMES, plan.tables().frames());
        page.putLong(StartInfo.MFN_LIST, p2mVaddr(plan).value());
        if (plan.p2mVaddr().isPresent()) {
            page.putLong(StartInfo.FIRST_P2M_PFN, plan.p2m().first().value());
            int frames = plan.p2m().frames() + plan.p2mTables().frames();
            page.putLong(StartInfo.NR_P2M_FRAMES, frames);
        }
        if (plan.ramdisk().bytes() > 0) {
            tell(page, plan);
        }
        page.put(StartInfo.CMD_LINE, commandLine.getBytes(StandardCharsets.ISO_8859_1));
        platform.write(platform.mfn(plan.startInfo()), 0, page.array(), 0, FRAME_BYTES);
        // end::lab-07-write-start-info[]
    }

    private static Vaddr p2mVaddr(Plan plan) {
        return plan.p2mVaddr().orElse(plan.vaddr(plan.p2m().first()));
    }

    /// Says where the ram disk is.
    private static void tell(ByteBuffer page, Plan plan) {
        // step: 07.5 tell(): its address where it is mapped; else its pfn, and a flag that says so
        // tag::lab-07-tell[]
        Ramdisk ramdisk = plan.ramdisk();
        if (ramdisk.isMapped()) {
            page.putLong(StartInfo.MOD_START, plan.vaddr(ramdisk.first()).value());
        } else {
            page.putLong(StartInfo.MOD_START, ramdisk.first().value());
            page.putInt(StartInfo.FLAGS, StartInfo.SIF_MOD_START_PFN);
        }
        page.putLong(StartInfo.MOD_LEN, ramdisk.bytes());
        // end::lab-07-tell[]
    }

    @Override
    public Context initVcpu(Plan plan) {
        // step: 07.6 initVcpu(): rip is the entry(), rsp the end of the stack() page, rsi the
        // step: startInfo() page, all as the guest sees them; interrupts on, Xen's flat segments,
        // step: and the machine frame of the L4 table
        // tag::lab-07-init-vcpu[]
        return new Context(
                plan.entry(),
                plan.vaddr(plan.stack().plus(1)),
                plan.vaddr(plan.startInfo()),
                INTERRUPT_FLAG,
                CODE,
                DATA,
                platform.mfn(plan.tables().first()));
        // end::lab-07-init-vcpu[]
    }

    /// Makes the part. Found by `ServiceLoader`.
    public static final class Maker implements DomainBuilder.Maker {
        @Override
        public DomainBuilder make(Platform platform) {
            return new GuestBuilder(platform);
        }
    }
}
