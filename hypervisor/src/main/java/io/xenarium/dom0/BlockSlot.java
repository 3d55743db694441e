package io.xenarium.dom0;

import io.xenarium.abi.BlockRing;
import io.xenarium.parts.BlockBackend.Request;
import io.xenarium.parts.BlockBackend.Segment;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/// A slot of a block ring with a request in it, copied out of the ring once: what the guest writes
/// there afterwards changes nothing.
final class BlockSlot {
    private final ByteBuffer bytes;

    BlockSlot(ByteBuffer bytes) {
        this.bytes = bytes;
    }

    /// The request that it holds; of an indirect one the segments are still to be found, in the
    /// pages of [#indirectRefs], and its operation is what is meant by it.
    Request request() {
        int operation = bytes.get(BlockRing.OPERATION) & 0xff;
        long id = bytes.getLong(BlockRing.ID);
        long sector = bytes.getLong(BlockRing.SECTOR_NUMBER);
        if (operation == BlockRing.DISCARD) {
            long sectors = bytes.getLong(BlockRing.DISCARD_SECTORS);
            return new Request(operation, id, sector, sectors, List.of());
        }
        if (isIndirect()) {
            int meant = bytes.get(BlockRing.INDIRECT_OPERATION) & 0xff;
            int count = bytes.getShort(BlockRing.INDIRECT_NR_SEGMENTS) & 0xffff;
            return new Request(meant, id, sector, count, List.of());
        }
        int count = bytes.get(BlockRing.NR_SEGMENTS) & 0xff;
        int here = Math.min(count, BlockRing.SEGMENTS_MAX);
        return new Request(operation, id, sector, count, segments(bytes, BlockRing.SEGMENTS, here));
    }

    /// Whether the segments lie in pages of their own.
    boolean isIndirect() {
        return (bytes.get(BlockRing.OPERATION) & 0xff) == BlockRing.INDIRECT;
    }

    /// The grants of the pages that hold the segments of an indirect request.
    List<Integer> indirectRefs() {
        List<Integer> refs = new ArrayList<>();
        for (int i = 0; i < BlockRing.INDIRECT_PAGES_MAX; i++) {
            refs.add(bytes.getInt(BlockRing.INDIRECT_GREFS + i * 4));
        }
        return refs;
    }

    /// `count` segments that stand one behind the other from `at`.
    static List<Segment> segments(ByteBuffer bytes, int at, int count) {
        List<Segment> segments = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int segment = at + i * BlockRing.SEGMENT_BYTES;
            segments.add(
                    new Segment(
                            bytes.getInt(segment),
                            bytes.get(segment + BlockRing.SEGMENT_FIRST) & 0xff,
                            bytes.get(segment + BlockRing.SEGMENT_LAST) & 0xff));
        }
        return segments;
    }

    static void save(Request request, DataOutput out) throws IOException {
        out.writeByte(request.operation());
        out.writeLong(request.id());
        out.writeLong(request.sector());
        out.writeLong(request.count());
        out.writeInt(request.segments().size());
        for (Segment segment : request.segments()) {
            out.writeInt(segment.ref());
            out.writeByte(segment.first());
            out.writeByte(segment.last());
        }
    }

    static Request read(DataInput in) throws IOException {
        int operation = in.readByte() & 0xff;
        long id = in.readLong();
        long sector = in.readLong();
        long count = in.readLong();
        List<Segment> segments = new ArrayList<>();
        for (int left = in.readInt(); left > 0; left--) {
            segments.add(new Segment(in.readInt(), in.readUnsignedByte(), in.readUnsignedByte()));
        }
        return new Request(operation, id, sector, count, segments);
    }
}
