package io.xenarium.dom0;

import io.xenarium.abi.BlockRing;
import io.xenarium.machine.Memory;
import io.xenarium.machine.device.Disk;
import io.xenarium.parts.BlockBackend.Request;
import io.xenarium.parts.BlockBackend.Segment;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// The bytes of block requests, in the pages of the guest: the segments of indirect ones, what is
/// to be written, and what was read.
final class BlockData {
    /// Segments of an indirect request at the most: a megabyte.
    static final int INDIRECT_MAX = 256;

    private static final int SEGMENTS_IN_PAGE = Memory.FRAME_BYTES / BlockRing.SEGMENT_BYTES;

    private BlockData() {}

    /// The request in a slot, with its segments; of an indirect one they are read once out of the
    /// pages that hold them, and there are none where they cannot be read.
    static Request request(BlockSlot slot, GuestPages pages, Memory memory) {
        Request request = slot.request();
        if (!slot.isIndirect() || request.count() > INDIRECT_MAX) {
            return request;
        }
        List<Segment> found = new ArrayList<>();
        List<Integer> refs = slot.indirectRefs();
        for (int page = 0; found.size() < request.count(); page++) {
            int ref = refs.get(page);
            int handle = ref < 0 ? -1 : pages.map(ref, true);
            if (handle < 0) {
                return request;
            }
            byte[] bytes = new byte[Memory.FRAME_BYTES];
            memory.read(pages.maddr(handle), bytes);
            pages.unmap(handle);
            int here = Math.min((int) request.count() - found.size(), SEGMENTS_IN_PAGE);
            ByteBuffer table = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
            found.addAll(BlockSlot.segments(table, 0, here));
        }
        return new Request(
                request.operation(),
                request.id(),
                request.sector(),
                request.count(),
                List.copyOf(found));
    }

    /// What the disk is asked.
    ///
    /// @param maddrs where the pages of the segments lie in the machine
    static Disk.Request order(
            long tag, Disk.Kind kind, Request request, long[] maddrs, Memory memory) {
        boolean carries = kind == Disk.Kind.WRITE || kind == Disk.Kind.BARRIER;
        byte[] data = carries ? gather(request, maddrs, memory) : new byte[0];
        long sector = kind == Disk.Kind.FLUSH ? 0 : request.sector();
        long sectors = kind == Disk.Kind.DISCARD ? request.count() : request.sectors();
        return new Disk.Request(tag, kind, sector, sectors, data);
    }

    private static byte[] gather(Request request, long[] maddrs, Memory memory) {
        byte[] data = new byte[request.sectors() * Disk.SECTOR_BYTES];
        int at = 0;
        for (int i = 0; i < maddrs.length; i++) {
            Segment segment = request.segments().get(i);
            byte[] piece = new byte[segment.sectors() * Disk.SECTOR_BYTES];
            memory.read(maddrs[i] + segment.first() * (long) Disk.SECTOR_BYTES, piece);
            System.arraycopy(piece, 0, data, at, piece.length);
            at += piece.length;
        }
        return data;
    }

    /// Puts what was read into the guest's pages.
    static void scatter(Request request, long[] maddrs, byte[] data, Memory memory) {
        int at = 0;
        for (int i = 0; i < maddrs.length; i++) {
            Segment segment = request.segments().get(i);
            int bytes = segment.sectors() * Disk.SECTOR_BYTES;
            memory.write(
                    maddrs[i] + segment.first() * (long) Disk.SECTOR_BYTES,
                    Arrays.copyOfRange(data, at, at + bytes));
            at += bytes;
        }
    }
}
