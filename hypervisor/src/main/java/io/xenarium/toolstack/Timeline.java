package io.xenarium.toolstack;

import io.xenarium.machine.Journal;
import io.xenarium.terms.Check;
import io.xenarium.trace.CpuEvent;
import io.xenarium.trace.SchedEvent;
import io.xenarium.trace.SchedEvent.Runstate;
import io.xenarium.trace.Topic;
import io.xenarium.trace.XenEvent;
import io.xenarium.xen.Hypervisor;
import io.xenarium.xen.Snapshot;
import io.xenarium.xen.StopWhen;
import io.xenarium.xen.Stopped;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/// Moves one [Host] through time: forward by running it, back by loading the nearest keyframe and
/// running again from there.
///
/// A *position* is the number of an event: the moment right after it happened, which may lie in the
/// middle of a hypercall. The host itself always rests between two instructions; what it looked
/// like at the very moment is what the camera saw ([#onCamera]), which is called exactly once for
/// every move.
///
/// Whoever posts an input to the host while it is not at the end of its branch forks: the new
/// branch becomes the current one and the old future stays, to be gone back to with [#switchTo].
public final class Timeline {
    /// What a step goes by.
    public enum Unit {
        /// One instruction of a guest.
        INSTRUCTION,
        /// To the next hypercall or exception.
        TRAP,
        /// To the next event.
        EVENT,
        /// To the next vCPU that gets a processor.
        SLICE
    }

    /// Where the timeline stands.
    ///
    /// @param seq the newest event that has happened
    /// @param nanos virtual time
    /// @param retired instructions that guests have retired
    /// @param event the newest event itself, where it was seen
    public record Position(long seq, long nanos, long retired, Optional<XenEvent> event) {}

    /// One course that events have taken.
    ///
    /// @param id its number, from 0
    /// @param parent the branch it was forked from, its own number for the first
    /// @param forkSeq the last event that it shares with its parent
    /// @param endSeq the newest event it has got to
    /// @param endNanos how far it has got in virtual time
    public record Branch(int id, int parent, long forkSeq, long endSeq, long endNanos) {}

    /// How many events of each topic happened in a stretch.
    ///
    /// @param fromSeq the first event that is counted
    /// @param toSeq the last one
    /// @param nanos virtual time where the stretch begins
    /// @param counts events by topic
    public record Ticks(long fromSeq, long toSeq, long nanos, Map<Topic, Integer> counts) {}

    /// Instructions between two keyframes: run again in well under a tenth of a second.
    private static final long SPACING = 1_000_000;

    /// Events between two keyframes, for guests that do much with few instructions.
    private static final long SPACING_EVENTS = 20_000;

    /// Events after which an input is worth a keyframe of its own.
    private static final long COSTLY_EVENTS = 500;

    /// How far a step looks for what it steps to, past the end of what has happened: a guest that
    /// only computes must not hold up who asked.
    private static final long LOOK_AHEAD = 20_000_000;

    private final Host host;
    private final Hypervisor xen;
    private final List<Course> courses = new ArrayList<>();
    private Course course;
    private Keyframe last;
    private Runnable camera = () -> {};
    private Position position;
    private Optional<XenEvent> newest = Optional.empty();
    private long[] counts = new long[Topic.values().length];

    /// What every event is shown to while a move is under way.
    private Predicate<XenEvent> hunt = event -> false;

    /// Whether the move has come to its position: the camera has seen it.
    private boolean isThere;

    /// Takes charge of a host, which from now on is run through here only.
    public Timeline(Host host) {
        this.host = host;
        xen = host.hypervisor();
        last = keyframe(Optional.empty());
        course = new Course(last);
        courses.add(course);
        position = atRest();
        host.trace().listen(EnumSet.allOf(Topic.class), this::happened);
        host.guardWith(
                new Host.Guard() {
                    @Override
                    public void before() {
                        forkInThePast();
                    }

                    @Override
                    public void after() {
                        keepIfCostly();
                        arrive();
                    }
                });
    }

    public Host host() {
        return host;
    }

    /// Where it stands now.
    public Position now() {
        return position;
    }

    /// Whether [#now] is the moment of an event, in whose midst the host does not stay: what it was
    /// like then, only the camera has seen.
    public boolean isAtEvent() {
        return isThere;
    }

    /// The end of the current branch: the newest event it has got to.
    public long endSeq() {
        return course.endSeq;
    }

    /// The end of the current branch in virtual time.
    public long endNanos() {
        return course.endNanos;
    }

    /// Who looks at the host at every new position. It only looks.
    public void onCamera(Runnable newCamera) {
        camera = newCamera;
    }

    /// Runs on to `untilNanos`, or until nothing can happen any more without an input.
    public Stopped run(long untilNanos) {
        depart();
        Stopped stopped = advance(untilNanos, StopWhen.never());
        arrive();
        return stopped;
    }

    /// Runs on as [#run(long)] does, but stands still at the first event that is `wanted`. Returns
    /// [Stopped#CONDITION] where one came.
    public Stopped run(long untilNanos, Predicate<XenEvent> wanted) {
        long from = position.seq;
        depart();
        approach(frame -> frame.seq() <= from, from == xen.trace().seq());
        hunt = event -> event.stamp().seq() > from && wanted.test(event);
        Stopped stopped = advance(untilNanos, () -> isThere);
        boolean came = isThere;
        arrive();
        return came ? Stopped.CONDITION : stopped;
    }

    /// Goes back to the last event before this one that is `wanted`; to the beginning where there
    /// is none.
    public void runBack(Predicate<XenEvent> wanted) {
        stepBack(wanted, 1);
    }

    /// Goes to event `seq`, forward or back; to the end of the branch where it has not got so far.
    public void seek(long seq) {
        depart();
        long target = Math.clamp(seq, course.keyframes.first().seq(), course.endSeq);
        approach(frame -> frame.seq() < target, target > xen.trace().seq());
        hunt = event -> event.stamp().seq() == target;
        advance(course.endNanos + 1, () -> xen.trace().seq() >= target);
        arrive();
    }

    /// Goes to a moment, forward or back.
    public void seekNanos(long nanos) {
        depart();
        approach(frame -> frame.nanos() <= nanos, nanos >= clock());
        advance(nanos, StopWhen.never());
        arrive();
    }

    /// Goes `count` units on, or back where it is negative.
    public void step(Unit unit, int count) {
        if (unit == Unit.INSTRUCTION) {
            stepInstructions(count);
        } else if (count > 0) {
            stepOn(wanted(unit), count);
        } else if (count < 0) {
            stepBack(wanted(unit), -count);
        }
    }

    /// Goes on to the next event that is `wanted`, as far as a step looks; answers whether one
    /// came.
    public boolean stepTo(Predicate<XenEvent> wanted) {
        stepOn(wanted, 1);
        return isThere;
    }

    /// From the moment that is shown: the machine itself may have gone on from the event that was
    /// sought, up to where its stretch ended.
    private void stepInstructions(int count) {
        long from = isThere ? position.retired : xen.retired();
        long target = Math.max(0, from + count);
        depart();
        approach(frame -> frame.retired() <= target, xen.retired() <= target);
        if (target > xen.retired()) {
            advance(Long.MAX_VALUE, StopWhen.instructions(xen, target - xen.retired()));
        }
        arrive();
    }

    private static Predicate<XenEvent> wanted(Unit unit) {
        return switch (unit) {
            case TRAP ->
                    event ->
                            event instanceof CpuEvent.HypercallEntered
                                    || event instanceof CpuEvent.Trapped;
            case SLICE ->
                    event ->
                            event instanceof SchedEvent.RunstateChanged changed
                                    && changed.to() == Runstate.RUNNING;
            case EVENT, INSTRUCTION -> event -> true;
        };
    }

    private void stepOn(Predicate<XenEvent> wanted, int count) {
        long from = position.seq;
        depart();
        approach(frame -> frame.seq() <= from, from == xen.trace().seq());
        long limit = xen.retired() + LOOK_AHEAD;
        int[] left = {count};
        hunt =
                event ->
                        event.stamp().seq() > from
                                && wanted.test(event)
                                && left[0] > 0
                                && --left[0] == 0;
        advance(Long.MAX_VALUE, stop(() -> isThere || xen.retired() >= limit));
        arrive();
    }

    private static StopWhen stop(StopWhen condition) {
        return new StopWhen() {
            @Override
            public boolean isReached() {
                return condition.isReached();
            }

            @Override
            public long budgetMax() {
                return LOOK_AHEAD;
            }
        };
    }

    /// Looks through one stretch between keyframes after the other, from the present back.
    private void stepBack(Predicate<XenEvent> wanted, int count) {
        long end = position.seq;
        int missing = count;
        depart();
        while (end > course.keyframes.first().seq() + 1) {
            long before = end;
            Keyframe start =
                    course.keyframes
                            .latest(frame -> frame.seq() < before - 1)
                            .orElse(course.keyframes.first());
            List<Long> found = eventsBetween(start, before, wanted);
            if (found.size() >= missing) {
                seek(found.get(found.size() - missing));
                return;
            }
            missing -= found.size();
            end = start.seq() + 1;
        }
        seek(0);
    }

    /// The numbers of the wanted events from `start` up to, not including, `end`.
    private List<Long> eventsBetween(Keyframe start, long end, Predicate<XenEvent> wanted) {
        List<Long> found = new ArrayList<>();
        restore(start);
        hunt =
                event -> {
                    if (event.stamp().seq() < end && wanted.test(event)) {
                        found.add(event.stamp().seq());
                    }
                    return false;
                };
        advance(course.endNanos + 1, () -> xen.trace().seq() >= end - 1);
        return found;
    }

    /// All branches, in the order they came to be.
    public List<Branch> branches() {
        return courses.stream().map(Course::branch).toList();
    }

    /// The branch it is on.
    public Branch branch() {
        return course.branch();
    }

    /// All that another timeline of this machine needs to know of the branches of this one.
    public List<RememberedBranch> remember() {
        List<RememberedBranch> remembered = new ArrayList<>();
        for (Course each : courses) {
            List<Journal.Entry> inputs =
                    each == course ? host.machine().journal().entries() : each.inputs;
            remembered.add(new RememberedBranch(each.branch(), each.forkNanos, inputs));
        }
        return remembered;
    }

    /// Takes over the branches of another timeline of the same machine, which then all lie ahead:
    /// this one stands at the beginning of `current`, and nothing has happened to it yet.
    public void recall(List<RememberedBranch> remembered, int current) {
        Journal journal = host.machine().journal();
        Check.that(
                courses.size() == 1 && journal.entries().isEmpty() && course.endSeq == last.seq(),
                "only a timeline that has no past can be given one");
        Check.that(current >= 0 && current < remembered.size(), "there is no branch %d", current);
        courses.clear();
        remembered.forEach(each -> courses.add(new Course(last, each)));
        course = courses.get(current);
        journal.append(remembered.get(current).inputs());
    }

    /// Goes over to another branch, at the moment where the two part.
    public void switchTo(int branch) {
        Check.that(branch >= 0 && branch < courses.size(), "there is no branch %d", branch);
        Course next = courses.get(branch);
        if (next == course) {
            return;
        }
        depart();
        long parting = parting(course, next);
        Journal journal = host.machine().journal();
        course.inputs = journal.entries();
        restore(course.keyframes.first());
        journal.cutFuture();
        journal.append(next.inputs);
        course = next;
        seekNanos(parting);
    }

    /// When two courses part: the earliest moment at which one of the two lines of parents leaves
    /// the other.
    private long parting(Course one, Course other) {
        long parting = Math.min(one.endNanos, other.endNanos);
        Course left = one;
        Course right = other;
        while (left != right) {
            if (left.id > right.id) {
                parting = Math.min(parting, left.forkNanos);
                left = courses.get(left.parent);
            } else {
                parting = Math.min(parting, right.forkNanos);
                right = courses.get(right.parent);
            }
        }
        return parting;
    }

    /// The events from `fromSeq` to `toSeq` counted in at most `buckets` stretches of equal length:
    /// fewer where the stretches would be finer than what is kept.
    public List<Ticks> ticks(long fromSeq, long toSeq, int buckets) {
        Check.that(buckets > 0, "events are counted in at least one stretch, not in %d", buckets);
        return course.index.ticks(Math.max(1, fromSeq), toSeq, buckets);
    }

    /// An input is about to be taken: where it is not at the end, or others lie ahead, what follows
    /// will be another course.
    private void forkInThePast() {
        depart();
        Journal journal = host.machine().journal();
        boolean isAtEnd = clock() >= course.endNanos && xen.trace().seq() >= course.endSeq;
        if (isAtEnd && journal.nextNanos() == Long.MAX_VALUE) {
            return;
        }
        course.inputs = journal.entries();
        journal.cutFuture();
        Course.Fork here = new Course.Fork(xen.trace().seq(), clock(), counts);
        course = new Course(courses.size(), course, here);
        courses.add(course);
    }

    /// Building a domain is one input and a long way to go again.
    private void keepIfCostly() {
        if (xen.trace().seq() > last.seq() + COSTLY_EVENTS) {
            last = keyframe(Optional.of(last.snapshot()));
            course.keyframes.add(last);
        }
    }

    private void depart() {
        hunt = event -> false;
        isThere = false;
    }

    /// The move is over: where the camera has not seen an event that was sought, it sees the state
    /// at rest.
    private void arrive() {
        hunt = event -> false;
        course.endSeq = Math.max(course.endSeq, xen.trace().seq());
        course.endNanos = Math.max(course.endNanos, clock());
        if (!isThere) {
            position = atRest();
            camera.run();
        }
    }

    private void happened(XenEvent event) {
        newest = Optional.of(event);
        counts[event.topic().ordinal()]++;
        course.index.count(event);
        if (!isThere && hunt.test(event)) {
            isThere = true;
            position =
                    new Position(
                            event.stamp().seq(),
                            event.stamp().time().value(),
                            xen.retired(),
                            newest);
            camera.run();
        }
    }

    private Position atRest() {
        return new Position(xen.trace().seq(), clock(), xen.retired(), newest);
    }

    /// Goes to the latest keyframe that is good for the move, unless the host stands well already.
    private void approach(Predicate<Keyframe> isGood, boolean isGoodHere) {
        Keyframe nearest = course.keyframes.latest(isGood).orElse(course.keyframes.first());
        if (!isGoodHere || nearest.nanos() > clock()) {
            restore(nearest);
        }
    }

    private void restore(Keyframe frame) {
        host.restore(frame.snapshot());
        newest = frame.event();
        counts = frame.counts().clone();
        last = frame;
    }

    private Keyframe keyframe(Optional<Snapshot> before) {
        Snapshot snapshot = host.keyframe();
        long cost = before.map(snapshot::bytesBeside).orElse(0L);
        return new Keyframe(
                snapshot, xen.trace().seq(), clock(), xen.retired(), newest, counts.clone(), cost);
    }

    /// Runs on, and takes keyframes on the way where there are none near.
    private Stopped advance(long untilNanos, StopWhen stop) {
        while (true) {
            last = course.keyframes.latest(frame -> frame.nanos() <= clock()).orElse(last);
            long nextRetired = last.retired() + SPACING;
            long nextSeq = last.seq() + SPACING_EVENTS;
            if (xen.retired() >= nextRetired || xen.trace().seq() >= nextSeq) {
                last = keyframe(Optional.of(last.snapshot()));
                course.keyframes.add(last);
                continue;
            }
            Stopped stopped = xen.run(untilNanos, upTo(stop, nextRetired, nextSeq));
            boolean isBetween = stopped == Stopped.CONDITION && !stop.isReached();
            if (!isBetween) {
                return stopped;
            }
        }
    }

    private StopWhen upTo(StopWhen stop, long nextRetired, long nextSeq) {
        return new StopWhen() {
            @Override
            public boolean isReached() {
                return xen.retired() >= nextRetired
                        || xen.trace().seq() >= nextSeq
                        || stop.isReached();
            }

            @Override
            public long budgetMax() {
                return Math.max(1, Math.min(stop.budgetMax(), nextRetired - xen.retired()));
            }
        };
    }

    private long clock() {
        return host.machine().clock().nanos();
    }
}
