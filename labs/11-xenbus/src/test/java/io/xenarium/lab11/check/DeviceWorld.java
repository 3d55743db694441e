package io.xenarium.lab11.check;

import io.xenarium.abi.XenbusState;
import io.xenarium.lab.CheckFailed;
import io.xenarium.lab.Rule;
import io.xenarium.lab.Search;
import io.xenarium.parts.SplitDriver;
import io.xenarium.terms.Port;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// A device, its front-end and a store, with nothing else of a machine. The grants 1 to 5 can be
/// mapped, the guest's port 3 can be bound.
final class DeviceWorld implements SplitDriver.Device, Search.World<DeviceWorld> {
    static final int GRANTS = 5;
    static final Port WAITING = new Port(3);
    private static final int FIRST_LOCAL = 20;

    XenbusState state = XenbusState.INIT_WAIT;
    XenbusState front = XenbusState.INITIALISED;
    Optional<SplitDriver.Offer> offer = Optional.empty();
    Optional<SplitDriver.Connection> connection = Optional.empty();

    /// What is mapped and bound: handle to grant, port to the guest's.
    final TreeMap<Integer, Integer> mapped = new TreeMap<>();

    final TreeMap<Integer, Integer> bound = new TreeMap<>();

    /// What happened that the guest or an administrator could see.
    final List<String> seen = new ArrayList<>();

    int nextHandle = 4;

    /// Takes what happens, in words; null while nobody wants to know.
    List<String> told;

    /// A device whose front-end offers these pages and a port that waits.
    static DeviceWorld offering(Integer... refs) {
        DeviceWorld world = new DeviceWorld();
        world.offer = Optional.of(new SplitDriver.Offer(List.of(refs), WAITING));
        return world;
    }

    @Override
    public DeviceWorld copy() {
        DeviceWorld copy = new DeviceWorld();
        copy.state = state;
        copy.front = front;
        copy.offer = offer;
        copy.connection = connection;
        copy.mapped.putAll(mapped);
        copy.bound.putAll(bound);
        copy.seen.addAll(seen);
        copy.nextHandle = nextHandle;
        return copy;
    }

    @Override
    public long fingerprint() {
        return toString().hashCode() * 31L + seen.hashCode() + front.ordinal() + nextHandle;
    }

    @Override
    public void tell(String format, Object... values) {
        if (told != null) {
            told.add(format.formatted(values));
        }
    }

    @Override
    public XenbusState state() {
        return state;
    }

    @Override
    public XenbusState frontState() {
        tell("  the front-end says %s", front);
        return front;
    }

    @Override
    public void say(XenbusState next) {
        state = next;
        seen.add("says " + next);
        tell("  says %s", next);
    }

    /// Words differ, so that a complaint counts and not what it says.
    @Override
    public void complain(String why) {
        seen.add("complains");
        tell("  complains: %s", why);
    }

    @Override
    public Optional<SplitDriver.Offer> offer() {
        tell("  the front-end offers %s", offer.map(Object::toString).orElse("nothing"));
        return offer;
    }

    @Override
    public int map(int ref) {
        if (ref < 1 || ref > GRANTS) {
            tell("  grant %d cannot be mapped", ref);
            return -1;
        }
        mapped.put(nextHandle, ref);
        tell("  grant %d is mapped: handle %d", ref, nextHandle);
        return nextHandle++;
    }

    @Override
    public void unmap(int handle) {
        require(
                mapped.remove(handle) != null,
                Rules.FORBIDDEN,
                "gave back handle " + handle + ", which it does not have");
        requireShut(handle, "unmapped its ring");
        tell("  handle %d is given back", handle);
    }

    private void requireShut(int what, String words) {
        boolean isUsed =
                connection
                        .filter(now -> now.handles().contains(what) || now.port().value() == what)
                        .isPresent();
        require(!isUsed, Rules.HELD, words + " while the device worked with it");
    }

    @Override
    public Optional<Port> bind(Port remote) {
        boolean waits = remote.equals(WAITING) && !bound.containsValue(remote.value());
        if (!waits) {
            tell("  port %d of the guest cannot be bound", remote.value());
            return Optional.empty();
        }
        int local = FIRST_LOCAL + bound.size();
        bound.put(local, remote.value());
        tell("  port %d of the guest is bound: port %d", remote.value(), local);
        return Optional.of(new Port(local));
    }

    @Override
    public void close(Port port) {
        require(
                bound.remove(port.value()) != null,
                Rules.FORBIDDEN,
                "closed port " + port.value() + ", which it does not have");
        requireShut(port.value(), "closed its port");
        tell("  port %d is closed", port.value());
    }

    @Override
    public void open(SplitDriver.Connection newConnection) {
        require(connection.isEmpty(), Rules.HELD, "opened a device that was open");
        List<Integer> refs = newConnection.handles().stream().map(mapped::get).toList();
        require(
                offer.isPresent() && refs.equals(offer.get().refs()),
                Rules.HELD,
                "opened the device with the pages " + refs + " instead of those offered");
        require(
                bound.containsKey(newConnection.port().value()),
                Rules.HELD,
                "opened the device with a port that is not bound");
        connection = Optional.of(newConnection);
        tell("  the device works");
    }

    @Override
    public Optional<SplitDriver.Connection> connection() {
        return connection;
    }

    @Override
    public void shut() {
        require(connection.isPresent(), Rules.FORBIDDEN, "shut a device that was shut");
        connection = Optional.empty();
        tell("  the device has finished, and works no more");
    }

    private static void require(boolean holds, Rule rule, String what) {
        if (!holds) {
            throw new CheckFailed(rule, "your part " + what, "never does that");
        }
    }

    /// What must hold whenever somebody looks: a connected device has everything, any other
    /// nothing.
    void requireConsistent(Rule rule, String when) {
        boolean hasAll =
                connection.isPresent()
                        && !bound.isEmpty()
                        && List.copyOf(mapped.values())
                                .equals(offer.map(SplitDriver.Offer::refs).orElse(List.of()));
        boolean hasNothing = connection.isEmpty() && bound.isEmpty() && mapped.isEmpty();
        boolean isConnected = state == XenbusState.CONNECTED;
        if (isConnected ? !hasAll : !hasNothing) {
            throw new CheckFailed(
                    rule,
                    "%s it says %s, and has %s".formatted(when, state, held()),
                    isConnected
                            ? "has ring and port by then"
                            : "has given everything back by then");
        }
    }

    private String held() {
        Map<Integer, Integer> ports = bound;
        return "the grants %s mapped, the ports %s bound, and %s"
                .formatted(
                        mapped.values(),
                        ports.values(),
                        connection.isPresent() ? "works" : "does not work");
    }

    @Override
    public String toString() {
        return "it is %s, has %s; seen: %s".formatted(state, held(), String.join(", ", seen));
    }
}
