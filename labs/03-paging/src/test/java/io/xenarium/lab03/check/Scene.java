package io.xenarium.lab03.check;

import io.xenarium.lab.CheckFailed;
import io.xenarium.lab.Rule;
import io.xenarium.lab.Sequences;
import io.xenarium.lab.Subject;
import io.xenarium.parts.Paging;
import io.xenarium.parts.Parts;

import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/// The learner's part on a world, and what is expected of the two.
final class Scene {
    private static final int OPERATIONS = 30;

    /// How many hexadecimal digits of an address are the place in the page.
    private static final int OFFSET_DIGITS = 3;

    final PagingWorld world;
    private Op last;
    private String answer = "";

    private Scene(PagingWorld world) {
        this.world = world;
        world.part = Subject.current().mine().paging().make(world);
        if (Subject.current().isReplay()) {
            world.told = Subject.current().steps();
        }
    }

    /// A space in which all of [Op#ADDRESSES] are mapped and allowed.
    static Scene usual() {
        return new Scene(Op.usual());
    }

    Paging part() {
        return world.part;
    }

    /// Writes the entry of this level for `vaddr`; above L1 the table's address stays.
    Scene lay(long vaddr, int level, long bits) {
        long base = level > 1 && (bits & Paging.ADDRESS) == 0 ? world.tableBelow(vaddr, level) : 0;
        world.lay(vaddr, level, base | bits);
        return this;
    }

    Scene asks(Op op) {
        last = op;
        answer = op.happen(world);
        return this;
    }

    /// Expects this answer to what was asked last.
    Scene says(Rule rule, String wanted) {
        if (!answer.equals(wanted)) {
            throw new CheckFailed(
                    rule, "%s: %s".formatted(last, answer), "%s: %s".formatted(last, wanted));
        }
        return this;
    }

    /// Expects that something is so by now.
    Scene is(Rule rule, String what, Object is, Object wanted) {
        world.tell("%s: %s", what, is);
        if (!is.equals(wanted)) {
            throw new CheckFailed(
                    rule,
                    (last == null ? "" : "after " + last + ", ") + what + ": " + is,
                    "%s: %s".formatted(what, wanted));
        }
        return this;
    }

    /// Expects this line among what the TLBs hold.
    Scene holds(String wanted) {
        String place = wanted.substring(0, wanted.indexOf(" has "));
        String is = world.lines().stream().filter(line -> line.startsWith(place)).findFirst().get();
        if (!is.equals(wanted)) {
            throw new CheckFailed(
                    tlbRule(last),
                    "after %s, %s%s".formatted(last, is, elsewhere(place, wanted)),
                    wanted);
        }
        return this;
    }

    /// The place in which the page that is wanted here stands instead, if it does.
    private String elsewhere(String place, String wanted) {
        int end = wanted.indexOf(" in mfn");
        if (end < 0) {
            return "";
        }
        String number = wanted.substring(place.length(), end - OFFSET_DIGITS);
        return world.lines().stream()
                .filter(line -> !line.startsWith(place) && line.contains(number))
                .findFirst()
                .map(line -> ", and " + line)
                .orElse("");
    }

    /// The entry of this level for `vaddr` as it is now.
    String entry(long vaddr, int level) {
        return PagingWorld.hex(world.entries.getOrDefault(world.placeOf(vaddr, level), 0L));
    }

    /// The same operations on two equal worlds, one with the learner's part and one with the
    /// reference, and the first difference between what they answer or leave behind.
    static void lockStep(Op.Kind... kinds) {
        List<Op.Kind> all = List.of(kinds);
        new Sequences<Op>(seed -> Op.random(seed, OPERATIONS, all), Scene::run).check();
    }

    private static void run(List<Op> ops, List<String> told) {
        PagingWorld mine = world(Subject.current().mine());
        PagingWorld xen = world(Subject.current().reference());
        mine.told = told;
        for (Op op : ops) {
            compare(op, op.happen(mine), op.happen(xen), mine, xen);
        }
    }

    private static PagingWorld world(Parts parts) {
        PagingWorld world = Op.usual();
        world.part = parts.paging().make(world);
        return world;
    }

    private static void compare(
            Op op, String answer, String wanted, PagingWorld mine, PagingWorld xen) {
        if (!answer.equals(wanted)) {
            throw new CheckFailed(answerRule(op), op + ": " + answer, op + ": " + wanted);
        }
        compareEntries(op, mine.entries, xen.entries);
        List<String> theirs = xen.lines();
        for (int i = 0; i < theirs.size(); i++) {
            String is = mine.lines().get(i);
            if (!is.equals(theirs.get(i))) {
                throw new CheckFailed(tlbRule(op), "after " + op + ", " + is, theirs.get(i));
            }
        }
    }

    private static void compareEntries(Op op, Map<Long, Long> mine, Map<Long, Long> xen) {
        TreeSet<Long> places = new TreeSet<>(mine.keySet());
        places.addAll(xen.keySet());
        for (long place : places) {
            long is = mine.getOrDefault(place, 0L);
            long wanted = xen.getOrDefault(place, 0L);
            if (is != wanted) {
                String entry = "the entry at " + PagingWorld.hex(place);
                throw new CheckFailed(
                        Rules.MARKS,
                        "after %s, %s is %s".formatted(op, entry, PagingWorld.hex(is)),
                        "%s is %s".formatted(entry, PagingWorld.hex(wanted)));
            }
        }
    }

    private static Rule answerRule(Op op) {
        return switch (op.kind()) {
            case WALK -> Rules.WALK;
            case MARK -> Rules.MARKS;
            default -> Rules.FAULT;
        };
    }

    private static Rule tlbRule(Op op) {
        return op.kind() == Op.Kind.INVLPG ? Rules.STALE : Rules.TLB;
    }
}
