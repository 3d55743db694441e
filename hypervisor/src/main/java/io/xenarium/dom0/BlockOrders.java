package io.xenarium.dom0;

import io.xenarium.abi.BlockRing;
import io.xenarium.machine.Memory;
import io.xenarium.machine.device.Disk;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/// What a back-end makes of a request: whether it will do, and what the disk is asked.
final class BlockOrders {
    /// Segments of an indirect request at the most: a megabyte.
    static final int INDIRECT_MAX = 256;

    private static final int SEGMENTS_IN_PAGE = Memory.FRAME_BYTES / BlockRing.SEGMENT_BYTES;

    private final Disk disk;
    private final boolean isReadOnly;

    BlockOrders(Disk disk, boolean isReadOnly) {
        this.disk = disk;
        this.isReadOnly = isReadOnly;
    }

    /// An indirect request with its segments, read once out of the pages that hold them; without
    /// any where they cannot be read.
    BlockRequest withSegments(
            BlockRequest request, ByteBuffer slot, GuestPages pages, Memory memory) {
        List<BlockRequest.Segment> found = new ArrayList<>();
        if (request.count() > INDIRECT_MAX) {
            return request;
        }
        List<Integer> refs = BlockRequest.indirectRefs(slot);
        for (int page = 0; found.size() < request.count(); page++) {
            int ref = refs.get(page);
            int handle = ref < 0 ? -1 : pages.map(ref, true);
            if (handle < 0) {
                return request;
            }
            byte[] bytes = new byte[Memory.FRAME_BYTES];
            memory.read(pages.maddr(handle), bytes);
            pages.release(ref, handle);
            ByteBuffer segments = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
            for (int i = 0; i < SEGMENTS_IN_PAGE && found.size() < request.count(); i++) {
                found.add(BlockRequest.Segment.at(segments, i * BlockRing.SEGMENT_BYTES));
            }
        }
        return request.with(found);
    }

    /// Whether a request will do: [BlockRing#OKAY], or what it is answered.
    int verdict(BlockRequest request) {
        boolean writes = request.operation() != BlockRing.READ;
        return switch (request.operation()) {
            case BlockRing.READ, BlockRing.WRITE, BlockRing.WRITE_BARRIER ->
                    isSound(request, 1) && !(writes && isReadOnly)
                            ? BlockRing.OKAY
                            : BlockRing.ERROR;
            case BlockRing.FLUSH_DISKCACHE ->
                    isSound(request, 0) && (request.count() == 0 || !isReadOnly)
                            ? BlockRing.OKAY
                            : BlockRing.ERROR;
            case BlockRing.DISCARD ->
                    !isReadOnly && isOnDisk(request.sector(), request.count())
                            ? BlockRing.OKAY
                            : BlockRing.ERROR;
            default -> BlockRing.NOT_SUPPORTED;
        };
    }

    private boolean isSound(BlockRequest request, int segmentsMin) {
        return request.segments().size() == request.count()
                && request.count() >= segmentsMin
                && request.segments().stream().allMatch(BlockRequest.Segment::isSound)
                && (request.count() == 0 || isOnDisk(request.sector(), request.sectors()));
    }

    private boolean isOnDisk(long sector, long count) {
        return count >= 0
                && count <= disk.sectors()
                && sector >= 0
                && sector <= disk.sectors() - count;
    }

    /// What the disk is asked for a request that will do.
    ///
    /// @param maddrs where the pages of its segments lie in the machine
    Disk.Request order(long tag, BlockRequest request, long[] maddrs, Memory memory) {
        boolean isDiscard = request.operation() == BlockRing.DISCARD;
        Disk.Kind kind =
                switch (request.operation()) {
                    case BlockRing.READ -> Disk.Kind.READ;
                    case BlockRing.WRITE -> Disk.Kind.WRITE;
                    case BlockRing.DISCARD -> Disk.Kind.DISCARD;
                    case BlockRing.FLUSH_DISKCACHE ->
                            request.count() == 0 ? Disk.Kind.FLUSH : Disk.Kind.BARRIER;
                    default -> Disk.Kind.BARRIER;
                };
        boolean carries = kind == Disk.Kind.WRITE || kind == Disk.Kind.BARRIER;
        byte[] data = carries ? gather(request, maddrs, memory) : new byte[0];
        long sectors = isDiscard ? request.count() : request.sectors();
        return new Disk.Request(
                tag, kind, kind == Disk.Kind.FLUSH ? 0 : request.sector(), sectors, data);
    }

    private static byte[] gather(BlockRequest request, long[] maddrs, Memory memory) {
        byte[] data = new byte[request.sectors() * Disk.SECTOR_BYTES];
        int at = 0;
        for (int i = 0; i < maddrs.length; i++) {
            BlockRequest.Segment segment = request.segments().get(i);
            byte[] piece = new byte[segment.sectors() * Disk.SECTOR_BYTES];
            memory.read(maddrs[i] + segment.first() * (long) Disk.SECTOR_BYTES, piece);
            System.arraycopy(piece, 0, data, at, piece.length);
            at += piece.length;
        }
        return data;
    }

    /// Puts what was read into the guest's pages.
    static void scatter(BlockRequest request, long[] maddrs, byte[] data, Memory memory) {
        int at = 0;
        for (int i = 0; i < maddrs.length; i++) {
            BlockRequest.Segment segment = request.segments().get(i);
            int bytes = segment.sectors() * Disk.SECTOR_BYTES;
            memory.write(
                    maddrs[i] + segment.first() * (long) Disk.SECTOR_BYTES,
                    java.util.Arrays.copyOfRange(data, at, at + bytes));
            at += bytes;
        }
    }
}
