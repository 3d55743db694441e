package io.xenarium.dom0;

import io.xenarium.abi.BlockRing;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/// A request that a block front-end put into its ring, copied out of it once: what the guest writes
/// into the slot afterwards changes nothing.
///
/// @param operation what is asked for, which the response names too; for an indirect request what
///   is meant by it
/// @param isIndirect whether its segments lie in pages of their own
/// @param sector where it begins, in sectors of 512 bytes
/// @param count how many segments it has; for a discard how many sectors
record BlockRequest(
        int operation,
        boolean isIndirect,
        long id,
        long sector,
        long count,
        List<Segment> segments) {
    /// A stretch of sectors in one page of the guest.
    record Segment(int ref, int first, int last) {
        int sectors() {
            return last - first + 1;
        }

        boolean isSound() {
            return first <= last && last < 8 && ref >= 0;
        }

        static Segment at(ByteBuffer page, int at) {
            return new Segment(
                    page.getInt(at),
                    page.get(at + BlockRing.SEGMENT_FIRST) & 0xff,
                    page.get(at + BlockRing.SEGMENT_LAST) & 0xff);
        }
    }

    /// The request in a slot; of an indirect one the segments are still to be found, in the pages
    /// of [#indirectRefs].
    static BlockRequest of(ByteBuffer slot) {
        int operation = slot.get(BlockRing.OPERATION) & 0xff;
        long id = slot.getLong(BlockRing.ID);
        long sector = slot.getLong(BlockRing.SECTOR_NUMBER);
        if (operation == BlockRing.DISCARD) {
            long sectors = slot.getLong(BlockRing.DISCARD_SECTORS);
            return new BlockRequest(operation, false, id, sector, sectors, List.of());
        }
        if (operation == BlockRing.INDIRECT) {
            return new BlockRequest(
                    slot.get(BlockRing.INDIRECT_OPERATION) & 0xff,
                    true,
                    id,
                    sector,
                    slot.getShort(BlockRing.INDIRECT_NR_SEGMENTS) & 0xffff,
                    List.of());
        }
        int count = slot.get(BlockRing.NR_SEGMENTS) & 0xff;
        List<Segment> segments = new ArrayList<>();
        for (int i = 0; i < Math.min(count, BlockRing.SEGMENTS_MAX); i++) {
            segments.add(Segment.at(slot, BlockRing.SEGMENTS + i * BlockRing.SEGMENT_BYTES));
        }
        return new BlockRequest(operation, false, id, sector, count, segments);
    }

    /// The grants of the pages that hold the segments of an indirect request.
    static List<Integer> indirectRefs(ByteBuffer slot) {
        List<Integer> refs = new ArrayList<>();
        for (int i = 0; i < BlockRing.INDIRECT_PAGES_MAX; i++) {
            refs.add(slot.getInt(BlockRing.INDIRECT_GREFS + i * 4));
        }
        return refs;
    }

    BlockRequest with(List<Segment> found) {
        return new BlockRequest(operation, isIndirect, id, sector, count, List.copyOf(found));
    }

    /// Sectors of all segments together.
    int sectors() {
        return segments.stream().mapToInt(Segment::sectors).sum();
    }

    /// Whether the guest's pages are to be written to.
    boolean fillsPages() {
        return operation == BlockRing.READ;
    }

    void save(DataOutput out) throws IOException {
        out.writeByte(operation);
        out.writeBoolean(isIndirect);
        out.writeLong(id);
        out.writeLong(sector);
        out.writeLong(count);
        out.writeInt(segments.size());
        for (Segment segment : segments) {
            out.writeInt(segment.ref);
            out.writeByte(segment.first);
            out.writeByte(segment.last);
        }
    }

    static BlockRequest read(DataInput in) throws IOException {
        int operation = in.readByte();
        boolean isIndirect = in.readBoolean();
        long id = in.readLong();
        long sector = in.readLong();
        long count = in.readLong();
        List<Segment> segments = new ArrayList<>();
        for (int left = in.readInt(); left > 0; left--) {
            segments.add(new Segment(in.readInt(), in.readByte(), in.readByte()));
        }
        return new BlockRequest(operation, isIndirect, id, sector, count, segments);
    }
}
