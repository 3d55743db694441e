package io.xenarium.toolstack;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.xenarium.abi.BlockRing;
import io.xenarium.abi.ConsoleRing;
import io.xenarium.abi.GrantEntry;
import io.xenarium.abi.StoreRing;
import io.xenarium.check.Invariants;
import io.xenarium.machine.Dice;
import io.xenarium.machine.Memory;
import io.xenarium.terms.DomId;
import io.xenarium.terms.Port;
import io.xenarium.toolstack.DiskSpec.Access;
import io.xenarium.trace.DomainEvent.Life;
import io.xenarium.xen.Domain;
import io.xenarium.xen.Snapshot;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// A guest that writes what it likes into its rings of console, store and disk, and into the grant
/// table behind them: domain 0 lives on, and another guest and its nodes stay as they were.
///
/// Every round begins at the same keyframe, and every step of it has dice of its own, so that a
/// round that fails can be shortened. The guests are paused: what they would do is played here.
class HostileRingStormTest {
    private static final int ROUNDS = Integer.getInteger("xenarium.storm.rounds", 40);
    private static final long FIRST = Long.getLong("xenarium.storm.first", 0);
    private static final int STEPS = 100;

    /// Steps between two looks at everything.
    private static final int SELDOM = 20;

    /// What xenstored lets a guest have, and what the toolstack makes in its name.
    private static final int NODES_MAX = 1000 + 40;

    private static final int PAGES = 12;
    private static final int FIRST_REF = 8;
    private static final String FRONT = "/local/domain/1/device/vbd/51712";
    private static final Port STORE = new Port(1);
    private static final Port CONSOLE = new Port(2);

    private static final String[] TEXTS = {
        "",
        "/",
        "name",
        "data",
        "data/a",
        "data/a/b",
        "data/a/b/c/d/e/f",
        "control/shutdown",
        "/local/domain/1/data",
        "/local/domain/2",
        "/local/domain/2/name",
        "/local/domain/0/name",
        "/local/domain/0/backend/vbd/1/51712/state",
        "/tool",
        "../2",
        "a//b",
        "a/",
        "@introduceDomain",
        "@releaseDomain",
        "@nothing",
        "device/vbd/51712/state",
        "device/vbd/51712/ring-ref",
        "device/vbd/51712/event-channel",
        "device/vbd/51712/ring-page-order",
        "device/vbd/51712",
        "device",
        "n1",
        "r2",
        "b0",
        "w1",
        "n0",
        "x1",
        "n99999999999",
        "T",
        "F",
        "0",
        "1",
        "2",
        "3",
        "4",
        "5",
        "6",
        "8",
        "-1",
        "4000",
        "x".repeat(300),
        "y".repeat(1900),
        "z".repeat(3500)
    };

    private final Host host = Computers.small(1);
    private final Memory memory = host.machine().memory();
    private DomId guest;
    private DomId other;
    private Domain domain;
    private long[] pages;
    private Snapshot beginning;
    private List<byte[]> othersMemory;
    private String othersNodes;
    private Port port;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void aGuestThatForgesItsRingsHarmsNobodyButItself(long seed) {
        begin();
        for (int round = 0; round < ROUNDS; round++) {
            long dice = (FIRST + seed) * 1_000_003 + round * 1009L;
            String wrong = failure(dice, 0, SELDOM);
            if (!wrong.isEmpty()) {
                assertEquals("", "seed %d, round %d, %s".formatted(seed, round, shortened(dice)));
            }
        }
    }

    private void begin() {
        host.images().put("image", new byte[64 * 512]);
        guest =
                host.xl()
                        .create(
                                XlConfig.of("hello", Images.HELLO, 4)
                                        .with(List.of(new DiskSpec("image", "xvda", Access.COW))));
        other = Computers.hello(host, "other");
        run(20);
        domain = host.hypervisor().domain(guest);
        host.xl().pause(guest);
        host.xl().pause(other);
        pages = lastFrames(guest, PAGES);
        othersMemory = memoryOf(other);
        othersNodes = nodesOfOthers();
        port = new Port((int) host.hypervisor().eventChannels().allocUnbound(guest, DomId.DOM0));
        beginning = host.keyframe();
    }

    private long[] lastFrames(DomId owner, int count) {
        long[] found = new long[count];
        long frame = memory.frames() - 1L;
        for (int i = 0; i < count; frame--) {
            if (host.hypervisor().frames().isOwnedBy(frame, owner)
                    && host.hypervisor().frames().pfn(frame) > 900) {
                found[i++] = frame;
            }
        }
        return found;
    }

    private void run(long milliseconds) {
        host.run(host.machine().clock().nanos() + milliseconds * 1_000_000);
    }

    /// The failure of a round in its last steps alone, as few of them as will do.
    private String shortened(long dice) {
        String shortest = "from step 0: " + failure(dice, 0, 1);
        for (int start = STEPS - 1; start > 0; start--) {
            String wrong = failure(dice, start, 1);
            if (!wrong.isEmpty()) {
                return "from step %d: %s".formatted(start, wrong);
            }
        }
        return shortest;
    }

    private String failure(long dice, int start, int every) {
        host.restore(beginning);
        host.machine().journal().cutFuture();
        for (int step = start; step < STEPS; step++) {
            String wrong = "";
            try {
                act(new Dice(dice + step * 7_919L));
                run(1);
            } catch (RuntimeException ours) {
                wrong = ours.toString();
            }
            if (wrong.isEmpty() && (step % every == 0 || step == STEPS - 1)) {
                wrong = harm();
            }
            if (!wrong.isEmpty()) {
                return "step %d: %s".formatted(step, wrong);
            }
        }
        return "";
    }

    private String harm() {
        List<String> wrong = new ArrayList<>(Invariants.check(host.hypervisor()));
        if (!nodesOfOthers().equals(othersNodes)) {
            wrong.add("nodes of others changed");
        }
        List<byte[]> now = memoryOf(other);
        for (int i = 0; i < now.size(); i++) {
            if (!Arrays.equals(now.get(i), othersMemory.get(i))) {
                wrong.add("frame %d of another domain changed".formatted(i));
            }
        }
        if (host.hypervisor().domain(other).life() != Life.PAUSED) {
            wrong.add("another domain is " + host.hypervisor().domain(other).life());
        }
        long nodes = host.store().dump("/").lines().filter(line -> line.contains("(n1")).count();
        if (nodes > NODES_MAX) {
            wrong.add("the guest has %d nodes".formatted(nodes));
        }
        wrong.addAll(host.store().excess(guest));
        return wrong.isEmpty() ? "" : wrong.toString();
    }

    /// All but what is the guest's own, or says something about it.
    private String nodesOfOthers() {
        StringBuilder nodes = new StringBuilder();
        host.store()
                .dump("/")
                .lines()
                .filter(line -> !line.matches("/local/domain/(1|0/(backend|error))[ /].*"))
                .forEach(line -> nodes.append(line).append('\n'));
        return nodes.toString();
    }

    private List<byte[]> memoryOf(DomId owner) {
        List<byte[]> all = new ArrayList<>();
        for (long frame = 0; frame < memory.frames(); frame++) {
            if (host.hypervisor().frames().isOwnedBy(frame, owner)) {
                byte[] bytes = new byte[Memory.FRAME_BYTES];
                memory.read(frame << 12, bytes);
                all.add(bytes);
            }
        }
        return all;
    }

    private void act(Dice dice) {
        switch (dice.below(8)) {
            case 0 -> consoleStep(dice);
            case 1, 2, 3 -> storeStep(dice);
            case 4 -> connect(dice);
            case 5 -> forgeGrant(dice);
            default -> blockStep(dice);
        }
    }

    private long page(String ring) {
        return Long.parseLong(
                        host.store().read("/local/domain/1/" + ring + "/ring-ref").orElse("0"))
                << 12;
    }

    private void consoleStep(Dice dice) {
        long page = page("console");
        int[] fields = {
            ConsoleRing.OUT_PROD, ConsoleRing.OUT_CONS, ConsoleRing.IN_PROD, ConsoleRing.IN_CONS
        };
        forgeIndex(dice, page + fields[dice.below(3) == 0 ? dice.below(4) : 0]);
        if (dice.below(3) == 0) {
            host.type(guest, "typed".getBytes(StandardCharsets.US_ASCII));
        }
        send(CONSOLE);
    }

    private void send(Port to) {
        host.hypervisor().eventChannels().send(guest, to);
    }

    private void forgeIndex(Dice dice, long field) {
        int value = memory.getInt(field);
        memory.setInt(
                field,
                switch (dice.below(8)) {
                    case 0 -> (int) dice.next();
                    case 1 -> value - dice.below(40);
                    case 2 -> value + (1 << dice.below(31));
                    case 3 -> dice.below(2) == 0 ? Integer.MAX_VALUE : Integer.MIN_VALUE;
                    default -> value + dice.below(33);
                });
    }

    private void storeStep(Dice dice) {
        long page = page("store");
        byte[] message = message(dice);
        int producer = memory.getInt(page + StoreRing.REQ_PROD);
        int count = Math.min(message.length, dice.below(200) == 0 ? 20 : StoreRing.BYTES);
        for (int i = 0; i < count; i++) {
            memory.setByte(page + StoreRing.REQ + (producer + i & StoreRing.BYTES - 1), message[i]);
        }
        memory.setInt(page + StoreRing.REQ_PROD, producer + count);
        if (dice.below(8) > 0) {
            memory.setInt(page + StoreRing.RSP_CONS, memory.getInt(page + StoreRing.RSP_PROD));
        }
        if (dice.below(150) == 0) {
            int[] fields = {
                StoreRing.REQ_PROD, StoreRing.REQ_CONS, StoreRing.RSP_PROD, StoreRing.RSP_CONS
            };
            forgeIndex(dice, page + fields[dice.below(4)]);
        }
        send(STORE);
    }

    private static byte[] message(Dice dice) {
        int type = dice.below(24);
        String payload = dice.below(6) == 0 ? anything(dice) : payload(dice, type);
        int length = Math.min(payload.length(), StoreRing.BYTES - 16);
        int said =
                switch (dice.below(400)) {
                    case 0 -> (int) dice.next();
                    case 1 -> 4096 + dice.below(2);
                    case 2 -> dice.below(20);
                    default -> length;
                };
        return ByteBuffer.allocate(16 + length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(dice.below(50) == 0 ? (int) dice.next() : type)
                .putInt((int) dice.next())
                .putInt(type == 6 || dice.below(3) > 0 ? 0 : dice.below(6))
                .putInt(said)
                .put(payload.substring(0, length).getBytes(StandardCharsets.ISO_8859_1))
                .array();
    }

    private static String anything(Dice dice) {
        StringBuilder payload = new StringBuilder();
        for (int texts = 1 + dice.below(3); texts > 0; texts--) {
            payload.append(TEXTS[dice.below(TEXTS.length)]);
            payload.append(dice.below(12) == 0 ? "\u00ff" : "\0");
        }
        return payload.toString();
    }

    /// What a request of this type should have.
    private static String payload(Dice dice, int type) {
        String path = dice.below(3) == 0 ? TEXTS[dice.below(TEXTS.length)] : own(dice);
        String text = TEXTS[dice.below(TEXTS.length)];
        return switch (type) {
            case 4, 5 -> path + "\0token" + dice.below(3) + "\0";
            case 7 -> dice.below(4) == 0 ? "F\0" : "T\0";
            case 10, 17 -> dice.below(4) + "\0";
            case 11 -> path + "\0" + text;
            case 14 -> path + "\0n" + dice.below(3) + "\0" + "rwbn".charAt(dice.below(4)) + "2\0";
            case 22 -> path + "\0" + dice.below(40) + "\0";
            default -> path + "\0";
        };
    }

    /// A node that the guest may make.
    private static String own(Dice dice) {
        String name = "data/" + dice.below(6);
        return dice.below(3) == 0 ? name + "/a/b/c/d/" + dice.below(400) : name;
    }

    /// The front-end offers a ring, or does something else that it should not now.
    private void connect(Dice dice) {
        if (dice.below(3) == 0) {
            host.writeStore(FRONT + "/state", Integer.toString(dice.below(9)));
            return;
        }
        for (int i = 0; i < PAGES; i++) {
            grant(FIRST_REF + i, pages[i], 1);
        }
        memory.clear((int) pages[0]);
        host.writeStore(FRONT + "/ring-ref", Integer.toString(FIRST_REF));
        host.writeStore(FRONT + "/event-channel", Integer.toString(port.value()));
        host.writeStore(FRONT + "/protocol", "x86_64-abi");
        host.writeStore(FRONT + "/feature-persistent", Integer.toString(dice.below(2)));
        for (String state : List.of("6", "1", "3")) {
            host.writeStore(FRONT + "/state", state);
        }
    }

    private void grant(int ref, long frameMfn, int flags) {
        long entry = domain.grants().entryMaddr(ref);
        memory.setShort(entry + GrantEntry.DOMID, (short) 0);
        memory.setInt(entry + GrantEntry.FRAME, (int) frameMfn);
        memory.setShort(entry + GrantEntry.FLAGS, (short) flags);
    }

    private void forgeGrant(Dice dice) {
        long frame =
                switch (dice.below(4)) {
                    case 0 -> dice.below(memory.frames() + 8);
                    case 1 -> dice.next();
                    default -> pages[dice.below(PAGES)];
                };
        int flags = dice.below(3) == 0 ? (int) dice.next() : dice.below(3) == 0 ? 5 : 1;
        grant(dice.below(FIRST_REF + PAGES + 2), frame, flags);
    }

    private void blockStep(Dice dice) {
        long ring = pages[0] << 12;
        int producer = memory.getInt(ring + BlockRing.REQ_PROD);
        for (int left = dice.below(4); left >= 0; left--, producer++) {
            request(dice, ring + BlockRing.SLOTS + (producer & 31) * BlockRing.SLOT_BYTES);
        }
        memory.setInt(ring + BlockRing.REQ_PROD, producer);
        if (dice.below(20) == 0) {
            forgeIndex(dice, ring + BlockRing.REQ_PROD);
        }
        send(port);
    }

    private void request(Dice dice, long slot) {
        memory.setByte(slot, (byte) dice.below(8));
        memory.setByte(slot + BlockRing.NR_SEGMENTS, (byte) dice.below(14));
        memory.setShort(slot + BlockRing.INDIRECT_NR_SEGMENTS, (short) dice.below(300));
        memory.setLong(slot + BlockRing.ID, dice.next());
        memory.setLong(
                slot + BlockRing.SECTOR_NUMBER, dice.below(8) == 0 ? dice.next() : dice.below(80));
        for (int i = 0; i < BlockRing.SEGMENTS_MAX; i++) {
            long segment = slot + BlockRing.SEGMENTS + (long) i * BlockRing.SEGMENT_BYTES;
            boolean isWild = dice.below(16) == 0;
            memory.setInt(segment, isWild ? (int) dice.next() : dice.below(FIRST_REF + PAGES));
            memory.setByte(segment + BlockRing.SEGMENT_FIRST, (byte) dice.below(isWild ? 256 : 4));
            memory.setByte(
                    segment + BlockRing.SEGMENT_LAST, (byte) (4 + dice.below(isWild ? 250 : 4)));
        }
        long data = pages[1 + dice.below(PAGES - 1)] << 12;
        for (int i = 0; i < 64; i++) {
            memory.setByte(data + i, memory.getByte(slot + i % BlockRing.SLOT_BYTES));
        }
    }
}
