package io.xenarium.lab09.check;

import io.xenarium.abi.BlockRing;
import io.xenarium.abi.GrantEntry;
import io.xenarium.machine.Memory;
import io.xenarium.parts.Parts;
import io.xenarium.terms.DomId;
import io.xenarium.terms.Port;
import io.xenarium.toolstack.DiskSpec;
import io.xenarium.toolstack.DiskSpec.Access;
import io.xenarium.toolstack.Host;
import io.xenarium.toolstack.HostConfig;
import io.xenarium.toolstack.Images;
import io.xenarium.toolstack.XlConfig;
import io.xenarium.trace.GrantEvent;
import io.xenarium.trace.Topic;
import io.xenarium.xen.Domain;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;

/// A whole computer with a guest that has a disk, and the guest's half of the disk's driver: it
/// grants pages, asks for sectors, and notes what became of the grants.
final class FrontEnd {
    static final int RING = 8;
    static final int PAGE = 9;
    static final int READ_ONLY_PAGE = 10;

    private static final int SECTORS = 64;
    private static final long MILLISECOND = 1_000_000;
    private static final String PATH = "/local/domain/1/device/vbd/51712";

    final Host host;
    private final List<GrantEvent> events = new ArrayList<>();
    private final List<String> lines = new ArrayList<>();
    private final DomId guest;
    private final Domain domain;
    private final Memory memory;
    private final long[] pages;
    private Port port;
    private int produced;

    FrontEnd(Parts parts) {
        host = Host.of(new HostConfig(1, 64, parts));
        memory = host.machine().memory();
        host.trace()
                .listen(
                        EnumSet.of(Topic.GRANT),
                        event -> {
                            if (event instanceof GrantEvent grant) {
                                events.add(grant);
                            }
                        });
        byte[] image = new byte[SECTORS * 512];
        for (int i = 0; i < image.length; i++) {
            image[i] = (byte) (i / 512 + 1);
        }
        host.images().put("image", image);
        XlConfig config = XlConfig.of("hello", Images.HELLO, 4);
        guest = host.xl().create(config.with(List.of(new DiskSpec("image", "xvda", Access.COW))));
        run(20);
        domain = host.hypervisor().domain(guest);
        pages = free(3);
    }

    /// Frames of the guest that it uses for nothing: the last ones.
    private long[] free(int count) {
        long[] found = new long[count];
        int taken = 0;
        for (long frame = memory.frames() - 1L; taken < count; frame--) {
            if (host.hypervisor().frames().isOwnedBy(frame, guest)
                    && host.hypervisor().frames().pfn(frame) > 900) {
                found[taken++] = frame;
            }
        }
        return found;
    }

    private void run(long milliseconds) {
        host.run(host.machine().clock().nanos() + milliseconds * MILLISECOND);
    }

    private void grant(int ref, long frameMfn, int flags) {
        long entry = domain.grants().entryMaddr(ref);
        memory.setShort(entry + GrantEntry.DOMID, (short) 0);
        memory.setInt(entry + GrantEntry.FRAME, (int) frameMfn);
        memory.setShort(entry + GrantEntry.FLAGS, (short) flags);
    }

    /// Grants the ring and two pages, one of them for reading only, and connects.
    void connect() {
        memory.clear((int) pages[0]);
        memory.setInt(ring() + BlockRing.RSP_EVENT, 1);
        produced = 0;
        grant(RING, pages[0], 1);
        grant(PAGE, pages[1], 1);
        grant(READ_ONLY_PAGE, pages[2], 5);
        port = new Port((int) host.hypervisor().eventChannels().allocUnbound(guest, DomId.DOM0));
        host.writeStore(PATH + "/ring-ref", Integer.toString(RING));
        host.writeStore(PATH + "/event-channel", Integer.toString(port.value()));
        host.writeStore(PATH + "/protocol", "x86_64-abi");
        host.writeStore(PATH + "/state", "3");
        run(2);
        note("connect");
    }

    /// Disconnects.
    void close() {
        host.writeStore(PATH + "/state", "6");
        run(2);
        note("close");
    }

    private long ring() {
        return pages[0] << 12;
    }

    /// Asks for one sector and waits for the answer.
    void ask(int operation, long sector, int ref) {
        long slot = ring() + BlockRing.SLOTS + (long) (produced & 31) * BlockRing.SLOT_BYTES;
        memory.setByte(slot, (byte) operation);
        memory.setByte(slot + BlockRing.NR_SEGMENTS, (byte) 1);
        memory.setLong(slot + BlockRing.ID, produced);
        memory.setLong(slot + BlockRing.SECTOR_NUMBER, sector);
        memory.setInt(slot + BlockRing.SEGMENTS, ref);
        memory.setShort(slot + BlockRing.SEGMENTS + 4, (short) 0);
        memory.setInt(ring() + BlockRing.REQ_PROD, ++produced);
        host.hypervisor().eventChannels().send(guest, port);
        run(5);
        boolean isAnswered = memory.getInt(ring() + BlockRing.RSP_PROD) == produced;
        String status =
                isAnswered
                        ? "status " + memory.getShort(slot + BlockRing.RESPONSE_STATUS)
                        : "no answer";
        note(
                "%s sector %d with entry %d: %s"
                        .formatted(
                                operation == BlockRing.READ ? "read" : "write",
                                sector,
                                ref,
                                status));
    }

    private void note(String what) {
        StringBuilder line = new StringBuilder(what).append("; flags now");
        for (int ref = RING; ref <= READ_ONLY_PAGE; ref++) {
            line.append(" 0x%x".formatted(domain.grants().flags(ref)));
        }
        lines.add(line.append(", page begins ").append(memory.getByte(pages[1] << 12)).toString());
    }

    /// What became of each request, and of the grants by then.
    List<String> lines() {
        return lines;
    }

    /// What happened to grants.
    List<GrantEvent> events() {
        return events;
    }
}
