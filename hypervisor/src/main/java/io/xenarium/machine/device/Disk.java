package io.xenarium.machine.device;

import io.xenarium.machine.Clock;
import io.xenarium.machine.Dice;
import io.xenarium.machine.Kept;
import io.xenarium.terms.Check;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/// A disk: 512-byte sectors, a queue, and a cache that forgets at a loss of power.
///
/// 1. Requests are done one after the other, each after a while of virtual time that its kind, its
///    length and the disk's dice decide.
/// 2. What was written is seen at once, but it is safe only after a flush that began later. Until
///    then a loss of power may keep it, lose it, or tear it between sectors, each block as it
///    likes: [#losePower].
/// 3. An image that is kept gets what is safe, at each flush, and nothing else.
///
/// The easy mistake is to think that writes reach the disk in their order.
public final class Disk implements Kept {
    /// Bytes of a block, the grain in which contents are kept.
    public static final int BLOCK_BYTES = 4096;

    public static final int SECTOR_BYTES = 512;

    /// Blocks in the cache; beyond that the oldest become safe.
    private static final int CACHE_BLOCKS = 4096;

    private static final int SECTORS_IN_BLOCK = BLOCK_BYTES / SECTOR_BYTES;
    private static final int ACCESS_NANOS = 60_000;
    private static final int FLUSH_NANOS = 200_000;
    private static final int SPREAD_NANOS = 20_000;

    /// 500 MB a second.
    private static final int NANOS_PER_BYTE = 2;

    private static final Kind[] KINDS = Kind.values();

    /// What a disk can be asked to do.
    public enum Kind {
        READ,
        WRITE,
        /// Makes all that is in the cache safe.
        FLUSH,
        /// Forgets contents: they read as zeros from then on.
        DISCARD,
        /// A write before which and after which all is safe.
        BARRIER
    }

    /// Something that a disk is asked to do.
    ///
    /// @param tag what the asker knows it by
    /// @param data what is to be written; empty for the other kinds
    public record Request(long tag, Kind kind, long sector, long sectors, byte[] data) {}

    /// Who is told that a request is done.
    @FunctionalInterface
    public interface Listener {
        /// @param data what was read; empty for the other kinds
        void done(long tag, byte[] data);
    }

    private record Queued(Request request, long doneNanos) {}

    /// What is on the disk at one moment, shared between those that are alike.
    record Contents(DiskBlocks safe, Map<Long, Deque<byte[]>> cache) {
        void write(DataOutput out) throws IOException {
            safe.write(out);
            out.writeInt(cache.size());
            for (Map.Entry<Long, Deque<byte[]>> entry : cache.entrySet()) {
                out.writeLong(entry.getKey());
                out.writeInt(entry.getValue().size());
                for (byte[] version : entry.getValue()) {
                    out.write(version);
                }
            }
        }

        static Contents read(DataInput in) throws IOException {
            DiskBlocks safe = DiskBlocks.read(in);
            Map<Long, Deque<byte[]>> cache = new TreeMap<>();
            for (int left = in.readInt(); left > 0; left--) {
                Deque<byte[]> versions = new ArrayDeque<>();
                cache.put(in.readLong(), versions);
                for (int more = in.readInt(); more > 0; more--) {
                    byte[] version = new byte[BLOCK_BYTES];
                    in.readFully(version);
                    versions.addLast(version);
                }
            }
            return new Contents(safe, cache);
        }
    }

    private final DiskImage image;
    private final long sectors;
    private final Clock clock;
    private final Dice dice;
    private DiskBlocks safe;
    private TreeMap<Long, Deque<byte[]>> cache = new TreeMap<>();
    private final Deque<Queued> queue = new ArrayDeque<>();
    private final TreeSet<Long> unkept = new TreeSet<>();
    private long busyUntilNanos;
    private long print;
    private Listener listener = (_, _) -> {};

    /// A disk with an image on it.
    ///
    /// @param seed of its own dice
    public Disk(DiskImage image, Clock clock, long seed) {
        this.image = image;
        this.clock = clock;
        sectors = image.bytes() / SECTOR_BYTES;
        dice = new Dice(seed);
        safe = DiskBlocks.none(sectors / SECTORS_IN_BLOCK + 1);
    }

    /// How long it is.
    public long sectors() {
        return sectors;
    }

    /// What it began with.
    public DiskImage image() {
        return image;
    }

    /// Whom to tell from now on.
    public void onDone(Listener newListener) {
        listener = newListener;
    }

    /// Puts a request at the end of the queue. It must lie on the disk.
    public void submit(Request request) {
        Check.that(
                request.sector >= 0
                        && request.sectors >= 0
                        && request.sector <= sectors - request.sectors,
                "sector %d lies beyond the disk",
                request.sector);
        busyUntilNanos = Math.max(busyUntilNanos, clock.nanos()) + serviceNanos(request);
        queue.add(new Queued(request, busyUntilNanos));
    }

    /// Does nothing for so long: what is under way is done that much later.
    public void stall(long nanos) {
        List<Queued> late =
                queue.stream().map(one -> new Queued(one.request, one.doneNanos + nanos)).toList();
        queue.clear();
        queue.addAll(late);
        busyUntilNanos = Math.max(busyUntilNanos, clock.nanos()) + nanos;
    }

    private long serviceNanos(Request request) {
        boolean isFlush = request.kind == Kind.FLUSH || request.kind == Kind.BARRIER;
        boolean isMoving = request.kind == Kind.READ || !isFlush && request.kind == Kind.WRITE;
        long moving = isMoving ? request.sectors * SECTOR_BYTES * NANOS_PER_BYTE : 0;
        return (isFlush ? FLUSH_NANOS : ACCESS_NANOS) + moving + dice.below(SPREAD_NANOS);
    }

    long nextNanos() {
        return queue.isEmpty() ? Long.MAX_VALUE : queue.getFirst().doneNanos;
    }

    void fire() {
        while (nextNanos() <= clock.nanos()) {
            Request request = queue.removeFirst().request;
            listener.done(request.tag, execute(request));
        }
    }

    private byte[] execute(Request request) {
        switch (request.kind) {
            case READ -> {
                return read(request.sector, (int) request.sectors);
            }
            case WRITE -> write(request.sector, request.data);
            case FLUSH -> flush();
            case DISCARD -> discard(request.sector, request.sectors);
            case BARRIER -> {
                flush();
                write(request.sector, request.data);
                flush();
            }
        }
        return new byte[0];
    }

    /// What the disk shows at this moment, past the queue.
    public byte[] read(long sector, int count) {
        byte[] data = new byte[count * SECTOR_BYTES];
        for (int done = 0; done < count; ) {
            long at = sector + done;
            int inBlock = (int) (at % SECTORS_IN_BLOCK);
            int here = Math.min(count - done, SECTORS_IN_BLOCK - inBlock);
            byte[] block = shown(at / SECTORS_IN_BLOCK);
            System.arraycopy(
                    block, inBlock * SECTOR_BYTES, data, done * SECTOR_BYTES, here * SECTOR_BYTES);
            done += here;
        }
        return data;
    }

    private byte[] shown(long index) {
        Deque<byte[]> versions = cache.get(index);
        return versions == null ? safe(index) : versions.getLast();
    }

    private byte[] safe(long index) {
        byte[] written = safe.get(index);
        if (written != null) {
            return written;
        }
        byte[] block = new byte[BLOCK_BYTES];
        image.read(index, block);
        return block;
    }

    private void write(long sector, byte[] data) {
        int count = data.length / SECTOR_BYTES;
        for (int done = 0; done < count; ) {
            long at = sector + done;
            int inBlock = (int) (at % SECTORS_IN_BLOCK);
            int here = Math.min(count - done, SECTORS_IN_BLOCK - inBlock);
            byte[] block = shown(at / SECTORS_IN_BLOCK).clone();
            System.arraycopy(
                    data, done * SECTOR_BYTES, block, inBlock * SECTOR_BYTES, here * SECTOR_BYTES);
            remember(at / SECTORS_IN_BLOCK, block);
            done += here;
        }
    }

    private void discard(long sector, long count) {
        for (long at = sector; at < sector + count; ) {
            int inBlock = (int) (at % SECTORS_IN_BLOCK);
            int here = (int) Math.min(sector + count - at, SECTORS_IN_BLOCK - inBlock);
            byte[] block = shown(at / SECTORS_IN_BLOCK).clone();
            int from = inBlock * SECTOR_BYTES;
            java.util.Arrays.fill(block, from, from + here * SECTOR_BYTES, (byte) 0);
            remember(at / SECTORS_IN_BLOCK, block);
            at += here;
        }
    }

    private void remember(long index, byte[] block) {
        print = print * 31 + printOf(index, block);
        cache.computeIfAbsent(index, _ -> new ArrayDeque<>()).addLast(block);
        if (cache.size() > CACHE_BLOCKS) {
            long oldest = cache.firstKey();
            makeSafe(oldest, cache.remove(oldest).getLast());
        }
    }

    private void makeSafe(long index, byte[] block) {
        safe.put(index, block);
        unkept.add(index);
    }

    /// Makes all that the disk shows safe, at once.
    public void flush() {
        cache.forEach((index, versions) -> makeSafe(index, versions.getLast()));
        cache.clear();
        print = print * 31 + 1;
        if (image.isKept() && !unkept.isEmpty()) {
            for (long index : unkept) {
                image.keep(index, safe(index));
            }
            image.force();
        }
        unkept.clear();
    }

    /// The power fails and comes back: the queue is forgotten, and each sector that was not safe
    /// has what was safe or any of what was written to it since, as the dice fall.
    public void losePower(Dice fate) {
        queue.clear();
        for (Map.Entry<Long, Deque<byte[]>> entry : cache.entrySet()) {
            byte[] block = safe(entry.getKey()).clone();
            byte[][] versions = entry.getValue().toArray(byte[][]::new);
            for (int at = 0; at < BLOCK_BYTES; at += SECTOR_BYTES) {
                int chosen = fate.below(versions.length + 1);
                if (chosen < versions.length) {
                    System.arraycopy(versions[chosen], at, block, at, SECTOR_BYTES);
                }
            }
            makeSafe(entry.getKey(), block);
            print = print * 31 + printOf(entry.getKey(), block);
        }
        cache.clear();
        listener = (_, _) -> {};
    }

    /// Does all that is in the queue at once: whoever asked is about to leave.
    public void drain() {
        while (!queue.isEmpty()) {
            Request request = queue.removeFirst().request;
            listener.done(request.tag, execute(request));
        }
        busyUntilNanos = clock.nanos();
    }

    private static long printOf(long index, byte[] block) {
        return index * 0x9e3779b97f4a7c15L ^ java.util.Arrays.hashCode(block);
    }

    Contents freeze() {
        TreeMap<Long, Deque<byte[]>> frozen = new TreeMap<>();
        cache.forEach((index, versions) -> frozen.put(index, new ArrayDeque<>(versions)));
        return new Contents(safe.copy(), frozen);
    }

    /// Goes back to contents. A kept image may have got more by now, so all of it has to be kept
    /// anew.
    void thaw(Contents contents) {
        safe.forEach(unkept::add);
        safe = contents.safe.copy();
        safe.forEach(unkept::add);
        cache = new TreeMap<>();
        contents.cache.forEach((index, versions) -> cache.put(index, new ArrayDeque<>(versions)));
    }

    /// All but the contents, which keyframes share; a fingerprint stands for them.
    @Override
    public void save(DataOutput out) throws IOException {
        dice.save(out);
        out.writeLong(busyUntilNanos);
        out.writeLong(print);
        out.writeInt(queue.size());
        for (Queued each : queue) {
            out.writeLong(each.doneNanos);
            out.writeLong(each.request.tag);
            out.writeByte(each.request.kind.ordinal());
            out.writeLong(each.request.sector);
            out.writeLong(each.request.sectors);
            out.writeInt(each.request.data.length);
            out.write(each.request.data);
        }
    }

    @Override
    public void load(DataInput in) throws IOException {
        dice.load(in);
        busyUntilNanos = in.readLong();
        print = in.readLong();
        queue.clear();
        for (int left = in.readInt(); left > 0; left--) {
            long done = in.readLong();
            long tag = in.readLong();
            Kind kind = KINDS[in.readByte()];
            long sector = in.readLong();
            long count = in.readLong();
            byte[] data = new byte[in.readInt()];
            in.readFully(data);
            queue.add(new Queued(new Request(tag, kind, sector, count, data), done));
        }
    }
}
