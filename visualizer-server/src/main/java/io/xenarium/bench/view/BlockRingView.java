package io.xenarium.bench.view;

import io.xenarium.abi.BlockRing;
import io.xenarium.machine.Memory;
import io.xenarium.toolstack.Host;
import io.xenarium.trace.RingEvent;
import io.xenarium.trace.XenEvent;
import io.xenarium.xen.Domain;
import io.xenarium.xen.GrantTable;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The ring between a guest's block driver and the back-end of a disk, as it lies in the pages that
/// the guest granted (public/io/ring.h, public/io/blkif.h): slots that hold a request on the way in
/// and a response on the way back.
///
/// What is published are two indices that run freely and two marks that say from which index on the
/// other side wants to be told. How far each side has read is its own affair: for the back-end,
/// events tell.
///
/// @param name of the device, such as `51712`
/// @param mfns the frames that hold it
/// @param slots how many requests it holds
/// @param reqCons how many requests the back-end has taken, −1 where no event tells
/// @param inFlight requests without a response
/// @param sound whether that is possible; a hostile guest can write anything
/// @param newest the newest slots, the newest last
public record BlockRingView(
        String name,
        List<String> mfns,
        int slots,
        long reqProd,
        long reqEvent,
        long rspProd,
        long rspEvent,
        long reqCons,
        long inFlight,
        boolean sound,
        List<Slot> newest) {
    /// What a slot holds.
    ///
    /// @param index the index under which it was published last, running freely
    /// @param place its place in the ring
    /// @param isRequest whether it waits for its response
    /// @param words the request or the response in words
    /// @param segments of a request: grants, with the sectors of the page that they are about
    public record Slot(
            long index,
            int place,
            boolean isRequest,
            long id,
            String words,
            List<String> segments) {}

    private static final int NEWEST = 16;
    private static final int LOOK_BACK = 2_000;
    private static final int ORDER_MAX = 4;

    /// The rings of all disks of `domain` that are connected.
    static List<BlockRingView> all(Scene scene, Domain domain) {
        List<BlockRingView> rings = new ArrayList<>();
        String devices = "/local/domain/%d/device/vbd".formatted(domain.id().value());
        for (String name : scene.host().store().list(devices)) {
            List<Long> mfns = frames(scene.host(), domain, devices + "/" + name);
            if (!mfns.isEmpty()) {
                Ring ring = new Ring(scene.host().machine().memory(), mfns);
                rings.add(of(name, ring, taken(scene, domain)));
            }
        }
        return rings;
    }

    /// The frames that the front-end has granted for its ring; none where it has not yet, or has
    /// granted what there is not.
    private static List<Long> frames(Host host, Domain domain, String front) {
        boolean isSingle = host.store().read(front + "/ring-page-order").isEmpty();
        int order = isSingle ? 0 : number(host, front + "/ring-page-order");
        List<Long> mfns = new ArrayList<>();
        for (int i = 0; order >= 0 && order <= ORDER_MAX && i < 1 << order; i++) {
            int ref = number(host, front + (isSingle ? "/ring-ref" : "/ring-ref" + i));
            GrantTable grants = domain.grants();
            if (ref < 0 || ref >= grants.entries() || grants.flags(ref) == 0) {
                return List.of();
            }
            long mfn = grants.entryFrame(ref);
            if (!host.machine().memory().holds(mfn)) {
                return List.of();
            }
            mfns.add(mfn);
        }
        return mfns;
    }

    private static int number(Host host, String path) {
        Optional<String> text = host.store().read(path).filter(it -> it.matches("\\d{1,9}"));
        return text.map(Integer::parseInt).orElse(-1);
    }

    /// How many requests the back-end has taken by the newest event that tells.
    private static long taken(Scene scene, Domain domain) {
        long taken = -1;
        for (XenEvent event : scene.past().range(Math.max(1, scene.t() - LOOK_BACK), scene.t())) {
            boolean tells =
                    event instanceof RingEvent.Moved moved
                            && moved.ring() == RingEvent.Ring.BLOCK
                            && moved.fromGuest()
                            && moved.subject().equals(domain.id());
            if (tells) {
                taken = Integer.toUnsignedLong(((RingEvent.Moved) event).index());
            }
        }
        return taken;
    }

    private static BlockRingView of(String name, Ring ring, long taken) {
        long requests = ring.index(BlockRing.REQ_PROD);
        long responses = ring.index(BlockRing.RSP_PROD);
        long inFlight = Integer.toUnsignedLong((int) (requests - responses));
        boolean isSound = inFlight <= ring.slots();
        List<Slot> newest = new ArrayList<>();
        for (long index = Math.max(0, requests - NEWEST); isSound && index < requests; index++) {
            newest.add(ring.slot(index, index >= responses));
        }
        return new BlockRingView(
                name,
                ring.mfns.stream().map("0x%05x"::formatted).toList(),
                ring.slots(),
                requests,
                ring.index(BlockRing.REQ_EVENT),
                responses,
                ring.index(BlockRing.RSP_EVENT),
                taken,
                inFlight,
                isSound,
                newest);
    }

    /// The same as text.
    String text() {
        StringBuilder out = new StringBuilder();
        out.append(
                "disk %s: %d slots in mfn %s, req_prod %d, rsp_prod %d, in flight %d%s\n"
                        .formatted(
                                name,
                                slots,
                                String.join(" ", mfns),
                                reqProd,
                                rspProd,
                                inFlight,
                                sound ? "" : " (impossible)"));
        out.append(
                "    req_cons %s, req_event %d, rsp_event %d\n"
                        .formatted(reqCons < 0 ? "unknown" : "" + reqCons, reqEvent, rspEvent));
        for (Slot slot : newest) {
            out.append(
                    "    %6d [%2d] %-8s id %-4d %s %s\n"
                            .formatted(
                                    slot.index,
                                    slot.place,
                                    slot.isRequest ? "request" : "response",
                                    slot.id,
                                    slot.words,
                                    String.join(", ", slot.segments)));
        }
        return out.toString();
    }

    /// The pages as one piece of memory.
    private record Ring(Memory memory, List<Long> mfns) {
        private static final List<String> OPERATIONS =
                List.of("read", "write", "write barrier", "flush", "reserved", "discard");

        int slots() {
            return BlockRing.slots(mfns.size());
        }

        long at(long offset) {
            return (mfns.get((int) (offset >>> 12)) << 12) + (offset & 0xfff);
        }

        long index(int field) {
            return Integer.toUnsignedLong(memory.getInt(at(field)));
        }

        int byteAt(long offset) {
            return memory.getByte(at(offset)) & 0xff;
        }

        Slot slot(long index, boolean isRequest) {
            int place = (int) (index & slots() - 1);
            long slot = BlockRing.SLOTS + (long) place * BlockRing.SLOT_BYTES;
            return isRequest ? request(index, place, slot) : response(index, place, slot);
        }

        private Slot response(long index, int place, long slot) {
            int status = memory.getShort(at(slot + BlockRing.RESPONSE_STATUS));
            String words =
                    switch (status) {
                        case BlockRing.OKAY -> "okay";
                        case BlockRing.ERROR -> "error";
                        case BlockRing.NOT_SUPPORTED -> "not supported";
                        default -> "status " + status;
                    };
            return new Slot(
                    index,
                    place,
                    false,
                    memory.getLong(at(slot)),
                    operation(byteAt(slot + BlockRing.RESPONSE_OPERATION)) + ": " + words,
                    List.of());
        }

        private Slot request(long index, int place, long slot) {
            int operation = byteAt(slot + BlockRing.OPERATION);
            boolean isIndirect = operation == BlockRing.INDIRECT;
            int count =
                    isIndirect
                            ? memory.getShort(at(slot + BlockRing.INDIRECT_NR_SEGMENTS)) & 0xffff
                            : byteAt(slot + BlockRing.NR_SEGMENTS);
            String what =
                    isIndirect
                            ? operation(byteAt(slot + BlockRing.INDIRECT_OPERATION)) + ", indirect"
                            : operation(operation);
            List<String> segments = new ArrayList<>();
            for (int i = 0; !isIndirect && i < Math.min(count, BlockRing.SEGMENTS_MAX); i++) {
                long segment = slot + BlockRing.SEGMENTS + (long) i * BlockRing.SEGMENT_BYTES;
                segments.add(
                        "ref %d [%d–%d]"
                                .formatted(
                                        memory.getInt(at(segment)),
                                        byteAt(segment + BlockRing.SEGMENT_FIRST),
                                        byteAt(segment + BlockRing.SEGMENT_LAST)));
            }
            return new Slot(
                    index,
                    place,
                    true,
                    memory.getLong(at(slot + BlockRing.ID)),
                    "%s sector %d, %d segments"
                            .formatted(
                                    what,
                                    memory.getLong(at(slot + BlockRing.SECTOR_NUMBER)),
                                    count),
                    segments);
        }

        private static String operation(int number) {
            if (number == BlockRing.INDIRECT) {
                return "indirect";
            }
            return number < OPERATIONS.size() ? OPERATIONS.get(number) : "operation " + number;
        }
    }
}
