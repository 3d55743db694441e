package io.xenarium.lab12.check;

import io.xenarium.abi.BlockRing;
import io.xenarium.lab.Rule;
import io.xenarium.machine.Dice;
import io.xenarium.parts.BlockBackend;
import io.xenarium.parts.BlockBackend.Request;
import io.xenarium.parts.BlockBackend.Segment;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Something that happens in a world: the guest puts something in or looks, the disk gets something
/// done, or the part is asked directly.
///
/// @param number what the kind makes of it: a status, an index
record Op(Kind kind, Request request, int number) {
    /// What can happen.
    enum Kind {
        VERDICT,
        MAP,
        /// The guest puts a request in, the part answers it without looking at it.
        RESPOND,
        /// The guest puts a request in, the part takes it on.
        SUBMIT,
        /// The disk has done what is first in its queue.
        DISK,
        /// The guest puts a request in and signals.
        PUSH,
        /// The part is called, signalled or not.
        SERVE,
        /// The guest takes all responses.
        CONSUME,
        /// The guest takes all responses and wants to be woken at the next but `number`.
        SLEEP,
        /// The guest claims to have put in so many more, and takes it back where that was seen.
        CLAIM
    }

    private static final Request NONE = new Request(BlockRing.READ, 0, 0, 0, List.of());
    private static final int[] OPERATIONS = {0, 0, 0, 1, 1, 1, 2, 3, 5, 4, 6, 77};
    private static final int SAFE_OPERATIONS = 6;
    private static final int PAGES_USED = 7;
    private static final long[] ODD = {-1, Long.MAX_VALUE, Long.MIN_VALUE, 64, 63, 1L << 33};

    static Op of(Kind kind) {
        return new Op(kind, NONE, 0);
    }

    /// Does it. Returns what the part answered in words, empty where nobody asked it or it answers
    /// nothing.
    String happen(BlockBackend part, BlockWorld world) {
        world.tell("%s:", this);
        switch (kind) {
            case VERDICT -> {
                return Words.status(part.verdict(request));
            }
            case MAP -> {
                Optional<List<Integer>> handles = part.mapSegments(request);
                return handles.map(all -> "the handles " + all).orElse("no handles");
            }
            case RESPOND, SUBMIT -> take(part, world);
            case DISK -> {
                if (!world.queue.isEmpty()) {
                    BlockWorld.Order order = world.next();
                    part.complete(order.work(), world.execute(order));
                }
            }
            case PUSH -> {
                if (world.hasRoom()) {
                    world.push(request);
                    world.ring();
                }
            }
            case SERVE -> {
                return part.serve() ? "yes" : "no";
            }
            case CONSUME -> world.consume();
            case SLEEP -> {
                world.consume();
                world.frontWakesAt = world.consumed + 1 + number;
            }
            case CLAIM -> {
                return claim(part, world);
            }
        }
        return "";
    }

    private void take(BlockBackend part, BlockWorld world) {
        if (!world.hasRoom()) {
            return;
        }
        world.push(request);
        Request taken = world.take();
        if (kind == Kind.RESPOND) {
            part.respond(taken, number);
        } else {
            part.submit(taken);
        }
    }

    private String claim(BlockBackend part, BlockWorld world) {
        int honest = world.produced;
        world.produced += number;
        boolean isBelieved = part.serve();
        world.produced = honest;
        return isBelieved ? "yes" : "no";
    }

    /// The rule that a wrong answer breaks.
    Rule rule() {
        return switch (kind) {
            case VERDICT -> Rules.VERDICT;
            case MAP -> Rules.PAGES;
            default -> Rules.RING;
        };
    }

    /// `count` operations of the given kinds, decided by `seed`.
    static List<Op> random(long seed, int count, List<Kind> kinds) {
        Dice dice = new Dice(seed);
        boolean isAll = kinds.contains(Kind.SERVE) || kinds.contains(Kind.VERDICT);
        List<Op> ops = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Kind kind = kinds.get(dice.below(kinds.size()));
            Request request = request(dice, i, isAll ? OPERATIONS.length : SAFE_OPERATIONS);
            int number =
                    switch (kind) {
                        case RESPOND -> -dice.below(3);
                        case SLEEP -> dice.below(3);
                        case CLAIM -> dice.below(2) == 0 ? -1 - dice.below(9) : 5 + dice.below(9);
                        default -> 0;
                    };
            ops.add(new Op(kind, request, number));
        }
        return ops;
    }

    /// A request that will do in most cases, and else is wrong in one of many ways.
    static Request request(Dice dice, long id, int operations) {
        int operation = OPERATIONS[dice.below(operations)];
        boolean isOdd = dice.below(4) == 0;
        List<Segment> segments = new ArrayList<>();
        for (int left = dice.below(4); left > 0; left--) {
            int first = dice.below(8);
            int last = first + dice.below(8 - first);
            segments.add(new Segment(dice.below(PAGES_USED), first, last));
        }
        long sector = dice.below(32);
        int trouble = isOdd ? dice.below(4) : -1;
        if (trouble == 0) {
            segments.add(new Segment(dice.below(3) - 1, dice.below(9), 8));
        } else if (trouble == 1) {
            segments.add(new Segment(dice.below(10) - 1, 5, dice.below(8)));
        } else if (trouble == 2) {
            sector = ODD[dice.below(ODD.length)];
        }
        long count = operation == BlockRing.DISCARD ? dice.below(20) : segments.size();
        if (trouble == 3) {
            count = dice.below(2) == 0 ? count + 1 : ODD[dice.below(ODD.length)];
        }
        if (operation == BlockRing.DISCARD) {
            segments.clear();
        }
        return new Request(operation, id, sector, count, List.copyOf(segments));
    }

    @Override
    public String toString() {
        return switch (kind) {
            case VERDICT -> "verdict(" + Words.of(request) + ")";
            case MAP -> "mapSegments(" + Words.of(request) + ")";
            case RESPOND -> "respond(%s, %s)".formatted(Words.of(request), Words.status(number));
            case SUBMIT -> "submit(" + Words.of(request) + ")";
            case DISK -> "complete() of what the disk did";
            case PUSH -> "the guest's " + Words.of(request);
            case SERVE -> "serve()";
            case CONSUME -> "the guest's look at the responses";
            case SLEEP -> "the guest's going to sleep";
            case CLAIM -> "serve(), with %d requests claimed".formatted(number);
        };
    }
}
