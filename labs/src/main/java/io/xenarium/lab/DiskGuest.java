package io.xenarium.lab;

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
import io.xenarium.trace.Topic;
import io.xenarium.trace.XenEvent;
import io.xenarium.xen.Domain;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;

/// A whole computer with a guest that has a disk of 64 sectors, and the guest's half of the disk's
/// driver, played from outside: our guest has none of its own. Sector n begins with the number n+1.
public final class DiskGuest {
    /// The grant of the ring.
    public static final int RING = 8;

    /// The grant of a page that the back-end may write.
    public static final int PAGE = 9;

    /// The grant of a page that it may read only.
    public static final int READ_ONLY_PAGE = 10;

    public static final int SECTORS = 64;

    /// Where the nodes of the front-end stand.
    public static final String FRONT = "/local/domain/1/device/vbd/51712";

    private static final int GRANTED = 1;
    private static final int GRANTED_READ_ONLY = 5;
    private static final long MILLISECOND = 1_000_000;
    private static final String BACK = "/local/domain/0/backend/vbd/1/51712";

    private final Host host;
    private final List<XenEvent> events = new ArrayList<>();
    private final DomId guest;
    private final Domain domain;
    private final Memory memory;
    private final long[] pages;
    private Port port;
    private int produced;

    /// A guest that has booted. Its computer has these parts, and events of `topic` are kept.
    public DiskGuest(Parts parts, Topic topic) {
        host = Host.of(new HostConfig(1, 64, parts));
        memory = host.machine().memory();
        host.trace().listen(EnumSet.of(topic), events::add);
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

    public Host host() {
        return host;
    }

    /// What happened, of the topic that is kept.
    public List<XenEvent> events() {
        return events;
    }

    private void run(long milliseconds) {
        long before = host.hypervisor().retired();
        host.run(host.machine().clock().nanos() + milliseconds * MILLISECOND);
        StepBudget.count(host.hypervisor().retired() - before);
    }

    private void grant(int ref, long frameMfn, int flags) {
        long entry = domain.grants().entryMaddr(ref);
        memory.setShort(entry + GrantEntry.DOMID, (short) 0);
        memory.setInt(entry + GrantEntry.FRAME, (int) frameMfn);
        memory.setShort(entry + GrantEntry.FLAGS, (short) flags);
    }

    /// Grants the ring and two pages, one of them for reading only, and connects.
    ///
    /// @param isPersistent whether it says that it grants the same pages again and again
    public void connect(boolean isPersistent) {
        memory.clear((int) pages[0]);
        memory.setInt(ring() + BlockRing.RSP_EVENT, 1);
        produced = 0;
        grant(RING, pages[0], GRANTED);
        grant(PAGE, pages[1], GRANTED);
        grant(READ_ONLY_PAGE, pages[2], GRANTED_READ_ONLY);
        port = new Port((int) host.hypervisor().eventChannels().allocUnbound(guest, DomId.DOM0));
        host.writeStore(FRONT + "/ring-ref", Integer.toString(RING));
        host.writeStore(FRONT + "/event-channel", Integer.toString(port.value()));
        host.writeStore(FRONT + "/protocol", "x86_64-abi");
        host.writeStore(FRONT + "/feature-persistent", isPersistent ? "1" : "0");
        setState("3");
    }

    /// Disconnects.
    public void close() {
        setState("6");
    }

    /// Says that it is in a state of xenbus, and waits a while.
    public void setState(String state) {
        host.writeStore(FRONT + "/state", state);
        run(2);
    }

    /// The state that the back-end says it is in.
    public String backState() {
        return host.store().read(BACK + "/state").orElse("none");
    }

    private long ring() {
        return pages[0] << 12;
    }

    private long slot(int index) {
        return ring() + BlockRing.SLOTS + (long) (index & 31) * BlockRing.SLOT_BYTES;
    }

    /// Puts a request for one sector into the ring; the back-end is not told yet.
    ///
    /// @param ref the grant of the page; below 0 for a request without one
    public void push(int operation, long sector, int ref) {
        long slot = slot(produced);
        memory.setByte(slot, (byte) operation);
        memory.setByte(slot + BlockRing.NR_SEGMENTS, (byte) (ref < 0 ? 0 : 1));
        memory.setLong(slot + BlockRing.ID, produced);
        memory.setLong(slot + BlockRing.SECTOR_NUMBER, sector);
        if (operation == BlockRing.DISCARD) {
            memory.setLong(slot + BlockRing.DISCARD_SECTORS, 1);
        } else {
            memory.setInt(slot + BlockRing.SEGMENTS, ref);
            memory.setShort(slot + BlockRing.SEGMENTS + 4, (short) 0);
        }
        produced++;
    }

    /// Says how many requests there are, claims `more` than that, signals, and waits a while.
    public void signal(int more) {
        memory.setInt(ring() + BlockRing.REQ_PROD, produced + more);
        host.hypervisor().eventChannels().send(guest, port);
        run(5);
    }

    /// What became of the request that was put in last.
    public String status() {
        return memory.getInt(ring() + BlockRing.RSP_PROD) == produced
                ? "status " + memory.getShort(slot(produced - 1) + BlockRing.RESPONSE_STATUS)
                : "no answer";
    }

    /// The flags of the three grants, and with what the first page begins.
    public String pages() {
        StringBuilder line = new StringBuilder("flags now");
        for (int ref = RING; ref <= READ_ONLY_PAGE; ref++) {
            line.append(" 0x%x".formatted(domain.grants().flags(ref)));
        }
        return line.append(", page begins ").append(memory.getByte(pages[1] << 12)).toString();
    }
}
