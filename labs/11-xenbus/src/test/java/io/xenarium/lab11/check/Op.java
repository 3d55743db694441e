package io.xenarium.lab11.check;

import io.xenarium.abi.XenbusState;
import io.xenarium.lab.Rule;
import io.xenarium.machine.Dice;
import io.xenarium.parts.SplitDriver;
import io.xenarium.terms.Port;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Something that is asked of the part, of one device or of a ring or console that is made for it.
///
/// @param one, other what the kind makes of them
record Op(Kind kind, int one, int other, String text) {
    /// What can happen.
    enum Kind {
        /// The next state of a back-end in state `one` with a front-end in state `other`.
        NEXT,
        /// The front-end offers other things, number `one` of [#OFFERS] with port `other`.
        OFFER,
        CONNECT,
        DISCONNECT,
        /// The front-end says that it is in state `one`.
        FRONT,
        /// A ring that has come to index `one`, with a text in it, whose indices lie by `other`.
        READ,
        /// The same, with something to put in.
        WRITE,
        /// A console on which both sides speak.
        SERVE
    }

    static final List<List<Integer>> OFFERS =
            List.of(
                    List.of(1),
                    List.of(2, 3),
                    List.of(5, 4, 3, 2),
                    List.of(1, 9),
                    List.of(0),
                    List.of());

    private static final XenbusState[] STATES = XenbusState.values();
    private static final String LETTERS = "abcdefghijklmnopqrstuvwxyz";
    private static final int[] INDICES = {0, 1, 2, 3, 6, -1, -2, -3, Integer.MAX_VALUE};

    /// Does it with a part. Returns what came of it.
    String happen(SplitDriver part, DeviceWorld world) {
        world.tell("%s:", this);
        return switch (kind) {
            case NEXT -> part.nextState(STATES[one], STATES[other]).toString();
            case OFFER -> offer(world);
            case CONNECT -> {
                boolean isFree = world.connection.isEmpty();
                yield isFree && !part.connect(world) ? "false; " + world : world.toString();
            }
            case DISCONNECT -> {
                part.disconnect(world);
                yield world.toString();
            }
            case FRONT -> {
                world.front = STATES[one];
                part.frontChanged(world);
                yield world.toString();
            }
            case READ -> read(part, world);
            case WRITE -> write(part, world);
            case SERVE -> serve(part, world);
        };
    }

    private String offer(DeviceWorld world) {
        if (world.connection.isEmpty()) {
            List<Integer> refs = OFFERS.get(one);
            world.offer =
                    refs.isEmpty()
                            ? Optional.empty()
                            : Optional.of(new SplitDriver.Offer(refs, new Port(other)));
        }
        return "";
    }

    private RingWorld ring(DeviceWorld world) {
        RingWorld ring = RingWorld.with(text.substring(0, Math.min(3, text.length())), one);
        ring.producer += other;
        ring.told = world.told;
        return ring;
    }

    private String read(SplitDriver part, DeviceWorld world) {
        RingWorld ring = ring(world);
        return "'%s' out of the %s".formatted(RingWorld.text(part.ringRead(ring)), ring);
    }

    private String write(SplitDriver part, DeviceWorld world) {
        RingWorld ring = ring(world);
        int count = part.ringWrite(ring, text.toUpperCase(java.util.Locale.ROOT).getBytes());
        return "%d bytes into the %s".formatted(count, ring);
    }

    private String serve(SplitDriver part, DeviceWorld world) {
        ConsoleWorld console = new ConsoleWorld();
        console.out.told = world.told;
        console.out.guestWrites(text.substring(0, Math.min(4, text.length())));
        console.in.guestWrites(LETTERS.substring(0, one & 3));
        console.in.producer += other;
        console.typed = LETTERS.substring(20, 20 + text.length());
        part.serve(console);
        return console.toString();
    }

    /// The rule that a wrong result breaks.
    Rule rule() {
        return switch (kind) {
            case NEXT, FRONT -> Rules.STATE;
            case OFFER, CONNECT, DISCONNECT -> Rules.HELD;
            case READ, WRITE -> other == 0 ? Rules.BYTES : Rules.INDEX;
            case SERVE -> Rules.SIGNAL;
        };
    }

    /// `count` operations of the given kinds, decided by `seed`.
    static List<Op> random(long seed, int count, List<Kind> kinds) {
        Dice dice = new Dice(seed);
        List<Op> ops = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Kind kind = kinds.get(dice.below(kinds.size()));
            int lie = dice.below(3) == 0 ? dice.below(40) - 20 : 0;
            String text = LETTERS.substring(0, dice.below(6));
            ops.add(
                    switch (kind) {
                        case NEXT -> new Op(kind, dice.below(9), dice.below(9), "");
                        case OFFER ->
                                new Op(kind, dice.below(OFFERS.size()), 3 + dice.below(5) / 4, "");
                        case FRONT -> new Op(kind, dice.below(9), 0, "");
                        case CONNECT, DISCONNECT -> new Op(kind, 0, 0, "");
                        case READ, WRITE ->
                                new Op(kind, INDICES[dice.below(INDICES.length)], lie, text);
                        case SERVE -> new Op(kind, dice.below(4), 0, text);
                    });
        }
        return ops;
    }

    @Override
    public String toString() {
        return switch (kind) {
            case NEXT -> "nextState(%s, %s)".formatted(STATES[one], STATES[other]);
            case OFFER ->
                    "the front-end's offer of %s with port %d".formatted(OFFERS.get(one), other);
            case CONNECT -> "connect()";
            case DISCONNECT -> "disconnect()";
            case FRONT -> "frontChanged(), with the front-end %s".formatted(STATES[one]);
            case READ, WRITE ->
                    "%s() at index %d with '%s'%s"
                            .formatted(
                                    kind == Kind.READ ? "ringRead" : "ringWrite",
                                    one,
                                    text,
                                    other == 0 ? "" : ", the producer being off by " + other);
            case SERVE -> "serve(), with '%s' said".formatted(text);
        };
    }
}
