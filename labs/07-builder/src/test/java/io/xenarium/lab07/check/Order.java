package io.xenarium.lab07.check;

import io.xenarium.machine.Dice;
import io.xenarium.parts.DomainBuilder;
import io.xenarium.parts.DomainBuilder.Area;
import io.xenarium.parts.DomainBuilder.Plan;
import io.xenarium.parts.DomainBuilder.Ramdisk;
import io.xenarium.parts.DomainBuilder.Wires;
import io.xenarium.terms.Maddr;
import io.xenarium.terms.Pfn;
import io.xenarium.terms.Port;
import io.xenarium.terms.Vaddr;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A domain that somebody wants to have, and the plan for it.
///
/// @param kernel how many frames the kernel takes
/// @param p2mVaddr where it wants the list of its frames; 0 where it does not say
/// @param isUnmapped whether it can do with a ram disk that is not mapped
record Order(
        int pages,
        int kernel,
        long virtBase,
        long p2mVaddr,
        long ramdiskBytes,
        boolean isUnmapped,
        String line) {
    private static final int FRAME = DomainBuilder.FRAME_BYTES;
    private static final long HIGH = 0xffff_ffff_8000_0000L;
    private static final long MAPPING_STEP = 4L << 20;
    private static final long SLACK = 512L << 10;

    /// Debian's kernel for clouds in 256 MiB, with a small ram disk.
    static Order debian() {
        String line = "console=hvc0 root=/dev/xvda";
        return new Order(65536, 0x3e00, HIGH, 0x80_0000_0000L, 0x1e43dc, true, line);
    }

    /// A kernel that says nothing about its list and its ram disk, seen from address 0, as GRUB is.
    static Order grub() {
        return new Order(4096, 0x205, 0, 0, 70_000, false, "");
    }

    /// A plan for no domain: all that lies there was loaded.
    static Plan nothing() {
        Area none = area(0, 0);
        Pfn nowhere = new Pfn(1L << 40);
        return new Plan(
                new Vaddr(0),
                new Vaddr(0),
                0,
                none,
                Optional.empty(),
                none,
                nowhere,
                nowhere,
                nowhere,
                none,
                nowhere,
                new Ramdisk(nowhere, 0, true));
    }

    /// Small domains of all kinds.
    static List<Order> random(long seed, int count) {
        Dice dice = new Dice(seed);
        List<Order> orders = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            long[] bases = {HIGH, 0, 0xffff_8800_0000_0000L, 0x4000_0000L - (4L << 20)};
            boolean hasPlace = dice.below(2) == 0;
            orders.add(
                    new Order(
                            2048 + dice.below(3000),
                            1 + dice.below(400),
                            bases[dice.below(bases.length)],
                            hasPlace ? 0x80_0000_0000L + ((long) dice.below(600) << 21) : 0,
                            dice.below(3) == 0 ? 0 : 1 + dice.below(300_000),
                            hasPlace && dice.below(3) > 0,
                            "seed=" + dice.below(1000)));
        }
        return orders;
    }

    /// The ends of its wires.
    Wires wires() {
        return new Wires(new Maddr(0x7_7000L), new Port(1), new Port(2));
    }

    /// Where everything is to lie, in the order of public/xen.h.
    Plan plan() {
        int ramdisk = frames(ramdiskBytes);
        int list = frames(pages * 8L);
        int next = kernel;
        int ramdiskAt = next;
        next += isUnmapped ? 0 : ramdisk;
        int listAt = next;
        next += p2mVaddr == 0 ? list : 0;
        int startInfo = next;
        int tablesAt = next + 3;
        int tables = 0;
        int mapped = 0;
        for (int needed = 1; needed > tables; needed = tables(virtBase, mapped)) {
            tables = needed;
            long end = virtBase + (tablesAt + tables + 1L) * FRAME + SLACK;
            mapped = (int) (((end + MAPPING_STEP - 1 & -MAPPING_STEP) - virtBase) / FRAME);
        }
        next = mapped;
        ramdiskAt = isUnmapped ? next : ramdiskAt;
        next += isUnmapped ? ramdisk : 0;
        listAt = p2mVaddr == 0 ? listAt : next;
        int listTables = p2mVaddr == 0 ? 0 : tables(p2mVaddr, list) - 1;
        return new Plan(
                new Vaddr(virtBase + 0x1c0),
                new Vaddr(virtBase),
                Math.min(mapped, pages),
                area(listAt, list),
                p2mVaddr == 0 ? Optional.empty() : Optional.of(new Vaddr(p2mVaddr)),
                area(listAt + list, listTables),
                new Pfn(startInfo),
                new Pfn(startInfo + 1L),
                new Pfn(startInfo + 2L),
                area(tablesAt, tables),
                new Pfn(tablesAt + tables),
                new Ramdisk(new Pfn(ramdiskAt), ramdiskBytes, !isUnmapped));
    }

    private static Area area(int first, int frames) {
        return new Area(new Pfn(first), frames);
    }

    private static int frames(long bytes) {
        return (int) ((bytes + FRAME - 1) / FRAME);
    }

    /// How many tables of all levels show `frames` frames from an address on.
    private static int tables(long vaddr, int frames) {
        int count = 1;
        for (int shift = 21; shift <= 39; shift += 9) {
            long last = vaddr + (frames - 1L) * FRAME;
            count += (int) ((last >>> shift) - (vaddr >>> shift)) + 1;
        }
        return count;
    }

    @Override
    public String toString() {
        return "%,d frames, kernel of %,d seen from 0x%x, list %s, ram disk of %,d bytes %s"
                .formatted(
                        pages,
                        kernel,
                        virtBase,
                        p2mVaddr == 0 ? "among them" : "at 0x%x".formatted(p2mVaddr),
                        ramdiskBytes,
                        isUnmapped ? "not mapped" : "mapped");
    }
}
