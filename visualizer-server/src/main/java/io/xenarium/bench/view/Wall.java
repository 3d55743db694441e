package io.xenarium.bench.view;

import io.xenarium.abi.StartInfo;
import io.xenarium.abi.StoreRing;
import io.xenarium.bench.view.BuilderView.Brick;
import io.xenarium.machine.Memory;
import io.xenarium.parts.DomainBuilder.Area;
import io.xenarium.parts.DomainBuilder.Plan;
import io.xenarium.terms.Pfn;
import io.xenarium.terms.Vaddr;
import io.xenarium.toolstack.Blueprint;
import io.xenarium.toolstack.Host;
import io.xenarium.trace.MemoryEvent.FrameType;
import io.xenarium.xen.Domain;
import io.xenarium.xen.FrameTable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/// The bricks of a domain's memory, and what is so of each now.
final class Wall {
    private static final int LISTED = 3;
    private static final long NONE = -1;
    private static final String ELSE = "used for something else";

    private final Memory memory;
    private final FrameTable frames;
    private final Blueprint blueprint;
    private final Plan plan;
    private final List<Brick> bricks = new ArrayList<>();
    private final long[] mfns;
    private int step;

    Wall(Host host, Domain domain, Blueprint blueprint) {
        this.blueprint = blueprint;
        plan = blueprint.plan();
        memory = host.machine().memory();
        frames = host.hypervisor().frames();
        mfns = new long[blueprint.pages()];
        Arrays.fill(mfns, NONE);
        for (long mfn = 0; mfn < frames.frames(); mfn++) {
            long pfn = frames.isOwnedBy(mfn, domain.id()) ? frames.pfn(mfn) : NONE;
            if (pfn >= 0 && pfn < mfns.length) {
                mfns[(int) pfn] = mfn;
            }
        }
    }

    /// The machine frame behind a frame of the domain now, [#NONE] where there is none.
    private long mfn(Pfn pfn) {
        return mfns[(int) pfn.value()];
    }

    /// How many bytes the guest has written into the XenStore's ring.
    long asked() {
        long mfn = mfn(plan.store());
        return mfn == NONE ? 0 : memory.getInt((mfn << 12) + StoreRing.REQ_PROD) & 0xffff_ffffL;
    }

    /// All of them, in the order of their frames; steps are counted in the order of laying.
    List<Brick> bricks() {
        for (Blueprint.Stretch each : blueprint.kernel()) {
            Area area = new Area(each.first(), each.frames());
            String how =
                    "%,d bytes come from the file, %,d are zeros"
                            .formatted(each.fileBytes(), each.memoryBytes() - each.fileBytes());
            lay("kernel", "kernel", area, hex(each.vaddr()), how, "");
        }
        if (plan.ramdisk().bytes() > 0) {
            int count = (int) ((plan.ramdisk().bytes() + 4095) / 4096);
            String how = "copied, %,d bytes".formatted(plan.ramdisk().bytes());
            Area area = new Area(plan.ramdisk().first(), count);
            lay("ramdisk", "ram disk", area, seen(area, plan.ramdisk().isMapped()), how, "");
        }
        String listAt =
                plan.p2mVaddr().map(Wall::hex).orElseGet(() -> hex(plan.vaddr(plan.p2m().first())));
        String entries = "for each pfn its machine frame, %,d entries".formatted(blueprint.pages());
        lay("list", "list of frames", plan.p2m(), listAt, entries, listed());
        one("info", "start_info", plan.startInfo(), "told where everything is", told());
        one("ring", "XenStore ring", plan.store(), "left empty", "");
        one("ring", "console ring", plan.console(), "left empty", "");
        tables(plan.tables(), seen(plan.tables(), true));
        if (plan.p2mTables().frames() > 0) {
            tables(plan.p2mTables(), "");
        }
        one("stack", "stack", plan.stack(), "rsp is set to its end", "");
        bricks.add(room());
        bricks.sort(Comparator.comparingLong(Brick::first));
        return bricks;
    }

    private void one(String kind, String name, Pfn pfn, String how, String now) {
        Area area = new Area(pfn, 1);
        lay(kind, name, area, seen(area, true), how, now);
    }

    private void lay(String kind, String name, Area area, String seen, String how, String now) {
        step++;
        bricks.add(brick(step, kind, name, area, seen, how, now));
    }

    private static Brick brick(
            int step, String kind, String name, Area area, String seen, String how, String now) {
        long first = area.first().value();
        long last = first + Math.max(area.frames(), 1) - 1;
        String pfns = first == last ? "0x%x".formatted(first) : "0x%x–0x%x".formatted(first, last);
        return new Brick(step, kind, name, first, area.frames(), pfns, seen, how, now);
    }

    /// The frames behind the stack that are seen and hold nothing.
    private Brick room() {
        Pfn first = plan.stack().plus(1);
        Area area = new Area(first, (int) (plan.mapped() - first.value()));
        String how = "room that the guest sees before it has an allocator";
        return brick(0, "room", "room", area, seen(area, true), how, "");
    }

    private void tables(Area area, String seen) {
        int[] counts = new int[FrameType.values().length];
        for (int i = 0; i < area.frames(); i++) {
            long mfn = mfn(area.first().plus(i));
            if (mfn != NONE && frames.typeCount(mfn) > 0) {
                counts[frames.type(mfn).ordinal()]++;
            }
        }
        List<String> words = new ArrayList<>();
        for (FrameType type : FrameType.values()) {
            if (counts[type.ordinal()] > 0 && type.name().matches("L[1-4]")) {
                words.add(counts[type.ordinal()] + " of type " + type);
            }
        }
        String now = words.isEmpty() ? "no page tables any more" : String.join(", ", words);
        lay("table", "page tables", area, seen, "mapped for reading only, if at all", now);
    }

    /// The first entries of the list, as they stand in memory, where it still is one.
    private String listed() {
        long mfn = mfn(plan.p2m().first());
        if (mfn == NONE || memory.getLong(mfn << 12) != mfn(new Pfn(0))) {
            return ELSE;
        }
        StringBuilder words = new StringBuilder();
        for (int pfn = 0; pfn < LISTED; pfn++) {
            words.append("%d → mfn 0x%x, ".formatted(pfn, memory.getLong((mfn << 12) + pfn * 8)));
        }
        return words + "…";
    }

    /// A few fields of start_info, where it still is one.
    private String told() {
        long mfn = mfn(plan.startInfo());
        if (mfn == NONE) {
            return ELSE;
        }
        long page = mfn << 12;
        byte[] magic = new byte[StartInfo.MAGIC_TEXT.length()];
        memory.read(page, magic);
        String text = new String(magic, java.nio.charset.StandardCharsets.US_ASCII);
        return text.equals(StartInfo.MAGIC_TEXT)
                ? "%s, %,d pages, console: mfn 0x%x, port %d"
                        .formatted(
                                text,
                                memory.getLong(page + StartInfo.NR_PAGES),
                                memory.getLong(page + StartInfo.CONSOLE_MFN),
                                memory.getInt(page + StartInfo.CONSOLE_EVTCHN))
                : ELSE;
    }

    private String seen(Area area, boolean isMapped) {
        return isMapped ? hex(plan.vaddr(area.first())) : "";
    }

    private static String hex(Vaddr vaddr) {
        return "0x%x".formatted(vaddr.value());
    }
}
