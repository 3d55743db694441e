package io.xenarium.lab12.check;

import io.xenarium.abi.BlockRing;
import io.xenarium.lab.CheckFailed;
import io.xenarium.lab.Rule;
import io.xenarium.lab.Subject;
import io.xenarium.parts.BlockBackend;
import io.xenarium.parts.BlockBackend.Request;
import io.xenarium.parts.BlockBackend.Segment;

import java.util.List;

/// The learner's part on a world, and what is expected of the two, in one line each.
final class Scene {
    final BlockWorld world;
    final BlockBackend part;
    private String last = "nothing";

    Scene(BlockWorld world) {
        this.world = world;
        part = Subject.current().mine().blockBackend().make(world);
        if (Subject.current().isReplay()) {
            world.told = Subject.current().steps();
        }
    }

    Scene() {
        this(new BlockWorld());
    }

    static Scene readOnly() {
        Scene scene = new Scene();
        scene.world.isReadOnly = true;
        return scene;
    }

    static Scene persistent() {
        Scene scene = new Scene();
        scene.world.isPersistent = true;
        return scene;
    }

    static Segment segment(int page, int first, int last) {
        return new Segment(page, first, last);
    }

    static Request read(long sector, Segment... segments) {
        return request(BlockRing.READ, sector, segments);
    }

    static Request write(long sector, Segment... segments) {
        return request(BlockRing.WRITE, sector, segments);
    }

    static Request request(int operation, long sector, Segment... segments) {
        return new Request(operation, 7, sector, segments.length, List.of(segments));
    }

    static Request discard(long sector, long count) {
        return new Request(BlockRing.DISCARD, 7, sector, count, List.of());
    }

    /// Expects this verdict on a request.
    Scene judges(int wanted, Request request) {
        last = "verdict(" + Words.of(request) + ")";
        world.tell("%s", last);
        int verdict = part.verdict(request);
        return expect(
                Rules.VERDICT,
                verdict == wanted,
                "it was " + Words.status(verdict),
                "it is " + Words.status(wanted));
    }

    Scene happens(Op op) {
        last = op.toString();
        op.happen(part, world);
        return this;
    }

    Scene happens(Op.Kind kind) {
        return happens(Op.of(kind));
    }

    Scene submits(Request request) {
        return happens(new Op(Op.Kind.SUBMIT, request, 0));
    }

    Scene responds(Request request, int status) {
        return happens(new Op(Op.Kind.RESPOND, request, status));
    }

    Scene pushes(Request... requests) {
        for (Request request : requests) {
            happens(new Op(Op.Kind.PUSH, request, 0));
        }
        return this;
    }

    /// Expects that serve() answers so.
    Scene serves(boolean wanted) {
        last = "serve()";
        world.tell("%s:", last);
        boolean answer = part.serve();
        return expect(
                Rules.RING,
                answer == wanted,
                "it answered " + (answer ? "that all is well" : "that the guest lies"),
                wanted ? "all is well" : "the guest claims what cannot be");
    }

    /// Expects that the pages of a request can be mapped, or cannot.
    Scene maps(boolean wanted, Request request) {
        last = "mapSegments(" + Words.of(request) + ")";
        world.tell("%s:", last);
        boolean isMapped = part.mapSegments(request).isPresent();
        return expect(
                Rules.PAGES,
                isMapped == wanted,
                isMapped ? "it had handles" : "it had none",
                wanted ? "all of its pages are mapped" : "a page cannot be mapped, so none is");
    }

    /// Expects these pages to be mapped, each `page 1 writable` or `page 1 read-only`.
    Scene hasMapped(String... wanted) {
        List<String> mapped = world.mapped.values().stream().map(Words::of).sorted().toList();
        return expect(
                Rules.PAGES,
                mapped.equals(List.of(wanted)),
                "these pages are mapped: " + mapped,
                "these are: " + List.of(wanted));
    }

    Scene hasOrdered(String... wanted) {
        return expect(
                Rules.ORDER,
                world.ordered.equals(List.of(wanted)),
                "the disk was asked: " + world.ordered,
                "it is asked: " + List.of(wanted));
    }

    /// Expects these responses, and that the guest sees them all.
    Scene hasAnswered(String... wanted) {
        List<String> answers = world.answers.stream().map(Words::of).toList();
        expect(
                Rules.ANSWER,
                answers.equals(List.of(wanted)),
                "the responses are: " + answers,
                "they are: " + List.of(wanted));
        return expect(
                Rules.ANSWER,
                world.shown == world.put,
                "%d of %d responses are shown".formatted(world.shown, world.put),
                "shows each response that it has put in");
    }

    Scene hasSignalled(int wanted) {
        return expect(
                Rules.SIGNAL,
                world.signals == wanted,
                "the guest was signalled %d times".formatted(world.signals),
                "it was signalled %d times: it wants to be woken at response %d"
                        .formatted(wanted, world.frontWakesAt));
    }

    Scene hasTaken(int wanted) {
        return expect(
                Rules.RING,
                world.taken == wanted,
                "%d requests are taken".formatted(world.taken),
                "%d are".formatted(wanted));
    }

    Scene isWokenAt(int wanted) {
        return expect(
                Rules.LOST,
                world.backWakesAt == wanted,
                "the back-end is woken at request %d".formatted(world.backWakesAt),
                "it is woken at the next one, %d".formatted(wanted));
    }

    /// Expects these numbers in a page, from a sector on.
    Scene holds(int page, int first, int... wanted) {
        for (int i = 0; i < wanted.length; i++) {
            int sector = first + i;
            int found = world.pages[page][sector];
            expect(
                    Rules.DATA,
                    found == wanted[i],
                    "sector %d of page %d holds %d".formatted(sector, page, found),
                    "it holds %d".formatted(wanted[i]));
        }
        return this;
    }

    private Scene expect(Rule rule, boolean holds, String you, String xen) {
        if (!holds) {
            throw new CheckFailed(rule, "after " + last + ", " + you, xen);
        }
        return this;
    }
}
