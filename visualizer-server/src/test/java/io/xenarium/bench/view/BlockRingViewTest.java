package io.xenarium.bench.view;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.xenarium.abi.BlockRing;
import io.xenarium.abi.GrantEntry;
import io.xenarium.machine.Memory;
import io.xenarium.parts.Parts;
import io.xenarium.terms.DomId;
import io.xenarium.toolstack.Host;
import io.xenarium.toolstack.HostConfig;
import io.xenarium.toolstack.Images;
import io.xenarium.toolstack.XlConfig;
import io.xenarium.xen.Domain;

import org.junit.jupiter.api.Test;

import java.util.List;

/// A disk's ring as the stage shows it, written by hand into the memory of a guest.
class BlockRingViewTest {
    private static final int REF = 8;
    private static final String FRONT = "/local/domain/1/device/vbd/51712";

    private final Host host =
            Host.of(
                    new HostConfig(
                            1, 64, Parts.reference(BlockRingViewTest.class.getClassLoader())));
    private final Memory memory = host.machine().memory();
    private final long ring;

    BlockRingViewTest() {
        DomId guest = host.xl().create(XlConfig.of("hello", Images.HELLO, 4));
        host.run(20_000_000);
        Domain domain = host.hypervisor().domain(guest);
        long frameMfn = memory.frames() - 1L;
        while (!host.hypervisor().frames().isOwnedBy(frameMfn, guest)) {
            frameMfn--;
        }
        ring = frameMfn << 12;
        memory.clear((int) frameMfn);
        long entry = domain.grants().entryMaddr(REF);
        memory.setShort(entry + GrantEntry.DOMID, (short) 0);
        memory.setInt(entry + GrantEntry.FRAME, (int) frameMfn);
        memory.setShort(entry + GrantEntry.FLAGS, (short) 1);
        host.writeStore(FRONT + "/ring-ref", "" + REF);
    }

    private RingsView look() {
        return RingsView.of(
                new Scene(host, (_, _) -> List.of(), (_, _) -> List.of(), 0, 0), Focus.none());
    }

    private long slot(int index) {
        return ring + BlockRing.SLOTS + (long) (index % 32) * BlockRing.SLOT_BYTES;
    }

    @Test
    void requestsThatHaveNoResponseAreInFlight() {
        memory.setInt(ring + BlockRing.REQ_PROD, 34);
        memory.setInt(ring + BlockRing.RSP_PROD, 33);
        memory.setByte(slot(33) + BlockRing.OPERATION, (byte) BlockRing.WRITE);
        memory.setByte(slot(33) + BlockRing.NR_SEGMENTS, (byte) 1);
        memory.setLong(slot(33) + BlockRing.SECTOR_NUMBER, 77);
        memory.setInt(slot(33) + BlockRing.SEGMENTS, 12);
        memory.setByte(slot(33) + BlockRing.SEGMENTS + BlockRing.SEGMENT_LAST, (byte) 7);
        memory.setByte(slot(32) + BlockRing.RESPONSE_OPERATION, (byte) BlockRing.READ);
        memory.setShort(slot(32) + BlockRing.RESPONSE_STATUS, (short) BlockRing.ERROR);
        BlockRingView disk = look().disks().getFirst();
        assertEquals(32, disk.slots());
        assertEquals(1, disk.inFlight());
        BlockRingView.Slot newest = disk.newest().getLast();
        assertTrue(newest.isRequest());
        assertEquals(1, newest.place());
        assertEquals("write sector 77, 1 segments", newest.words());
        assertEquals(List.of("ref 12 [0–7]"), newest.segments());
        BlockRingView.Slot answered = disk.newest().get(disk.newest().size() - 2);
        assertFalse(answered.isRequest());
        assertEquals("read: error", answered.words());
        assertTrue(look().text().contains("in flight 1"), look().text());
    }

    @Test
    void whatCannotBeIsSaidAndNotDrawn() {
        memory.setInt(ring + BlockRing.REQ_PROD, 400);
        BlockRingView disk = look().disks().getFirst();
        assertFalse(disk.sound());
        assertEquals(List.of(), disk.newest());
        host.writeStore(FRONT + "/ring-ref", "4000000");
        assertEquals(List.of(), look().disks());
        host.writeStore(FRONT + "/ring-page-order", "99");
        assertEquals(List.of(), look().disks());
    }
}
