package io.xenarium.bench;

import io.xenarium.bench.view.BranchView;
import io.xenarium.bench.view.Focus;
import io.xenarium.bench.view.Frame;
import io.xenarium.bench.view.LanesView;
import io.xenarium.parts.Parts;
import io.xenarium.terms.Bug;
import io.xenarium.toolstack.Host;
import io.xenarium.toolstack.Refused;
import io.xenarium.toolstack.Timeline;
import io.xenarium.trace.Sentence;
import io.xenarium.trace.XenEvent;
import io.xenarium.xen.Stopped;

import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/// The machine's one thread and what it is up to: at rest, running at a speed, or on its way to an
/// event. Work from other threads is done between two short stretches of running, so that nobody
/// waits long and everything that touches the computer happens on this thread.
final class MachineRoom {
    /// What the machine is up to.
    private sealed interface Goal {
        record Rest() implements Goal {}

        record Run(Pace pace) implements Goal {}

        record Seek(long seq, long begunMillis) implements Goal {}
    }

    /// Hears of what the machine does, on the machine's thread.
    interface Audience {
        /// The machine stands at another moment, or time for a picture has come.
        void looked(Frame frame);

        /// Time went back, or took another course: what was shown may never have been.
        void wentBack();

        /// The machine cannot go on from here.
        void stopped(String why);
    }

    /// One stretch of running takes about this long on the wall: short enough to be heard, long
    /// enough to be fast. How much virtual time that is depends on the guest.
    private static final long STRETCH_MILLIS = 8;

    private static final long STRETCH_MIN_NANOS = 50_000;
    private static final long STRETCH_MAX_NANOS = 100_000_000;

    private static final long FRAME_MILLIS = 50;
    private static final long LANES_MILLIS = 250;

    /// How long a seek keeps its caller waiting; after that the machine goes on by itself.
    private static final long SEEK_PATIENCE_MILLIS = 250;

    /// How long it looks for an event that has not happened yet, and may never.
    private static final long SEEK_MAX_MILLIS = 20_000;

    private final BlockingQueue<Runnable> work = new LinkedBlockingQueue<>();
    private final Computer computer;
    private final Photographer photographer;
    private final Audience audience;
    private final Pulse pulse;
    private final Breakpoints breakpoints = new Breakpoints();
    private final Watched watched = new Watched();
    private Optional<Lanes> lanes = Optional.empty();
    private Goal goal = new Goal.Rest();
    private boolean isIdle;
    private boolean isPictureDue;
    private Optional<Photographer.Picture> picture = Optional.empty();
    private Optional<Photographer.Picture> shown = Optional.empty();
    private long shownMillis;
    private long stretchNanos = STRETCH_MIN_NANOS;
    private long safeSeq;

    /// What the reader did last, while nothing has happened since.
    private String deed = "";

    MachineRoom(Computer computer, Audience audience, Pulse pulse) {
        this.computer = computer;
        this.audience = audience;
        this.pulse = pulse;
        photographer = new Photographer(computer, watched);
        computer.timeline().onCamera(this::look);
        safeSeq = computer.timeline().now().seq();
    }

    /// Begins to work.
    void start() {
        Thread thread = new Thread(this::serve, "machine");
        thread.setDaemon(true);
        pulse.watch(thread, computer.host().machine());
        thread.start();
    }

    Host host() {
        return computer.host();
    }

    Timeline timeline() {
        return computer.timeline();
    }

    Computer computer() {
        return computer;
    }

    /// Does something on the machine's thread, soon.
    void post(Runnable errand) {
        work.add(errand);
    }

    /// Does something on the machine's thread and waits for what comes of it.
    <T> T call(Callable<T> question) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        post(() -> {
            try {
                answer.complete(question.call());
            } catch (Exception failed) {
                answer.completeExceptionally(failed);
            }
        });
        try {
            return answer.get();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("stopped");
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof RuntimeException known) {
                throw known;
            }
            throw new IllegalStateException(failed.getCause());
        }
    }

    private void serve() {
        while (true) {
            try {
                Optional<Runnable> errand = nextErrand();
                pulse.begin();
                if (errand.isPresent()) {
                    errand.get().run();
                } else {
                    goOn();
                }
            } catch (InterruptedException stopped) {
                return;
            } catch (RuntimeException | Error failed) {
                fail(failed);
            } finally {
                pulse.end();
            }
        }
    }

    /// Waits for an errand as long as there is nothing else to do.
    private Optional<Runnable> nextErrand() throws InterruptedException {
        return switch (goal) {
            case Goal.Seek _ -> Optional.ofNullable(work.poll());
            case Goal.Run(Pace pace) when !isIdle -> {
                long wait = pace.waitMillis(host().machine().clock().nanos());
                yield Optional.ofNullable(work.poll(wait, TimeUnit.MILLISECONDS));
            }
            default ->
                    lanesAreBehind() ? Optional.ofNullable(work.poll()) : Optional.of(work.take());
        };
    }

    private boolean lanesAreBehind() {
        return lanes.filter(it -> it.isBehind(timeline())).isPresent();
    }

    private void goOn() {
        if (isAtRest()) {
            lanesGoOn();
            return;
        }
        switch (goal) {
            case Goal.Rest _ -> {}
            case Goal.Run(Pace pace) -> stretch(pace);
            case Goal.Seek seek -> seekOn(seek);
        }
        deed = "";
        safeSeq = timeline().now().seq();
        boolean hasStopped = goal instanceof Goal.Rest;
        if (hasStopped || isIdle || millis() - shownMillis >= FRAME_MILLIS) {
            show();
        }
    }

    private boolean isAtRest() {
        return goal instanceof Goal.Rest || goal instanceof Goal.Run && isIdle;
    }

    /// While the machine itself has nothing to do, the two lanes are compared.
    private void lanesGoOn() {
        try {
            lanes.ifPresent(it -> it.goOn(timeline()));
        } catch (RuntimeException | Error failed) {
            lanes = Optional.empty();
            audience.stopped("The lanes cannot be compared. " + PartFailure.describe(failed));
        }
        if (!lanesAreBehind() || millis() - shownMillis >= LANES_MILLIS) {
            show();
        }
    }

    private void stretch(Pace pace) {
        long now = host().machine().clock().nanos();
        long target = pace.targetNanos();
        if (pace.isLost(now)) {
            goal = new Goal.Run(new Pace(pace.speed(), now));
        }
        if (target > now) {
            runOn(Math.min(target, now + stretchNanos));
        }
    }

    private void runOn(long untilNanos) {
        long begun = System.nanoTime();
        Stopped stopped = goTo(untilNanos);
        isIdle = stopped == Stopped.IDLE;
        if (stopped == Stopped.CONDITION) {
            goal = new Goal.Rest();
        }
        long took = (System.nanoTime() - begun) / 1_000_000;
        if (took > STRETCH_MILLIS) {
            stretchNanos = Math.max(STRETCH_MIN_NANOS, stretchNanos / 2);
        } else if (took < STRETCH_MILLIS / 4) {
            stretchNanos = Math.min(STRETCH_MAX_NANOS, stretchNanos * 2);
        }
    }

    /// Runs until a moment, or a breakpoint before it.
    private Stopped goTo(long untilNanos) {
        if (breakpoints.isEmpty() || !(goal instanceof Goal.Run)) {
            return timeline().run(untilNanos);
        }
        isPictureDue = true;
        picture = Optional.empty();
        Stopped stopped = timeline().run(untilNanos, breakpoints::hit);
        isPictureDue = false;
        if (stopped != Stopped.CONDITION) {
            picture = Optional.empty();
        }
        return stopped;
    }

    /// One stretch of the way to an event; the last one is exact.
    private void seekOn(Goal.Seek seek) {
        boolean isNear = seek.seq <= timeline().endSeq();
        if (isNear) {
            move(() -> timeline().seek(seek.seq));
        } else {
            runOn(host().machine().clock().nanos() + stretchNanos);
        }
        boolean isTooFar = millis() - seek.begunMillis > SEEK_MAX_MILLIS;
        boolean neverComes = isIdle && seek.seq > timeline().endSeq();
        if (isNear || neverComes || isTooFar) {
            goal = new Goal.Rest();
        }
    }

    /// Runs freely from here on, at `speed` nanoseconds of virtual time in a second.
    Frame run(long speed) {
        goal = new Goal.Run(new Pace(speed, host().machine().clock().nanos()));
        isIdle = false;
        return show();
    }

    /// Back to the last breakpoint before this moment, or to the beginning.
    Frame runBack() {
        goal = new Goal.Rest();
        move(() -> timeline().runBack(breakpoints::hit));
        return show();
    }

    boolean hasBranch(int branch) {
        return branch >= 0 && branch < timeline().branches().size();
    }

    /// Goes over to another branch of time, at the moment where the two part.
    Frame switchTo(int branch) {
        if (!hasBranch(branch)) {
            throw new Refused("There is no branch " + branch + ".");
        }
        goal = new Goal.Rest();
        move(() -> timeline().switchTo(branch));
        return show();
    }

    /// From now on frames show the reference's lane beside this computer, which was made from
    /// `opening` and `parts`.
    Frame compare(Opening opening, Parts parts) {
        lanes = Optional.of(new Lanes(opening, parts, watched));
        return show();
    }

    Frame compareNoMore() {
        lanes = Optional.empty();
        return show();
    }

    Breakpoints breakpoints() {
        return breakpoints;
    }

    Frame pause() {
        goal = new Goal.Rest();
        return show();
    }

    Frame step(Timeline.Unit unit, int count) {
        goal = new Goal.Rest();
        move(() -> timeline().step(unit, count));
        return show();
    }

    /// Goes to the moment right before the next event that is `wanted`.
    ///
    /// @throws Refused where none comes soon; then it stays where it was
    Frame before(Predicate<XenEvent> wanted) {
        goal = new Goal.Rest();
        long from = timeline().now().seq();
        boolean[] came = {false};
        move(() -> {
            came[0] = timeline().stepTo(wanted);
            timeline().seek(came[0] ? timeline().now().seq() - 1 : from);
        });
        Frame frame = show();
        if (!came[0]) {
            throw new Refused(
                    "Nothing of this kind comes soon by itself. Type something or send an event,"
                            + " then ask again.");
        }
        return frame;
    }

    /// Goes to event `seq`; a far one is reached after this has returned.
    Frame seek(long seq) {
        return seek(seq, SEEK_PATIENCE_MILLIS);
    }

    /// Goes to event `seq` and is there when this returns, unless it is never reached.
    Frame arriveAt(long seq) {
        return seek(seq, SEEK_MAX_MILLIS);
    }

    private Frame seek(long seq, long patienceMillis) {
        long begun = millis();
        Goal.Seek seek = new Goal.Seek(seq, begun);
        goal = seek;
        while (goal == seek && millis() - begun < patienceMillis) {
            seekOn(seek);
        }
        return show();
    }

    /// From now on, and for a while, frames contain this view. Returns the key that it has there.
    ///
    /// At rest the moment is looked at anew: the picture of an event is taken in its midst, where
    /// the machine does not stay.
    String watch(String page, String name, Focus focus) {
        String key = photographer.watch(page, name, focus);
        if (goal instanceof Goal.Rest) {
            if (timeline().isAtEvent()) {
                move(() -> timeline().seek(timeline().now().seq()));
            } else {
                picture = Optional.empty();
            }
        }
        return key;
    }

    /// Does something to the machine from outside, and shows what came of it. `words` say what was
    /// done, where that alone makes no event; else the first event and the last tell.
    Frame act(String words, Runnable action) {
        long before = host().trace().seq();
        move(action);
        deed = words.isEmpty() ? firstAndLast(before) : words;
        // Where nothing could happen any more, time stood still; else it goes on as it went.
        if (isIdle && goal instanceof Goal.Run(Pace pace)) {
            goal = new Goal.Run(new Pace(pace.speed(), host().machine().clock().nanos()));
        }
        isIdle = false;
        return show();
    }

    private String firstAndLast(long before) {
        long now = host().trace().seq();
        boolean areTwo = before > 0 && now > before + 1;
        return areTwo
                ? newest(before + 1).map(Sentence::of).orElse("")
                        + (now > before + 2 ? " … " : " ")
                        + newest(now).map(Sentence::of).orElse("")
                : "";
    }

    /// The host may have run on from the moment that was shown, and what it said then has been
    /// told: so it is the host's own clock that tells whether time went back.
    private void move(Runnable move) {
        deed = "";
        long before = host().machine().clock().nanos();
        int branch = timeline().branch().id();
        isPictureDue = true;
        picture = Optional.empty();
        move.run();
        if (host().machine().clock().nanos() < before || timeline().branch().id() != branch) {
            audience.wentBack();
        }
        isPictureDue = false;
        safeSeq = timeline().now().seq();
    }

    /// The camera: looks at the very moment, when somebody wants to see it.
    private void look() {
        if (isPictureDue) {
            picture = Optional.of(photographer.take(newest(host().trace().seq())));
        }
    }

    private Optional<XenEvent> newest(long seq) {
        return seq > 0 ? computer.log().at(seq) : Optional.empty();
    }

    /// Tells the audience how things stand.
    Frame show() {
        Timeline.Position position = timeline().now();
        Optional<XenEvent> newest = newest(position.seq());
        Photographer.Picture now = picture.orElseGet(() -> photographer.take(newest));
        picture = goal instanceof Goal.Rest ? Optional.of(now) : Optional.empty();
        Photographer.Picture compared = shown.map(now::since).orElse(now);
        shown = Optional.of(now);
        shownMillis = millis();
        Frame frame = frame(position, newest, compared);
        audience.looked(frame);
        return frame;
    }

    private Frame frame(
            Timeline.Position position, Optional<XenEvent> newest, Photographer.Picture seen) {
        return new Frame(
                position.seq(),
                position.nanos(),
                timeline().endSeq(),
                timeline().endNanos(),
                !(goal instanceof Goal.Rest),
                isIdle,
                goal instanceof Goal.Seek(long seq, _) ? seq : -1,
                timeline().branch().id(),
                BranchView.all(timeline()),
                breakpoints.words(),
                sentence(newest),
                newest.map(io.xenarium.bench.view.EventView::of).orElse(null),
                seen.domains(),
                computer.slots(),
                seen.cpu().orElse(null),
                seen.channels(),
                seen.views(),
                lanes.map(it -> lanes(it, position.seq())).orElse(null));
    }

    private LanesView lanes(Lanes beside, long seq) {
        beside.follow(host().machine().journal().entries());
        return beside.at(seq, computer.log(), isAtRest(), timeline());
    }

    private String sentence(Optional<XenEvent> newest) {
        return deed.isEmpty()
                ? newest.map(Sentence::of).orElse("The computer has just been switched on.")
                : deed;
    }

    /// Something threw in the middle of the machine: goes back to the last moment that was sound.
    private void fail(Throwable failed) {
        goal = new Goal.Rest();
        isPictureDue = false;
        audience.stopped(
                PartFailure.describe(failed) + " The machine is back at the last sound moment.");
        try {
            timeline().seek(safeSeq);
            show();
        } catch (RuntimeException again) {
            throw new Bug("the machine cannot be brought back to event " + safeSeq + ": " + again);
        }
    }

    private static long millis() {
        return System.nanoTime() / 1_000_000;
    }
}
