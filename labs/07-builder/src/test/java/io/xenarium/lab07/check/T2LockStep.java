package io.xenarium.lab07.check;

import io.xenarium.lab.CheckFailed;
import io.xenarium.lab.Rule;
import io.xenarium.lab.Sequences;
import io.xenarium.lab.Subject;
import io.xenarium.lab.Tier;
import io.xenarium.parts.DomainBuilder;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import java.util.List;

/// The second tier: random images and random domains for the learner's part and for the reference,
/// compared byte by byte.
@Tier(2)
public final class T2LockStep {
    private static final int NOTES = 12;
    private static final int PIECES = 8;
    private static final int DOMAINS = 2;

    @Test
    @Tag("07.1")
    void notesAreTheSame() {
        notes(false);
    }

    /// Notes in which lengths lie, or not.
    static void notes(boolean lies) {
        new Sequences<Note>(seed -> Note.random(seed, NOTES, lies), T2LockStep::readAll).check();
    }

    private static void readAll(List<Note> notes, List<String> told) {
        byte[] file = Note.file(notes);
        if (told != null) {
            notes.forEach(note -> told.add(note.toString()));
        }
        DomainBuilder mine = mine(new BuildWorld(1, 1));
        DomainBuilder xen = xen(new BuildWorld(1, 1));
        String last = notes.isEmpty() ? "no notes" : notes.getLast().toString();
        String what = "%d notes, the last of them %s".formatted(notes.size(), last);
        same(Rules.NOTES, what, Scene.read(mine, file), Scene.read(xen, file));
        for (Note note : notes) {
            String is = Scene.number(mine, note.contents());
            String bytes = Note.hex(note.contents());
            same(Rules.NUMBER, bytes, is, Scene.number(xen, note.contents()));
        }
    }

    private static void same(Rule rule, String what, String is, String wanted) {
        if (!is.equals(wanted)) {
            throw new CheckFailed(rule, "%s: %s".formatted(what, is), wanted);
        }
    }

    private static DomainBuilder mine(BuildWorld world) {
        return Subject.current().mine().domainBuilder().make(world);
    }

    private static DomainBuilder xen(BuildWorld world) {
        return Subject.current().reference().domainBuilder().make(world);
    }

    @Test
    @Tag("07.2")
    void segmentsLieAtTheSamePlaces() {
        segments(PIECES);
    }

    /// Kernels of this many segments.
    static void segments(int count) {
        new Sequences<Piece>(seed -> Piece.random(seed, count), T2LockStep::load).check();
    }

    private static void load(List<Piece> pieces, List<String> told) {
        BuildWorld mine = new BuildWorld(Piece.PAGES, 3);
        BuildWorld xen = new BuildWorld(Piece.PAGES, 3);
        mine.told = told;
        pieces.forEach(piece -> mine.tell("%s", piece));
        List<DomainBuilder.Segment> segments = pieces.stream().map(Piece::segment).toList();
        long offset = pieces.isEmpty() ? 0 : pieces.getFirst().offset();
        mine(mine).loadSegments(segments, offset);
        xen(xen).loadSegments(segments, offset);
        String last = pieces.isEmpty() ? "no segment" : pieces.getLast().toString();
        requireSame(new Laid(Order.nothing(), mine), last, xen);
    }

    private static void requireSame(Laid mine, String what, BuildWorld xen) {
        mine.difference(what, xen)
                .ifPresent(difference -> {
                    throw difference;
                });
    }

    @Test
    @Tag("07.3")
    void listsAreTheSame() {
        domains((part, order) -> part.buildP2m(order.plan()));
    }

    @Test
    @Tag("07.4")
    void pageTablesAreTheSame() {
        domains((part, order) -> part.buildBootPageTables(order.plan()));
    }

    @Test
    @Tag("07.5")
    void startInfoPagesAreTheSame() {
        domains((part, order) -> part.writeStartInfo(order.plan(), order.wires(), order.line()));
    }

    /// One thing that is built for a domain.
    @FunctionalInterface
    private interface Step {
        void build(DomainBuilder part, Order order);
    }

    private static void domains(Step step) {
        new Sequences<Order>(
                        seed -> Order.random(seed, DOMAINS),
                        (orders, told) -> build(orders, told, step))
                .check();
    }

    private static void build(List<Order> orders, List<String> told, Step step) {
        for (Order order : orders) {
            BuildWorld mine = new BuildWorld(order.pages(), 5);
            BuildWorld xen = new BuildWorld(order.pages(), 5);
            mine.told = told;
            mine.tell("%s", order);
            step.build(mine(mine), order);
            step.build(xen(xen), order);
            requireSame(new Laid(order.plan(), mine), order.toString(), xen);
        }
    }

    @Test
    @Tag("07.6")
    void contextsAreTheSame() {
        new Sequences<Order>(seed -> Order.random(seed, DOMAINS), T2LockStep::begin).check();
    }

    private static void begin(List<Order> orders, List<String> told) {
        for (Order order : orders) {
            String is = Scene.words(mine(new BuildWorld(order.pages(), 5)).initVcpu(order.plan()));
            String wanted =
                    Scene.words(xen(new BuildWorld(order.pages(), 5)).initVcpu(order.plan()));
            if (told != null) {
                told.add(order + ": " + is);
            }
            if (!is.equals(wanted)) {
                throw new CheckFailed(Rules.VCPU, "for %s: %s".formatted(order, is), wanted);
            }
        }
    }
}
