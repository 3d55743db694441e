package io.xenarium.lab12.check;

import io.xenarium.lab.CheckFailed;
import io.xenarium.lab.Rule;
import io.xenarium.lab.Search;
import io.xenarium.machine.device.Disk;
import io.xenarium.parts.BlockBackend;
import io.xenarium.parts.BlockBackend.Request;
import io.xenarium.parts.BlockBackend.Segment;
import io.xenarium.parts.BlockBackend.Work;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;

/// A ring of four slots, a guest with eight pages, and a disk of 64 sectors, with nothing else of a
/// machine: what a part is lent in most checks. Of each sector only its first number counts. Every
/// call is told in words, for whoever replays a case.
///
/// Pages 0 to 4 are granted for writing, page 5 for reading only, 6 and 7 not at all.
final class BlockWorld implements BlockBackend.Platform, Search.World<BlockWorld> {
    static final int SLOTS = 4;
    static final int PAGES = 8;
    static final int SECTORS = 64;
    static final int KEPT_MAX = 2;
    static final int READ_ONLY_PAGE = 5;
    static final int NOT_GRANTED = 6;

    private static final int STATUS_REFUSED = -1;

    /// A page that is mapped.
    record Mapping(int ref, boolean isReadOnly) {}

    /// A response in the ring.
    record Answer(long id, int operation, int status) {}

    /// Something in the disk's queue, with what is to be written.
    record Order(Disk.Kind kind, Work work, byte[] data) {}

    final Request[] slots = new Request[SLOTS];
    final List<Answer> answers = new ArrayList<>();
    final TreeMap<Integer, Mapping> mapped = new TreeMap<>();
    final TreeMap<Integer, Integer> kept = new TreeMap<>();
    final int[][] pages = new int[PAGES][8];
    final int[] disk = new int[SECTORS];
    final Deque<Order> queue = new ArrayDeque<>();

    /// All that the disk was ever asked, in words.
    final List<String> ordered = new ArrayList<>();

    boolean isReadOnly;
    boolean isPersistent;
    int produced;
    int taken;
    int put;
    int shown;
    int backWakesAt = 1;
    int frontWakesAt = 1;

    /// How far the guest has looked, whether it sleeps, and how often it was signalled.
    int consumed;

    boolean isAsleep;
    int signals;

    /// Whether the back-end has been signalled since it was last called.
    boolean isCalled;

    /// Takes what happens, in words; null while nobody wants to know, because words are slow.
    List<String> told;

    BlockWorld() {
        for (int sector = 0; sector < SECTORS; sector++) {
            disk[sector] = 100 + sector;
        }
    }

    /// A world whose indices have come so far already.
    static BlockWorld from(int index) {
        BlockWorld world = new BlockWorld();
        world.produced = index;
        world.taken = index;
        world.put = index;
        world.shown = index;
        world.consumed = index;
        world.backWakesAt = index + 1;
        world.frontWakesAt = index + 1;
        return world;
    }

    @Override
    public BlockWorld copy() {
        BlockWorld copy = new BlockWorld();
        System.arraycopy(slots, 0, copy.slots, 0, SLOTS);
        copy.answers.addAll(answers);
        copy.mapped.putAll(mapped);
        copy.kept.putAll(kept);
        for (int page = 0; page < PAGES; page++) {
            copy.pages[page] = pages[page].clone();
        }
        System.arraycopy(disk, 0, copy.disk, 0, SECTORS);
        copy.queue.addAll(queue);
        copy.ordered.addAll(ordered);
        copy.isReadOnly = isReadOnly;
        copy.isPersistent = isPersistent;
        copy.produced = produced;
        copy.taken = taken;
        copy.put = put;
        copy.shown = shown;
        copy.backWakesAt = backWakesAt;
        copy.frontWakesAt = frontWakesAt;
        copy.consumed = consumed;
        copy.isAsleep = isAsleep;
        copy.signals = signals;
        copy.isCalled = isCalled;
        return copy;
    }

    @Override
    public long fingerprint() {
        long hash = Arrays.hashCode(slots) * 31L + answers.hashCode();
        hash = hash * 31 + mapped.hashCode();
        hash = hash * 31 + kept.hashCode();
        hash = hash * 31 + Arrays.deepHashCode(pages);
        hash = hash * 31 + Arrays.hashCode(disk);
        hash = hash * 31 + ordered.hashCode() * 31L + queue.size();
        int[] rest = {produced, taken, put, shown, backWakesAt, frontWakesAt, consumed, signals};
        hash = hash * 31 + Arrays.hashCode(rest);
        return hash * 4 + (isAsleep ? 2 : 0) + (isCalled ? 1 : 0);
    }

    @Override
    public void tell(String format, Object... values) {
        if (told != null) {
            told.add(format.formatted(values));
        }
    }

    // The guest's half.

    /// Whether a slot is free for one more request.
    boolean hasRoom() {
        return produced - consumed < SLOTS;
    }

    /// The guest puts a request in, and does not signal yet.
    void push(Request request) {
        slots[produced & SLOTS - 1] = request;
        produced++;
        tell("  the guest puts in request %d: %s", produced, Words.of(request));
    }

    /// The guest signals the back-end if that asked for the request that was put in last.
    void ring() {
        if (backWakesAt == produced) {
            isCalled = true;
            tell("  the guest signals the back-end");
        }
    }

    /// The guest takes all responses that it sees.
    void consume() {
        tell("  the guest sees %d responses, %d of them new", shown, shown - consumed);
        consumed = shown;
    }

    /// The disk does what is first in its queue.
    Order next() {
        Order order = queue.removeFirst();
        tell("  the disk does: %s", Words.of(order));
        return order;
    }

    /// What the disk makes of an order: what was read.
    byte[] execute(Order order) {
        Request request = order.work().request();
        boolean isRead = order.kind() == Disk.Kind.READ;
        byte[] data = isRead ? new byte[request.sectors() * Disk.SECTOR_BYTES] : new byte[0];
        for (int i = 0; i < request.sectors() && order.kind() != Disk.Kind.FLUSH; i++) {
            int sector = (int) request.sector() + i;
            if (isRead) {
                numbers(data).putInt(i * Disk.SECTOR_BYTES, disk[sector]);
            } else {
                disk[sector] = numbers(order.data()).getInt(i * Disk.SECTOR_BYTES);
            }
        }
        if (order.kind() == Disk.Kind.DISCARD) {
            Arrays.fill(
                    disk, (int) request.sector(), (int) (request.sector() + request.count()), 0);
        }
        return data;
    }

    static ByteBuffer numbers(byte[] data) {
        return ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN);
    }

    // What is lent to the part.

    @Override
    public int slots() {
        return SLOTS;
    }

    @Override
    public int requestsProduced() {
        tell("  the ring says %s requests", Integer.toUnsignedString(produced));
        return produced;
    }

    @Override
    public int requestsTaken() {
        return taken;
    }

    @Override
    public Request take() {
        require(
                taken != produced && taken - put < SLOTS,
                Rules.RING,
                "took a request that is not there");
        Request request = slots[taken & SLOTS - 1];
        taken++;
        Request copy = request == null ? new Request(0, 0, 0, 0, List.of()) : request;
        tell("  takes request %s: %s", Integer.toUnsignedString(taken), Words.of(copy));
        return copy;
    }

    @Override
    public void wakeAt(int index) {
        backWakesAt = index;
        tell("  wants to be woken at request %s", Integer.toUnsignedString(index));
    }

    @Override
    public int responsesPut() {
        return put;
    }

    @Override
    public void put(long id, int operation, int status) {
        require(put != taken, Rules.FORBIDDEN, "answered a request that it had not taken");
        Answer answer = new Answer(id, operation, status);
        answers.add(answer);
        put++;
        tell("  puts in response %s: %s", Integer.toUnsignedString(put), Words.of(answer));
    }

    @Override
    public void publish() {
        shown = put;
        tell("  shows %s responses", Integer.toUnsignedString(shown));
    }

    @Override
    public int guestWakesAt() {
        tell("  the guest wants to be woken at %s", Integer.toUnsignedString(frontWakesAt));
        return frontWakesAt;
    }

    @Override
    public void signal() {
        signals++;
        isAsleep = false;
        tell("  signals the guest");
    }

    @Override
    public int map(int ref, boolean wantsReadOnly) {
        boolean isGranted = ref >= 0 && ref < NOT_GRANTED;
        boolean isTooMuch = ref == READ_ONLY_PAGE && !wantsReadOnly;
        if (!isGranted || isTooMuch) {
            tell("  page %d cannot be mapped%s", ref, isTooMuch ? " for writing" : "");
            return STATUS_REFUSED;
        }
        int handle = 0;
        while (mapped.containsKey(handle)) {
            handle++;
        }
        mapped.put(handle, new Mapping(ref, wantsReadOnly));
        tell("  handle %d: %s", handle, Words.of(mapped.get(handle)));
        return handle;
    }

    @Override
    public void unmap(int handle) {
        Mapping mapping = mapped.remove(handle);
        require(mapping != null, Rules.FORBIDDEN, "gave back handle " + handle + " twice");
        require(
                !Integer.valueOf(handle).equals(kept.get(mapping.ref)),
                Rules.PAGES,
                "gave back page " + mapping.ref + ", which was to stay mapped");
        tell("  gives back page %d", mapping.ref);
    }

    @Override
    public OptionalInt kept(int ref) {
        Integer handle = kept.get(ref);
        return handle == null ? OptionalInt.empty() : OptionalInt.of(handle);
    }

    @Override
    public boolean mayKeep() {
        return isPersistent && kept.size() < KEPT_MAX;
    }

    @Override
    public void keep(int ref, int handle) {
        Mapping mapping = mapped.get(handle);
        boolean isIts = mapping != null && mapping.ref == ref;
        require(isIts, Rules.FORBIDDEN, "kept page " + ref + " by a handle that is not its own");
        require(mayKeep(), Rules.PAGES, "kept page " + ref + ", and may not");
        kept.put(ref, handle);
        tell("  page %d stays mapped", ref);
    }

    @Override
    public long sectors() {
        return SECTORS;
    }

    @Override
    public boolean isReadOnly() {
        return isReadOnly;
    }

    @Override
    public void order(Disk.Kind kind, Work work) {
        Request request = work.request();
        requireMapped(work, "ordered");
        boolean isFlush = kind == Disk.Kind.FLUSH;
        long count = kind == Disk.Kind.DISCARD ? request.count() : request.sectors();
        boolean fits = request.sector() >= 0 && count >= 0 && request.sector() <= SECTORS - count;
        require(isFlush || fits, Rules.ORDER, "ordered what does not lie on the disk");
        boolean writes = kind == Disk.Kind.WRITE || kind == Disk.Kind.BARRIER;
        Order order = new Order(kind, work, writes ? gathered(request) : new byte[0]);
        queue.addLast(order);
        ordered.add(Words.of(order));
        tell("  orders: %s", Words.of(order));
    }

    private byte[] gathered(Request request) {
        byte[] data = new byte[request.sectors() * Disk.SECTOR_BYTES];
        int at = 0;
        for (Segment each : request.segments()) {
            for (int sector = each.first(); sector <= each.last(); sector++) {
                numbers(data).putInt(at, pages[each.ref()][sector]);
                at += Disk.SECTOR_BYTES;
            }
        }
        return data;
    }

    @Override
    public void fill(Work work, byte[] data) {
        requireMapped(work, "filled");
        Request request = work.request();
        require(
                data.length == request.sectors() * Disk.SECTOR_BYTES,
                Rules.DATA,
                "filled pages for a request that read nothing");
        int at = 0;
        for (int i = 0; i < request.segments().size(); i++) {
            Segment segment = request.segments().get(i);
            require(
                    !mapped.get(work.handles().get(i)).isReadOnly,
                    Rules.PAGES,
                    "filled page " + segment.ref() + ", which is mapped for reading only");
            for (int sector = segment.first(); sector <= segment.last(); sector++) {
                pages[segment.ref()][sector] = numbers(data).getInt(at);
                at += Disk.SECTOR_BYTES;
            }
        }
        tell("  fills the pages of request id %d", request.id());
    }

    private void requireMapped(Work work, String what) {
        List<Segment> segments = work.request().segments();
        require(
                segments.size() == work.handles().size(),
                Rules.PAGES,
                "%s %d segments with %d handles"
                        .formatted(what, segments.size(), work.handles().size()));
        for (int i = 0; i < segments.size(); i++) {
            Mapping mapping = mapped.get(work.handles().get(i));
            require(
                    mapping != null && mapping.ref == segments.get(i).ref(),
                    Rules.PAGES,
                    "%s page %d without having it mapped".formatted(what, segments.get(i).ref()));
        }
    }

    private static void require(boolean holds, Rule rule, String what) {
        if (!holds) {
            throw new CheckFailed(rule, "your part " + what, "never does that");
        }
    }

    /// Pages that are mapped and not to stay, by handle.
    Map<Integer, Mapping> passing() {
        Map<Integer, Mapping> passing = new TreeMap<>(mapped);
        passing.keySet().removeAll(kept.values());
        return passing;
    }
}
