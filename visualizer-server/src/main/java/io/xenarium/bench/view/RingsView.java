package io.xenarium.bench.view;

import io.xenarium.abi.ConsoleRing;
import io.xenarium.abi.StartInfo;
import io.xenarium.abi.StoreRing;
import io.xenarium.machine.Memory;
import io.xenarium.toolstack.Host;
import io.xenarium.toolstack.Refused;
import io.xenarium.xen.Domain;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// The rings that a guest shares with domain 0: two of bytes for its console, two for the XenStore,
/// and one of requests and responses for each disk. Each has a producer and a consumer, whose
/// indices run freely; the place in the ring is the index modulo the size (public/io/console.h,
/// public/io/xs_wire.h).
public record RingsView(int domain, List<RingView> rings, List<BlockRingView> disks, String text) {
    /// One ring.
    ///
    /// @param name which, as the ABI calls it
    /// @param mfn the frame that holds it
    /// @param bytes its size
    /// @param prod the producer's index
    /// @param cons the consumer's
    /// @param filled bytes between the two: produced and not yet consumed
    /// @param producer who writes
    /// @param sound whether the distance is possible; a hostile guest can write anything
    /// @param recent the bytes before the producer's index, as printable text
    public record RingView(
            String name,
            String mfn,
            int bytes,
            long prod,
            long cons,
            long filled,
            String producer,
            boolean sound,
            String recent) {}

    private static final int RECENT = 96;

    /// The rings of the domain in focus.
    static RingsView of(Scene scene, Focus focus) {
        Domain domain = focus.domain(scene.host());
        List<RingView> rings = new ArrayList<>();
        String base = "/local/domain/" + domain.id().value();
        frame(scene.host(), base + "/console/ring-ref")
                .ifPresent(mfn -> addConsole(rings, scene.host().machine().memory(), mfn));
        frame(scene.host(), base + "/store/ring-ref")
                .ifPresent(mfn -> addStore(rings, scene.host().machine().memory(), mfn));
        if (rings.isEmpty()) {
            throw new Refused("Domain %d shares no ring.".formatted(domain.id().value()));
        }
        List<BlockRingView> disks = BlockRingView.all(scene, domain);
        StringBuilder text = new StringBuilder(text(domain, rings));
        disks.forEach(disk -> text.append(disk.text()));
        return new RingsView(domain.id().value(), rings, disks, text.toString());
    }

    private static java.util.Optional<Long> frame(Host host, String path) {
        return host.store()
                .read(path)
                .filter(text -> text.matches("\\d{1,9}"))
                .map(Long::valueOf)
                .filter(host.machine().memory()::holds);
    }

    private static void addConsole(List<RingView> rings, Memory memory, long mfn) {
        long page = mfn << 12;
        rings.add(
                ring(
                        memory,
                        "console out",
                        page,
                        new Shape(
                                ConsoleRing.OUT,
                                ConsoleRing.OUT_BYTES,
                                ConsoleRing.OUT_PROD,
                                ConsoleRing.OUT_CONS),
                        "guest"));
        rings.add(
                ring(
                        memory,
                        "console in",
                        page,
                        new Shape(
                                ConsoleRing.IN,
                                ConsoleRing.IN_BYTES,
                                ConsoleRing.IN_PROD,
                                ConsoleRing.IN_CONS),
                        "dom0"));
    }

    private static void addStore(List<RingView> rings, Memory memory, long mfn) {
        long page = mfn << 12;
        rings.add(
                ring(
                        memory,
                        "xenstore requests",
                        page,
                        new Shape(
                                StoreRing.REQ,
                                StoreRing.BYTES,
                                StoreRing.REQ_PROD,
                                StoreRing.REQ_CONS),
                        "guest"));
        rings.add(
                ring(
                        memory,
                        "xenstore replies",
                        page,
                        new Shape(
                                StoreRing.RSP,
                                StoreRing.BYTES,
                                StoreRing.RSP_PROD,
                                StoreRing.RSP_CONS),
                        "dom0"));
    }

    /// Where a ring's bytes and indices lie in its page.
    private record Shape(int at, int bytes, int prod, int cons) {}

    private static RingView ring(
            Memory memory, String name, long page, Shape shape, String producer) {
        int prod = memory.getInt(page + shape.prod);
        int cons = memory.getInt(page + shape.cons);
        long filled = Integer.toUnsignedLong(prod - cons);
        return new RingView(
                name,
                "0x%05x".formatted(page >>> 12),
                shape.bytes,
                Integer.toUnsignedLong(prod),
                Integer.toUnsignedLong(cons),
                filled,
                producer,
                filled <= shape.bytes,
                recent(memory, page + shape.at, shape.bytes, prod));
    }

    private static String recent(Memory memory, long at, int bytes, int prod) {
        int count = (int) Math.min(Math.min(RECENT, bytes), Integer.toUnsignedLong(prod));
        byte[] found = new byte[count];
        for (int i = 0; i < count; i++) {
            found[i] = memory.getByte(at + (prod - count + i & bytes - 1));
        }
        return new String(found, StandardCharsets.ISO_8859_1)
                .codePoints()
                .map(letter -> letter < 32 || letter >= 127 ? '·' : letter)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    private static String text(Domain domain, List<RingView> rings) {
        StringBuilder out = new StringBuilder();
        out.append(
                "Rings of domain %d (start_info page names their frames at %d and %d)\n"
                        .formatted(
                                domain.id().value(), StartInfo.CONSOLE_MFN, StartInfo.STORE_MFN));
        out.append("ring               mfn       size  producer       prod       cons  filled\n");
        for (RingView ring : rings) {
            out.append(
                    "%-18s %s  %4d  %-8s %10d %10d  %6d%s\n"
                            .formatted(
                                    ring.name,
                                    ring.mfn,
                                    ring.bytes,
                                    ring.producer,
                                    ring.prod,
                                    ring.cons,
                                    ring.filled,
                                    ring.sound ? "" : "  impossible"));
            out.append("    …").append(ring.recent).append('\n');
        }
        return out.toString();
    }
}
