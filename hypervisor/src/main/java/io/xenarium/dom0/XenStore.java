package io.xenarium.dom0;

import io.xenarium.dom0.StoreNode.Permission;
import io.xenarium.dom0.StoreTree.Change;
import io.xenarium.machine.Kept;
import io.xenarium.terms.DomId;
import io.xenarium.terms.Mfn;
import io.xenarium.terms.Port;
import io.xenarium.trace.StoreEvent;
import io.xenarium.trace.Topic;
import io.xenarium.xen.Hypervisor;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;

/// The store: a small tree of texts through which domains and toolstack find each other, with an
/// owner and permissions on every node, watches and transactions (docs/misc/xenstore.txt).
///
/// A guest reaches it through a ring of its own; domain 0 and the toolstack call the methods here.
/// Whatever a guest sends is answered, or its connection is given up; it harms nobody else. Xen:
/// tools/xenstore.
public final class XenStore implements Kept {
    /// Fires when a domain was introduced; the other when one was released or has died.
    public static final String INTRODUCED = "@introduceDomain";

    public static final String RELEASED = "@releaseDomain";

    /// The most that the path and the value of a node have together.
    public static final int VALUE_MAX = StoreNode.VALUE_MAX;

    private final Hypervisor xen;
    private final StoreTree tree = new StoreTree();
    private final SortedMap<Integer, StoreClient> clients = new TreeMap<>();

    private record Watcher(String path, Consumer<String> watcher) {}

    private final List<Watcher> watchers = new ArrayList<>();
    private final Deque<String> changed = new ArrayDeque<>();
    private boolean isTelling;

    /// The daemon has just been started.
    public XenStore(Hypervisor xen) {
        this.xen = xen;
        write("/tool/xenstored", "");
        write("/local/domain/0/name", "Domain-0");
        write("/local/domain/0/domid", "0");
    }

    /// Begins to serve a guest.
    ///
    /// @param ring the frame of its XenStore ring
    /// @param remotePort its end of the wire, which waits for domain 0
    public void introduce(DomId guest, Mfn ring, Port remotePort) {
        Port port = xen.control().bind(guest, remotePort, _ -> serve(guest));
        clients.put(guest.value(), new StoreClient(guest, ring, port));
        fireSpecial(INTRODUCED);
    }

    /// Stops serving a guest.
    public void release(DomId guest) {
        StoreClient client = clients.remove(guest.value());
        if (client != null) {
            xen.control().close(client.port());
            fireSpecial(RELEASED);
        }
    }

    /// Whether the store serves the domain.
    public boolean isIntroduced(DomId domain) {
        return domain.equals(DomId.DOM0) || clients.containsKey(domain.value());
    }

    /// What a guest that is served has more of than it may; empty where all is well.
    public List<String> excess(DomId guest) {
        StoreClient client = clients.get(guest.value());
        return client == null ? List.of() : client.excess();
    }

    /// What a node says, where it exists. Looks past permissions.
    public Optional<String> read(String path) {
        return tree.find(path).map(StoreNode::value).map(XenStore::decoded);
    }

    /// The names of a node's children, in order. Looks past permissions.
    public List<String> list(String path) {
        return tree.find(path).map(node -> List.copyOf(node.children().keySet())).orElse(List.of());
    }

    /// The whole tree from `path` down, as `xenstore-ls -f -p` prints it.
    public String dump(String path) {
        StringBuilder text = new StringBuilder();
        tree.find(path).ifPresent(node -> dump(text, path, node));
        return text.toString();
    }

    private static void dump(StringBuilder text, String path, StoreNode node) {
        if (!path.equals("/")) {
            text.append(path).append(" = \"").append(escaped(node.value())).append("\"   (");
            for (int i = 0; i < node.permissions().size(); i++) {
                text.append(i == 0 ? "" : ",").append(node.permissions().get(i));
            }
            text.append(")\n");
        }
        node.children().forEach((name, child) -> dump(text, StorePath.child(path, name), child));
    }

    private static String escaped(String value) {
        StringBuilder text = new StringBuilder();
        for (char at : value.toCharArray()) {
            switch (at) {
                case '\n' -> text.append("\\n");
                case '\r' -> text.append("\\r");
                case '\t' -> text.append("\\t");
                case '\\' -> text.append("\\\\");
                default -> text.append(at < ' ' || at > '~' ? "\\%03o".formatted((int) at) : at);
            }
        }
        return text.toString();
    }

    /// Domain 0 writes a node.
    public void write(String path, String value) {
        announce(List.of(tree.write(path, encoded(value), DomId.DOM0)), DomId.DOM0);
    }

    /// Domain 0 sets who may do what with a node.
    ///
    /// @param owner may do everything
    /// @param others what all others may do: `n`, `r`, `w` or `b`
    public void permit(String path, DomId owner, char others) {
        List<Permission> permissions = List.of(new Permission(owner, others));
        announce(List.of(tree.setPermissions(path, permissions, DomId.DOM0)), DomId.DOM0);
    }

    /// Domain 0 lets one more domain do something with a node.
    public void permitAlso(String path, DomId domain, char letter) {
        tree.find(path)
                .ifPresent(node -> {
                    List<Permission> more = new java.util.ArrayList<>(node.permissions());
                    more.add(new Permission(domain, letter));
                    tree.setPermissions(path, more, DomId.DOM0);
                });
    }

    /// Domain 0 removes a node and all below it, where it exists.
    public void remove(String path) {
        if (tree.find(path).isPresent()) {
            announce(List.of(tree.remove(path, DomId.DOM0)), DomId.DOM0);
        }
    }

    /// A daemon of domain 0 wants to know of every change at or below `path`; it is called with the
    /// path that changed, when the change and all that led to it are done.
    public void watch(String path, Consumer<String> watcher) {
        watchers.add(new Watcher(path, watcher));
    }

    private void tellWatchers() {
        if (isTelling) {
            return;
        }
        isTelling = true;
        try {
            while (!changed.isEmpty()) {
                String path = changed.removeFirst();
                for (Watcher each : watchers) {
                    if (StorePath.isWithin(path, each.path)) {
                        each.watcher.accept(path);
                    }
                }
            }
        } finally {
            isTelling = false;
        }
    }

    /// Whether a node can have this name.
    public static boolean isPath(String path) {
        return path.startsWith("/") && StorePath.isValid(path);
    }

    private void serve(DomId guest) {
        StoreClient client = clients.get(guest.value());
        if (client == null || !client.isReachable(xen)) {
            return;
        }
        boolean isMoved = client.flush(xen);
        boolean isMore = true;
        while (isMore) {
            isMoved |= client.receive(xen);
            Optional<StoreWire.Message> request =
                    client.isWaiting()
                            ? Optional.empty()
                            : client.nextRequest(xen.machine().memory());
            request.ifPresent(each -> answer(client, each));
            isMoved |= client.flush(xen);
            isMore = request.isPresent();
        }
        if (isMoved) {
            xen.control().send(client.port());
        }
    }

    /// What has changed is told before the answer, and domain 0's own daemons hear of it after:
    /// they are other programs.
    private void answer(StoreClient client, StoreWire.Message request) {
        StoreRequests requests = new StoreRequests(tree, client, this::isIntroduced);
        StoreWire.Message answer;
        String error = "";
        try {
            answer = request.answer(requests.answer(request));
        } catch (StoreRefusal refused) {
            error = refused.errno().name();
            answer = request.refusal(refused.errno());
        }
        tellGuests(requests.changes(), client.guest());
        client.send(answer);
        tellAnswered(client, request, error);
        requests.newWatch().ifPresent(watch -> fire(client, watch, watch.name()));
        tellWatchers();
    }

    private void tellAnswered(StoreClient client, StoreWire.Message request, String error) {
        if (!xen.trace().wants(Topic.STORE)) {
            xen.trace().skip();
            return;
        }
        String path = request.payload().split("\0", 2)[0];
        xen.trace()
                .emit(
                        new StoreEvent.Answered(
                                xen.trace().stamp(), client.guest(), request.type(), path, error));
    }

    /// Writes changes down and tells those who watch.
    private void announce(List<Change> changes, DomId by) {
        tellGuests(changes, by);
        tellWatchers();
    }

    private void tellGuests(List<Change> changes, DomId by) {
        for (Change change : changes) {
            if (change.before().isEmpty() && change.after().isEmpty()) {
                continue;
            }
            tell(change, by);
            changed.addLast(change.path());
            for (StoreClient client : List.copyOf(clients.values())) {
                announce(client, change);
            }
        }
    }

    /// Of nodes that went away, the lower ones are told of first.
    private void announce(StoreClient client, Change change) {
        boolean mayKnow = change.after().or(change::before).orElseThrow().canRead(client.guest());
        boolean isFired = false;
        for (StoreClient.Watch watch : client.watches()) {
            if (change.after().isEmpty() && isGone(watch, change, client.guest())) {
                send(client, watch, watch.name());
                isFired = true;
            }
        }
        for (StoreClient.Watch watch : client.watches()) {
            if (mayKnow && StorePath.isWithin(change.path(), watch.path())) {
                send(client, watch, named(watch, change.path()));
                isFired = true;
            }
        }
        if (isFired) {
            deliver(client);
        }
    }

    /// Whether the watched node went away together with one above it.
    private static boolean isGone(StoreClient.Watch watch, Change change, DomId guest) {
        boolean isBelow = StorePath.isWithin(watch.path(), change.path());
        if (!isBelow || watch.path().equals(change.path())) {
            return false;
        }
        StoreNode node = change.before().orElseThrow();
        int known = StorePath.parts(change.path()).size();
        List<String> parts = StorePath.parts(watch.path());
        for (String part : parts.subList(known, parts.size())) {
            node = node.children().get(part);
            if (node == null) {
                return false;
            }
        }
        return node.canRead(guest);
    }

    /// The changed path as the watcher names things: relative where its watch is.
    private static String named(StoreClient.Watch watch, String path) {
        return watch.name() + path.substring(watch.path().equals("/") ? 0 : watch.path().length());
    }

    /// Tells domain 0's own watchers only: no guest may know which others there are.
    private void fireSpecial(String name) {
        for (StoreClient client : clients.values()) {
            for (StoreClient.Watch watch : client.watches()) {
                if (watch.path().equals(name) && !StoreTree.isGuest(client.guest())) {
                    fire(client, watch, name);
                }
            }
        }
    }

    private void fire(StoreClient client, StoreClient.Watch watch, String name) {
        send(client, watch, name);
        deliver(client);
    }

    private void send(StoreClient client, StoreClient.Watch watch, String name) {
        String payload = name + "\0" + watch.token() + "\0";
        client.send(new StoreWire.Message(StoreWire.WATCH_EVENT, 0, 0, payload));
        if (xen.trace().wants(Topic.STORE)) {
            xen.trace()
                    .emit(
                            new StoreEvent.WatchFired(
                                    xen.trace().stamp(), client.guest(), name, watch.token()));
        } else {
            xen.trace().skip();
        }
    }

    private void deliver(StoreClient client) {
        if (client.isReachable(xen) && client.flush(xen)) {
            xen.control().send(client.port());
        }
    }

    private void tell(Change change, DomId by) {
        if (!xen.trace().wants(Topic.STORE)) {
            xen.trace().skip();
            return;
        }
        Optional<String> before = change.before().map(StoreNode::value);
        xen.trace()
                .emit(
                        change.after().isPresent()
                                ? new StoreEvent.Written(
                                        xen.trace().stamp(),
                                        by,
                                        change.path(),
                                        before,
                                        change.after().get().value())
                                : new StoreEvent.Removed(xen.trace().stamp(), by, change.path()));
    }

    /// The store holds bytes; texts from outside are UTF-8 in it.
    private static String encoded(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    private static String decoded(String bytes) {
        return new String(bytes.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }

    @Override
    public void save(DataOutput out) throws IOException {
        tree.save(out);
        out.writeInt(clients.size());
        for (StoreClient client : clients.values()) {
            client.save(out);
        }
    }

    @Override
    public void load(DataInput in) throws IOException {
        tree.load(in);
        clients.clear();
        for (int left = in.readInt(); left > 0; left--) {
            StoreClient client = StoreClient.read(in);
            clients.put(client.guest().value(), client);
            xen.control().handle(client.port(), _ -> serve(client.guest()));
        }
    }
}
