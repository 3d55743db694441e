package io.xenarium.lab;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;

/// Searches all ways in which a few actors can get in between each other, for one that ends badly.
///
/// An actor is a guest that acts step by step, or a vCPU whose hypercall runs in the learner's
/// part. Inside a part, every call of its platform is a place where the others may get in between.
/// Since a part is deterministic and knows nothing but its platform's answers, it is stopped at
/// such a place by an exception and brought back there by calling it again with the answers that it
/// got before: no threads are needed, and the search can go back.
///
/// The search goes by preemptions: first all ways without any, then with one, and so on. So the
/// failure that is found has as few of them as possible. Two positions that are equal are searched
/// once. After Musuvathi and Qadeer, "Iterative context bounding" (PLDI 2007).
///
/// @param <W> the world, which implements `P`
/// @param <P> the platform of the part
public final class Search<W extends Search.World<W>, P> {
    /// What the actors share.
    public interface World<W> {
        /// The same state, on its own.
        W copy();

        /// Equal for equal states, and hardly ever for others.
        long fingerprint();

        /// Notes what happens, for whoever reads it.
        void tell(String format, Object... values);
    }

    /// One thing that an actor does.
    public sealed interface Act<W, P> {
        String words();
    }

    /// A guest's own step, which nobody can get into. It waits until it is possible.
    public record GuestStep<W, P>(String words, Predicate<W> possible, Consumer<W> doing)
            implements Act<W, P> {}

    /// A hypercall: something that is asked of a part on this platform.
    public record Call<W, P>(String words, Consumer<P> body) implements Act<W, P> {}

    /// Someone who does one thing after the other.
    public record Actor<W, P>(String name, List<Act<W, P>> acts) {}

    /// A way to a bad end.
    ///
    /// @param schedule whose turn it was, one digit a step
    /// @param failure what was bad about it
    /// @param tried how many ways were followed before it was found
    public record Found(String schedule, int preemptions, CheckFailed failure, int tried) {}

    private static final int MOST_PREEMPTIONS = 3;

    private final Class<P> platform;
    private final List<Actor<W, P>> actors;
    private final Consumer<W> verdict;
    private final Set<Key> seen = new HashSet<>();
    private int tried;

    /// `verdict` throws a [CheckFailed] on a world in which the actors ended badly.
    public Search(Class<P> platform, List<Actor<W, P>> actors, Consumer<W> verdict) {
        this.platform = platform;
        this.actors = actors;
        this.verdict = verdict;
    }

    /// Searches from `start` for a way to a bad end, which is the failure of the check; where a
    /// failure is replayed, follows the way that it went.
    ///
    /// @param listen has `start` tell what happens into these lines
    /// @throws CheckFailed with the schedule as its data, so that it can be replayed
    public void check(W start, Consumer<List<String>> listen) {
        Subject subject = Subject.current();
        if (subject.isReplay()) {
            listen.accept(subject.steps());
            follow(start, subject.replayData());
            return;
        }
        Found found = firstBad(start);
        if (found != null) {
            String words =
                    "%d steps, %d of them out of turn (%d ways tried)"
                            .formatted(
                                    found.schedule().length(), found.preemptions(), found.tried());
            throw found.failure().seen(new CheckFailed.Again(words, found.schedule()));
        }
    }

    /// Searches from `start`. Returns null where every way ends well.
    public Found firstBad(W start) {
        for (int bound = 0; bound <= MOST_PREEMPTIONS; bound++) {
            seen.clear();
            Found found = from(new Node<>(start.copy(), actors.size()), "", -1, bound, bound);
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    /// Follows one way from `start`, which tells it, and gives the verdict on its end.
    public void follow(W start, String schedule) {
        Node<W> node = new Node<>(start, actors.size());
        int last = -1;
        for (char digit : schedule.toCharArray()) {
            int turn = digit - '0';
            if (turn >= actors.size() || !isReady(node, turn)) {
                throw new LabProblem("this token is of another version of the check");
            }
            if (turn != last) {
                start.tell("%s:", actors.get(turn).name());
            }
            last = turn;
            step(node, turn);
        }
        verdict.accept(start);
    }

    private Found from(Node<W> node, String schedule, int last, int left, int bound) {
        boolean lastIsReady = last >= 0 && isReady(node, last);
        boolean isEnd = true;
        for (int actor = 0; actor < actors.size(); actor++) {
            if (!isReady(node, actor)) {
                continue;
            }
            isEnd = false;
            int cost = lastIsReady && actor != last ? 1 : 0;
            if (cost > left) {
                continue;
            }
            Found found = take(node, actor, schedule, left - cost, bound);
            if (found != null) {
                return found;
            }
        }
        return isEnd ? judge(node, schedule, bound) : null;
    }

    private Found take(Node<W> node, int actor, String schedule, int left, int bound) {
        Node<W> next = node.copy();
        String longer = schedule + actor;
        try {
            step(next, actor);
        } catch (CheckFailed failed) {
            return new Found(longer, bound - left, failed, tried + 1);
        }
        return seen.add(next.key(actor, left)) ? from(next, longer, actor, left, bound) : null;
    }

    private Found judge(Node<W> node, String schedule, int bound) {
        tried++;
        try {
            verdict.accept(node.world);
            return null;
        } catch (CheckFailed failed) {
            return new Found(schedule, bound, failed, tried);
        }
    }

    private boolean isReady(Node<W> node, int actor) {
        List<Act<W, P>> acts = actors.get(actor).acts();
        if (node.at[actor] >= acts.size()) {
            return false;
        }
        return switch (acts.get(node.at[actor])) {
            case GuestStep<W, P> step -> step.possible().test(node.world);
            case Call<W, P> _ -> true;
        };
    }

    private void step(Node<W> node, int actor) {
        switch (actors.get(actor).acts().get(node.at[actor])) {
            case GuestStep<W, P> step -> {
                node.world.tell("  %s", step.words());
                step.doing().accept(node.world);
                node.at[actor]++;
            }
            case Call<W, P> call -> {
                if (node.answers.get(actor).isEmpty()) {
                    node.world.tell("  %s", call.words());
                }
                if (runOneStep(node, actor, call)) {
                    node.at[actor]++;
                    node.answers.get(actor).clear();
                }
            }
        }
    }

    /// Lets the call take one more step on its platform. Returns whether it is over.
    private boolean runOneStep(Node<W> node, int actor, Call<W, P> call) {
        Lent lent = new Lent(node.world, node.answers.get(actor));
        Object proxy =
                Proxy.newProxyInstance(
                        platform.getClassLoader(),
                        new Class<?>[] {platform},
                        (_, method, arguments) -> lent.ask(method, arguments));
        try {
            call.body().accept(platform.cast(proxy));
        } catch (Stop _) {
            return false;
        }
        if (lent.wasStopped) {
            throw new CheckFailed(
                    Rule.THROWS_NOTHING,
                    "your part catches errors that are not its own",
                    "lets what it does not know pass through");
        }
        return true;
    }

    /// An answer that the platform gave, and to what.
    private record Answer(Method method, Object[] arguments, Object value) {
        boolean isTo(Method asked, Object[] with) {
            return method.equals(asked) && Arrays.deepEquals(arguments, with);
        }
    }

    /// The platform as one run of a call sees it: old answers first, then one new step.
    private static final class Lent {
        private final Object world;
        private final List<Answer> answers;
        private int asked;
        private boolean hasStepped;
        private boolean wasStopped;

        Lent(Object world, List<Answer> answers) {
            this.world = world;
            this.answers = answers;
        }

        Object ask(Method method, Object[] arguments) throws Throwable {
            if (asked < answers.size() && !hasStepped) {
                Answer old = answers.get(asked++);
                if (!old.isTo(method, arguments)) {
                    throw new CheckFailed(
                            Rule.DETERMINISTIC,
                            "in the same place, your part called %s() instead of %s()"
                                    .formatted(method.getName(), old.method.getName()),
                            "does the same where it sees the same");
                }
                return old.value;
            }
            if (hasStepped) {
                wasStopped = true;
                throw new Stop();
            }
            hasStepped = true;
            try {
                Object value = method.invoke(world, arguments);
                answers.add(new Answer(method, arguments, value));
                return value;
            } catch (InvocationTargetException thrown) {
                throw thrown.getCause();
            }
        }
    }

    /// Stops a part between two steps. Not for a learner to catch.
    private static final class Stop extends Error {
        private static final long serialVersionUID = 1;

        Stop() {
            super("the others' turn", null, false, false);
        }
    }

    /// A position: the world, and how far everybody is.
    private static final class Node<W extends World<W>> {
        private final W world;
        private final int[] at;
        private final List<List<Answer>> answers = new ArrayList<>();

        Node(W world, int actors) {
            this.world = world;
            at = new int[actors];
            for (int i = 0; i < actors; i++) {
                answers.add(new ArrayList<>());
            }
        }

        Node<W> copy() {
            Node<W> copy = new Node<>(world.copy(), at.length);
            System.arraycopy(at, 0, copy.at, 0, at.length);
            for (int i = 0; i < at.length; i++) {
                copy.answers.get(i).addAll(answers.get(i));
            }
            return copy;
        }

        Key key(int last, int left) {
            List<Object> values = new ArrayList<>();
            for (int i = 0; i < at.length; i++) {
                values.add(at[i]);
                answers.get(i).forEach(answer -> values.add(answer.value));
                values.add(Key.END);
            }
            return new Key(world.fingerprint(), values, last, left);
        }
    }

    /// What a position is known by.
    private record Key(long world, List<Object> actors, int last, int left) {
        static final String END = "end of an actor";
    }
}
