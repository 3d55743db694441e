package io.xenarium.dom0;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.xenarium.dom0.StoreNode.Permission;
import io.xenarium.dom0.StoreWire.Message;
import io.xenarium.terms.DomId;
import io.xenarium.terms.Errno;
import io.xenarium.terms.Mfn;
import io.xenarium.terms.Port;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

import org.junit.jupiter.api.Test;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.List;

class StoreRequestsTest {
    private static final DomId GUEST = new DomId(1);

    private final StoreTree tree = new StoreTree();
    private final StoreClient client = new StoreClient(GUEST, new Mfn(5), new Port(1));

    StoreRequestsTest() {
        tree.write("/local/domain/1/name", "web", DomId.DOM0);
        permit("/local/domain/1", new Permission(DomId.DOM0, 'n'), new Permission(GUEST, 'r'));
        permit("/local/domain/1/name", new Permission(DomId.DOM0, 'n'), new Permission(GUEST, 'r'));
        tree.write("/local/domain/1/data", "", DomId.DOM0);
        permit("/local/domain/1/data", new Permission(GUEST, 'n'));
        tree.write("/secret", "s", DomId.DOM0);
    }

    private void permit(String path, Permission... permissions) {
        tree.setPermissions(path, List.of(permissions), DomId.DOM0);
    }

    private String ask(int type, int transaction, String payload) {
        Message request = new Message(type, 7, transaction, payload);
        return new StoreRequests(tree, client, _ -> true).answer(request);
    }

    private String ask(int type, String payload) {
        return ask(type, 0, payload);
    }

    private void refuses(Errno errno, int type, String payload) {
        long before = tree.generation();
        StoreRefusal refused = assertThrows(StoreRefusal.class, () -> ask(type, payload), payload);
        assertEquals(errno, refused.errno());
        assertEquals(before, tree.generation(), "a refused request changes nothing");
    }

    @Test
    void aRelativePathBeginsAtTheDomainsOwnNode() {
        assertEquals("web", ask(StoreWire.READ, "name\0"));
        assertEquals("web", ask(StoreWire.READ, "/local/domain/1/name\0"));
        assertEquals("name\0data\0", ask(StoreWire.DIRECTORY, "/local/domain/1\0"));
        assertEquals("/local/domain/1\0", ask(StoreWire.GET_DOMAIN_PATH, "1\0"));
    }

    @Test
    void aGuestWritesWhereItMayAndOwnsWhatItMakes() {
        assertEquals("OK\0", ask(StoreWire.WRITE, "data/a/b\0hello"));
        assertEquals("hello", ask(StoreWire.READ, "data/a/b\0"));
        assertEquals("n1\0", ask(StoreWire.GET_PERMS, "data/a\0"));
        assertEquals("OK\0", ask(StoreWire.RM, "data/a\0"));
        refuses(Errno.ENOENT, StoreWire.READ, "data/a/b\0");
        assertEquals("OK\0", ask(StoreWire.RM, "data/gone\0"));
    }

    @Test
    void aGuestMayNotWriteReadOrKnowWhatIsNotForIt() {
        refuses(Errno.EACCES, StoreWire.WRITE, "name\0other");
        refuses(Errno.EACCES, StoreWire.READ, "/secret\0");
        refuses(Errno.EACCES, StoreWire.READ, "/secret/that/is/not/there\0");
        refuses(Errno.ENOENT, StoreWire.READ, "nothing\0");
        refuses(Errno.EPERM, StoreWire.SET_PERMS, "data\0n2\0");
        refuses(Errno.EACCES, StoreWire.RM, "/\0");
        refuses(Errno.EACCES, StoreWire.IS_DOMAIN_INTRODUCED, "1\0");
        refuses(Errno.EACCES, StoreWire.INTRODUCE, "1\0" + "5\0" + "6\0");
        refuses(Errno.ENOSYS, 20, "\0");
        refuses(Errno.ENOSYS, 12345, "");
    }

    @Test
    void badNamesAndBadMessagesAreRefused() {
        for (String name : List.of("", "a//b", "a/", "a b", "ü", "x".repeat(2049))) {
            refuses(Errno.EINVAL, StoreWire.READ, name + "\0");
        }
        refuses(Errno.EINVAL, StoreWire.READ, "name");
        refuses(Errno.EINVAL, StoreWire.READ, "name\0more\0");
        refuses(Errno.EINVAL, StoreWire.WRITE, "data");
        refuses(Errno.EINVAL, StoreWire.SET_PERMS, "data\0x1\0");
        refuses(Errno.EINVAL, StoreWire.SET_PERMS, "data\0");
    }

    @Test
    void whatAGuestMayHaveIsLimited() {
        refuses(Errno.ENOSPC, StoreWire.WRITE, "data/large\0" + "x".repeat(2016));
        for (int i = 0; i < 129; i++) {
            ask(StoreWire.WATCH, "data\0token" + i + "\0");
        }
        refuses(Errno.E2BIG, StoreWire.WATCH, "data\0another\0");
        refuses(Errno.EEXIST, StoreWire.WATCH, "data\0token3\0");
        ask(StoreWire.UNWATCH, "data\0token3\0");
        refuses(Errno.ENOENT, StoreWire.UNWATCH, "data\0token3\0");
        for (int i = 0; i < 11; i++) {
            ask(StoreWire.TRANSACTION_START, "\0");
        }
        refuses(Errno.ENOSPC, StoreWire.TRANSACTION_START, "\0");
        ask(StoreWire.RESET_WATCHES, "\0");
        assertEquals("12\0", ask(StoreWire.TRANSACTION_START, "\0"));
    }

    @Test
    void aThousandNodesAreEnough() {
        for (int i = 0; i < 995; i++) {
            ask(StoreWire.WRITE, "data/%d/n%d\0".formatted(i % 4, i));
        }
        refuses(Errno.ENOSPC, StoreWire.WRITE, "data/one-more\0");
    }

    @Test
    void theNamesOfANodesChildrenCountAsItsBytes() {
        // 24 and 8 bytes for the header and the owner; a name has five with its end.
        for (int i = 0; i < (2047 - 24 - 8) / 5; i++) {
            ask(StoreWire.MKDIR, "data/n%03d\0".formatted(i));
        }
        refuses(Errno.ENOSPC, StoreWire.MKDIR, "data/more\0");
        refuses(Errno.ENOSPC, StoreWire.WRITE, "data/more/and/more\0");
    }

    @Test
    void aLongListOfNamesIsReadInParts() {
        for (int i = 0; i < 999; i++) {
            tree.write("/local/domain/1/long/n" + i, "", DomId.DOM0);
        }
        List<StoreNode.Permission> mayRead = List.of(new StoreNode.Permission(DomId.DOM0, 'r'));
        tree.setPermissions("/local/domain/1/long", mayRead, DomId.DOM0);
        refuses(Errno.E2BIG, StoreWire.DIRECTORY, "long\0");
        String all = "";
        String part = ask(StoreWire.DIRECTORY_PART, "long\0" + "0\0");
        while (!part.endsWith("\0\0")) {
            all += part.substring(part.indexOf(0) + 1);
            part = ask(StoreWire.DIRECTORY_PART, "long\0" + all.length() + "\0");
        }
        all += part.substring(part.indexOf(0) + 1);
        assertEquals(999, all.chars().filter(at -> at == 0).count() - 1);
    }

    @Test
    void aTransactionIsSeenByNobodyBeforeItsEnd() {
        int id = start();
        ask(StoreWire.WRITE, id, "data/x\0new");
        assertEquals("new", ask(StoreWire.READ, id, "data/x\0"));
        refuses(Errno.ENOENT, StoreWire.READ, "data/x\0");
        assertEquals("OK\0", ask(StoreWire.TRANSACTION_END, id, "T\0"));
        assertEquals("new", ask(StoreWire.READ, "data/x\0"));
    }

    @Test
    void aTransactionThatIsGivenUpLeavesNothing() {
        int id = start();
        ask(StoreWire.WRITE, id, "data/x\0new");
        ask(StoreWire.TRANSACTION_END, id, "F\0");
        refuses(Errno.ENOENT, StoreWire.READ, "data/x\0");
    }

    @Test
    void aTransactionWhoseGroundHasMovedHasToTryAgain() {
        tree.write("/local/domain/1/data/x", "1", DomId.DOM0);
        int id = start();
        ask(StoreWire.WRITE, id, "data/y\0" + 2);
        refusesIn(id, Errno.EBUSY, StoreWire.TRANSACTION_START, "\0");
        tree.write("/local/domain/1/data/z", "elsewhere", DomId.DOM0);
        refusesIn(id, Errno.EAGAIN, StoreWire.TRANSACTION_END, "T\0");
        refuses(Errno.ENOENT, StoreWire.READ, "data/y\0");
        refusesIn(id, Errno.ENOENT, StoreWire.TRANSACTION_END, "T\0");
    }

    @Test
    void twoTransactionsOnDifferentNodesBothGoWell() {
        tree.write("/local/domain/1/data/x", "1", DomId.DOM0);
        tree.write("/local/domain/1/data/y", "1", DomId.DOM0);
        permit("/local/domain/1/data/x", new Permission(GUEST, 'n'));
        permit("/local/domain/1/data/y", new Permission(GUEST, 'n'));
        int one = start();
        int other = start();
        ask(StoreWire.WRITE, one, "data/x\0" + 2);
        ask(StoreWire.WRITE, other, "data/y\0" + 2);
        assertEquals("OK\0", ask(StoreWire.TRANSACTION_END, one, "T\0"));
        assertEquals("OK\0", ask(StoreWire.TRANSACTION_END, other, "T\0"));
        assertEquals("22", ask(StoreWire.READ, "data/x\0") + ask(StoreWire.READ, "data/y\0"));
    }

    @Test
    void aTransactionRemembersNoMoreThanItMay() {
        int id = start();
        for (int i = 0; i < 5000; i++) {
            ask(StoreWire.WRITE, id, "data/x\0" + i + "x".repeat(1500));
        }
        ask(StoreWire.TRANSACTION_END, id, "T\0");
        assertEquals("4999" + "x".repeat(1500), ask(StoreWire.READ, "data/x\0"));
        int reader = start();
        // The node above is looked at, too.
        for (int i = 0; i < StoreTransaction.NODES_MAX - 1; i++) {
            refusesIn(reader, Errno.ENOENT, StoreWire.READ, "data/n%d\0".formatted(i));
        }
        refusesIn(reader, Errno.ENOSPC, StoreWire.READ, "data/x\0");
        refusesIn(reader, Errno.ENOENT, StoreWire.READ, "data/n0\0");
        refusesIn(reader, Errno.ENOMEM, StoreWire.TRANSACTION_END, "T\0");
        int writer = start();
        assertThrows(
                StoreRefusal.class,
                () -> {
                    while (true) {
                        ask(StoreWire.WRITE, writer, "data/y\0" + "y".repeat(1900));
                        ask(StoreWire.RM, writer, "data/y\0");
                    }
                });
        assertEquals(List.of(), client.excess());
    }

    @Test
    void aTransactionForWhichThereIsNoRoomAnyMoreChangesNothing() {
        for (int i = 0; i < 4; i++) {
            ask(StoreWire.MKDIR, "data/%d\0".formatted(i));
        }
        int id = start();
        for (int i = 0; i < 600; i++) {
            ask(StoreWire.WRITE, id, "data/%d/n%d\0".formatted(i % 2, i));
        }
        for (int i = 0; i < 600; i++) {
            ask(StoreWire.WRITE, "data/%d/n%d\0".formatted(2 + i % 2, i));
        }
        refusesIn(id, Errno.ENOSPC, StoreWire.TRANSACTION_END, "T\0");
        refuses(Errno.ENOENT, StoreWire.READ, "data/0/n0\0");
        refusesIn(id, Errno.ENOENT, StoreWire.TRANSACTION_END, "T\0");
    }

    @Property(tries = 3000)
    void anyMessageIsAnsweredOrRefused(
            @ForAll @IntRange(max = 24) int type,
            @ForAll @IntRange(max = 3) int transaction,
            @ForAll byte[] payload) {
        StoreRequestsTest fresh = new StoreRequestsTest();
        fresh.start();
        String chars = new String(payload, java.nio.charset.StandardCharsets.ISO_8859_1) + "\0";
        try {
            fresh.ask(type, transaction, chars);
        } catch (StoreRefusal refused) {
            assertFalse(refused.errno().name().isEmpty());
        }
    }

    @Test
    void aConnectionIsTheSameAfterItWasSavedAndLoaded() throws IOException {
        ask(StoreWire.WATCH, "data\0token\0");
        int id = start();
        ask(StoreWire.WRITE, id, "data/x\0new");
        byte[] once = saved(client);
        StoreClient loaded = StoreClient.read(new DataInputStream(new ByteArrayInputStream(once)));
        assertTrue(java.util.Arrays.equals(once, saved(loaded)));
        assertEquals(client.watches(), loaded.watches());
    }

    private static byte[] saved(StoreClient client) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        client.save(new DataOutputStream(bytes));
        return bytes.toByteArray();
    }

    private void refusesIn(int transaction, Errno errno, int type, String payload) {
        assertEquals(
                errno,
                assertThrows(StoreRefusal.class, () -> ask(type, transaction, payload)).errno());
    }

    private int start() {
        String id = ask(StoreWire.TRANSACTION_START, "\0");
        return Integer.parseInt(id.substring(0, id.length() - 1));
    }
}
