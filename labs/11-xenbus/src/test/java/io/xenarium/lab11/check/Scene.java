package io.xenarium.lab11.check;

import io.xenarium.abi.XenbusState;
import io.xenarium.lab.CheckFailed;
import io.xenarium.lab.Rule;
import io.xenarium.lab.Subject;
import io.xenarium.parts.SplitDriver;

import java.nio.charset.StandardCharsets;

/// The learner's part with a device, and what is expected of the two, in one line each.
final class Scene {
    final DeviceWorld world;
    final SplitDriver part = Subject.current().mine().splitDriver().make();
    private String last = "nothing";

    Scene(DeviceWorld world) {
        this.world = world;
        if (Subject.current().isReplay()) {
            world.told = Subject.current().steps();
        }
    }

    /// A front-end that offers a ring of these pages.
    static Scene offering(Integer... refs) {
        return new Scene(DeviceWorld.offering(refs));
    }

    Scene leads(XenbusState mine, XenbusState front, XenbusState wanted) {
        last = "nextState(%s, %s)".formatted(mine, front);
        world.tell("%s", last);
        XenbusState next = part.nextState(mine, front);
        return expect(Rules.STATE, next == wanted, "it was " + next, "it is " + wanted);
    }

    Scene connects(boolean wanted) {
        last = "connect()";
        world.tell("%s:", last);
        boolean isConnected = part.connect(world);
        return expect(
                Rules.HELD,
                isConnected == wanted,
                "it answered " + isConnected,
                "answers " + wanted);
    }

    Scene disconnects() {
        last = "disconnect()";
        world.tell("%s:", last);
        part.disconnect(world);
        return this;
    }

    /// The front-end goes to a state; expects the back-end to be in one after that.
    Scene follows(XenbusState front, XenbusState wanted) {
        last = "frontChanged(), with the front-end " + front;
        world.tell("%s:", last);
        world.front = front;
        part.frontChanged(world);
        expect(Rules.STATE, world.state == wanted, "it says " + world.state, "says " + wanted);
        world.requireConsistent(Rules.HELD, "after " + last);
        return this;
    }

    /// Expects what the guest and the administrator have seen, in order.
    Scene hasShown(String... wanted) {
        String seen = String.join(", ", world.seen);
        return expect(
                Rules.STATE,
                seen.equals(String.join(", ", wanted)),
                "what was seen is: " + seen,
                "it is: " + String.join(", ", wanted));
    }

    Scene holds(int pages, int ports) {
        return expect(
                Rules.HELD,
                world.mapped.size() == pages && world.bound.size() == ports,
                "%d pages are mapped and %d ports bound"
                        .formatted(world.mapped.size(), world.bound.size()),
                "%d pages and %d ports are".formatted(pages, ports));
    }

    /// Expects what is read out of a ring, and where its consumer is then.
    Scene reads(String wanted, RingWorld ring, int consumer) {
        last = "ringRead(%s)".formatted(ring);
        ring.told = world.told;
        ring.tell("%s:", last);
        boolean isPossible = ring.used() >= 0 && ring.used() <= RingWorld.SIZE;
        String read = RingWorld.text(part.ringRead(ring));
        expect(
                isPossible ? Rules.BYTES : Rules.INDEX,
                read.equals(wanted),
                "it was '" + read + "'",
                "it is '" + wanted + "'");
        return expect(
                Rules.BYTES,
                ring.consumer == consumer,
                "the consumer is at %d".formatted(ring.consumer),
                "it is at %d".formatted(consumer));
    }

    /// Expects how many bytes go into a ring, and what the guest finds there.
    Scene writes(int wanted, RingWorld ring, String text, String found) {
        last = "ringWrite(%s, '%s')".formatted(ring, text);
        ring.told = world.told;
        ring.tell("%s:", last);
        int count = part.ringWrite(ring, text.getBytes(StandardCharsets.US_ASCII));
        expect(
                Rules.BYTES,
                count == wanted,
                "%d bytes were put in".formatted(count),
                "%d are".formatted(wanted));
        ring.guestReads();
        return expect(
                Rules.BYTES,
                ring.taken.equals(found),
                "the guest finds '%s'".formatted(ring.taken),
                "it finds '%s'".formatted(found));
    }

    /// Expects what serve() leaves behind.
    Scene serves(ConsoleWorld console, String shown, String typed, int signals) {
        last = "serve() of a console with %s".formatted(console);
        console.out.told = world.told;
        console.in.told = world.told;
        console.out.tell("%s:", last);
        part.serve(console);
        expect(
                Rules.BYTES,
                console.shown.equals(shown),
                "shown is '%s'".formatted(console.shown),
                "shown is '%s'".formatted(shown));
        expect(
                Rules.BYTES,
                console.typed.equals(typed),
                "'%s' waits to be typed".formatted(console.typed),
                "'%s' waits".formatted(typed));
        return expect(
                Rules.SIGNAL,
                console.signals == signals,
                "the guest was signalled %d times".formatted(console.signals),
                "it was signalled %d times".formatted(signals));
    }

    private Scene expect(Rule rule, boolean holds, String you, String xen) {
        if (!holds) {
            throw new CheckFailed(rule, "after " + last + ", " + you, xen);
        }
        return this;
    }
}
