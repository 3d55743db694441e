package io.xenarium.toolstack;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.xenarium.abi.BlockRing;
import io.xenarium.abi.GrantEntry;
import io.xenarium.machine.Memory;
import io.xenarium.terms.DomId;
import io.xenarium.terms.Port;
import io.xenarium.toolstack.DiskSpec.Access;
import io.xenarium.xen.Domain;

import org.junit.jupiter.api.Test;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/// The block back-end against a front-end that is played here: it writes into the store, the ring
/// and the grant table of a guest that has no driver of its own.
class BlockBackendTest {
    private static final int SECTORS = 256;
    private static final int RING_REF = 8;
    private static final int DATA_REF = 9;
    private static final int OTHER_REF = 10;
    private static final String FRONT = "/local/domain/1/device/vbd/51712";
    private static final String BACK = "/local/domain/0/backend/vbd/1/51712";

    private final Host host = Computers.small(1);
    private final Memory memory = host.machine().memory();
    private final byte[] image = new byte[SECTORS * 512];
    private DomId guest;
    private Domain domain;
    private long[] pages;
    private Port port;
    private int produced;

    private void begin(Access access) {
        new SplittableRandom(3).nextBytes(image);
        host.images().put("image", image);
        guest =
                host.xl()
                        .create(
                                XlConfig.of("hello", Images.HELLO, 4)
                                        .with(List.of(new DiskSpec("image", "xvda", access))));
        run(20);
        domain = host.hypervisor().domain(guest);
        pages = free(3);
    }

    /// Frames of the guest that it uses for nothing: the last ones.
    private long[] free(int count) {
        long[] found = new long[count];
        long frame = memory.frames() - 1L;
        for (int i = 0; i < count; frame--) {
            if (host.hypervisor().frames().isOwnedBy(frame, guest)
                    && host.hypervisor().frames().pfn(frame) > 900) {
                found[i++] = frame;
            }
        }
        return found;
    }

    private void run(long milliseconds) {
        host.run(host.machine().clock().nanos() + milliseconds * 1_000_000);
    }

    private void grant(int ref, long frameMfn, int flags) {
        long entry = domain.grants().entryMaddr(ref);
        memory.setShort(entry + GrantEntry.DOMID, (short) 0);
        memory.setInt(entry + GrantEntry.FRAME, (int) frameMfn);
        memory.setShort(entry + GrantEntry.FLAGS, (short) flags);
    }

    private int grantFlags(int ref) {
        return memory.getShort(domain.grants().entryMaddr(ref) + GrantEntry.FLAGS);
    }

    private String state() {
        return node("state");
    }

    private String node(String name) {
        return host.store().read(BACK + "/" + name).orElse("none");
    }

    private void connect() {
        memory.clear((int) pages[0]);
        memory.setInt(ring() + BlockRing.RSP_EVENT, 1);
        produced = 0;
        grant(RING_REF, pages[0], 1);
        grant(DATA_REF, pages[1], 1);
        grant(OTHER_REF, pages[2], 1 | 4);
        port = new Port((int) host.hypervisor().eventChannels().allocUnbound(guest, DomId.DOM0));
        host.writeStore(FRONT + "/ring-ref", Integer.toString(RING_REF));
        host.writeStore(FRONT + "/event-channel", Integer.toString(port.value()));
        host.writeStore(FRONT + "/protocol", "x86_64-abi");
        host.writeStore(FRONT + "/state", "3");
    }

    private long ring() {
        return pages[0] << 12;
    }

    private long slot(int index) {
        return ring() + BlockRing.SLOTS + (long) (index & 31) * BlockRing.SLOT_BYTES;
    }

    /// Asks for something and returns what it is answered.
    private int ask(int operation, long sector, int ref, int first, int last) {
        long slot = slot(produced);
        memory.setByte(slot, (byte) operation);
        memory.setByte(slot + BlockRing.NR_SEGMENTS, (byte) (ref < 0 ? 0 : 1));
        memory.setLong(slot + BlockRing.ID, 4711 + produced);
        memory.setLong(slot + BlockRing.SECTOR_NUMBER, sector);
        memory.setInt(slot + BlockRing.SEGMENTS, ref);
        memory.setByte(slot + BlockRing.SEGMENTS + 4, (byte) first);
        memory.setByte(slot + BlockRing.SEGMENTS + 5, (byte) last);
        if (operation == BlockRing.DISCARD) {
            memory.setLong(slot + BlockRing.DISCARD_SECTORS, last);
        }
        memory.setInt(ring() + BlockRing.REQ_PROD, ++produced);
        host.hypervisor().eventChannels().send(guest, port);
        run(5);
        assertEquals(produced, memory.getInt(ring() + BlockRing.RSP_PROD), "no answer");
        assertEquals(4711 + produced - 1, memory.getLong(slot));
        assertEquals(operation, memory.getByte(slot + BlockRing.RESPONSE_OPERATION));
        return memory.getShort(slot + BlockRing.RESPONSE_STATUS);
    }

    private byte[] data(int first, int count) {
        byte[] bytes = new byte[count * 512];
        memory.read((pages[1] << 12) + first * 512L, bytes);
        return bytes;
    }

    @Test
    void theTwoEndsFindEachOtherReadWriteAndFlush() {
        begin(Access.COW);
        assertEquals("2", state());
        assertEquals("1", node("feature-flush-cache"));
        connect();
        assertEquals("4", state());
        assertEquals("256", node("sectors"));
        assertEquals(0, ask(BlockRing.READ, 8, DATA_REF, 2, 5));
        assertArrayEquals(Arrays.copyOfRange(image, 8 * 512, 12 * 512), data(2, 4));
        memory.write(pages[1] << 12, new byte[4096]);
        assertEquals(0, ask(BlockRing.WRITE, 9, DATA_REF, 0, 1));
        assertEquals(0, ask(BlockRing.FLUSH_DISKCACHE, 0, -1, 0, 0));
        assertEquals(0, ask(BlockRing.WRITE_BARRIER, 20, DATA_REF, 0, 7));
        assertEquals(0, ask(BlockRing.DISCARD, 30, -1, 0, 4));
        assertEquals(0, ask(BlockRing.READ, 8, DATA_REF, 0, 7));
        assertArrayEquals(Arrays.copyOfRange(image, 8 * 512, 9 * 512), data(0, 1));
        assertArrayEquals(new byte[1024], data(1, 2));
        assertEquals(1, grantFlags(DATA_REF), "a page is still mapped");
    }

    @Test
    void whatWillNotDoIsAnsweredWithAnError() {
        begin(Access.COW);
        connect();
        assertEquals(-1, ask(BlockRing.READ, SECTORS - 1, DATA_REF, 0, 1));
        assertEquals(-1, ask(BlockRing.READ, -1, DATA_REF, 0, 0));
        assertEquals(-1, ask(BlockRing.READ, 0, DATA_REF, 5, 4));
        assertEquals(-1, ask(BlockRing.READ, 0, DATA_REF, 0, 8));
        assertEquals(-1, ask(BlockRing.READ, 0, 77, 0, 0));
        assertEquals(-1, ask(BlockRing.READ, 0, OTHER_REF, 0, 0), "a page that is read-only");
        assertEquals(0, ask(BlockRing.WRITE, 0, OTHER_REF, 0, 0));
        assertEquals(-1, ask(BlockRing.READ, 0, -1, 0, 0));
        assertEquals(-1, ask(BlockRing.DISCARD, 0, -1, 0, SECTORS + 1));
        assertEquals(-2, ask(77, 0, DATA_REF, 0, 0));
        assertEquals("4", state());
    }

    @Test
    void aReadOnlyDiskIsNotWritten() {
        begin(Access.RO);
        connect();
        assertEquals("4", node("info"));
        assertEquals(-1, ask(BlockRing.WRITE, 0, DATA_REF, 0, 0));
        assertEquals(-1, ask(BlockRing.DISCARD, 0, -1, 0, 1));
        assertEquals(0, ask(BlockRing.READ, 0, DATA_REF, 0, 0));
        assertArrayEquals(Arrays.copyOf(image, 512), data(0, 1));
    }

    @Test
    void aFrontEndThatClosesCanComeBack() {
        begin(Access.COW);
        for (int round = 0; round < 3; round++) {
            connect();
            assertEquals("4", state());
            assertEquals(0, ask(BlockRing.WRITE, round, DATA_REF, 0, 0));
            host.writeStore(FRONT + "/state", "5");
            assertEquals("5", state());
            assertEquals(1, grantFlags(RING_REF), "the ring is still mapped");
            host.writeStore(FRONT + "/state", "6");
            assertEquals("6", state());
            host.writeStore(FRONT + "/state", "1");
            assertEquals("2", state());
        }
    }

    @Test
    void pagesStayMappedWhereTheFrontEndSaysSo() {
        begin(Access.COW);
        host.writeStore(FRONT + "/feature-persistent", "1");
        connect();
        assertEquals(0, ask(BlockRing.READ, 0, DATA_REF, 0, 0));
        assertEquals(1 | 8 | 16, grantFlags(DATA_REF));
        assertEquals(0, ask(BlockRing.WRITE, 0, DATA_REF, 0, 0));
        host.writeStore(FRONT + "/state", "6");
        assertEquals(1, grantFlags(DATA_REF));
    }

    @Test
    void aFrontEndThatBreaksTheProtocolLosesItsConnection() {
        begin(Access.COW);
        connect();
        memory.setInt(ring() + BlockRing.REQ_PROD, 33);
        host.hypervisor().eventChannels().send(guest, port);
        run(2);
        assertEquals("5", state());
        assertTrue(
                host.store()
                        .read("/local/domain/0/error/backend/vbd/1/51712/error")
                        .orElse("")
                        .contains("more requests than slots"));
        host.writeStore(FRONT + "/state", "6");
        host.writeStore(FRONT + "/state", "1");
        host.writeStore(FRONT + "/ring-ref", "4000");
        host.writeStore(FRONT + "/state", "3");
        assertEquals("5", state());
    }

    @Test
    void rubbishInTheRingHarmsNobody() {
        begin(Access.COW);
        connect();
        SplittableRandom wild = new SplittableRandom(17);
        for (int round = 0; round < 300; round++) {
            for (int at = 0; at < BlockRing.SLOT_BYTES; at++) {
                int biased = wild.nextInt(4) == 0 ? wild.nextInt(256) : wild.nextInt(12);
                memory.setByte(slot(produced) + at, (byte) biased);
            }
            memory.setInt(ring() + BlockRing.REQ_PROD, ++produced);
            host.hypervisor().eventChannels().send(guest, port);
            run(3);
            assertEquals(produced, memory.getInt(ring() + BlockRing.RSP_PROD));
        }
        assertEquals("4", state());
    }

    @Test
    void aGuestThatDiesLeavesNothingMapped() {
        int before = host.hypervisor().frames().freeFrames();
        begin(Access.COW);
        connect();
        assertEquals(0, ask(BlockRing.READ, 0, DATA_REF, 0, 0));
        host.xl().destroy(guest);
        run(2);
        assertEquals(before, host.hypervisor().frames().freeFrames());
        assertEquals(List.of(), host.blocks().devices());
        assertEquals("none", state());
    }

    @Test
    void aKeyframeHasTheDiskAndWhatIsUnderWay() {
        begin(Access.COW);
        connect();
        assertEquals(0, ask(BlockRing.WRITE, 0, DATA_REF, 0, 7));
        var before = host.keyframe();
        int were = produced;
        assertEquals(0, ask(BlockRing.DISCARD, 0, -1, 0, 8));
        long after = host.stateHash();
        host.restore(before);
        produced = were;
        assertEquals(0, ask(BlockRing.DISCARD, 0, -1, 0, 8));
        assertEquals(after, host.stateHash());
    }
}
