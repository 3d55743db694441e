package io.xenarium.lab;

import io.xenarium.parts.Parts;
import io.xenarium.terms.Bug;
import io.xenarium.terms.DomId;
import io.xenarium.toolstack.Ending;
import io.xenarium.toolstack.Host;
import io.xenarium.toolstack.HostConfig;
import io.xenarium.toolstack.Images;
import io.xenarium.toolstack.XlConfig;
import io.xenarium.trace.Sentence;
import io.xenarium.trace.Topic;
import io.xenarium.trace.XenEvent;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.function.Predicate;

/// A run of a whole computer: it boots our guest and answers what is typed. What a check of the
/// fourth tier looks at.
///
/// 1. It is the computer and the guest of the page's stage, and nothing but inputs reaches it: so
///    whatever fails here is recorded, and the page opens that run one event before.
/// 2. The same parts give the same run.
public final class SystemRun {
    private static final long SEED = 1;
    private static final int HOST_MIB = 192;
    private static final int GUEST_MIB = 8;
    private static final long MILLISECOND = 1_000_000;
    private static final long BOOT_NANOS = 20 * MILLISECOND;
    private static final long ANSWER_NANOS = 10 * MILLISECOND;

    private static SystemRun lastReference;

    private final Parts parts;
    private final long firstNanos;
    private final List<String> typed;
    private final Host host;
    private final List<XenEvent> events = new ArrayList<>();
    private DomId guest;

    private SystemRun(Parts parts, long firstNanos, List<String> typed) {
        this.parts = parts;
        this.firstNanos = firstNanos;
        this.typed = typed;
        host = Host.of(new HostConfig(SEED, HOST_MIB, parts));
        // All topics, as the page does: an event that nobody wants has no number.
        host.trace().listen(EnumSet.allOf(Topic.class), events::add);
    }

    /// The run with the learner's part in its slot, to the answer to the last line of `typed`. What
    /// the guest said is what a repeated case tells.
    ///
    /// @throws CheckFailed where the part broke a rule on the way
    public static SystemRun mine(String... typed) {
        return mine(BOOT_NANOS, typed);
    }

    /// The same, where the guest is left alone until `firstNanos` before anything is typed.
    public static SystemRun mine(long firstNanos, String... typed) {
        Subject subject = Subject.current();
        SystemRun run = new SystemRun(subject.mine(), firstNanos, List.of(typed));
        try {
            run.play();
        } catch (CheckFailed failed) {
            run.record(run.host.trace().seq());
            throw failed.seen(run.again(run.host.trace().seq()));
        } catch (Bug stopped) {
            run.record(run.host.trace().seq());
            throw stopped;
        } finally {
            subject.steps().addAll(run.lines());
        }
        return run;
    }

    /// The same run with the reference in all slots.
    public static SystemRun reference(String... typed) {
        return reference(BOOT_NANOS, typed);
    }

    /// The same, where the guest is left alone until `firstNanos` before anything is typed.
    public static SystemRun reference(long firstNanos, String... typed) {
        Parts reference = Subject.current().reference();
        List<String> lines = List.of(typed);
        SystemRun last = lastReference;
        if (last == null || !last.is(reference, firstNanos, lines)) {
            last = new SystemRun(reference, firstNanos, lines);
            last.play();
            lastReference = last;
        }
        return last;
    }

    private boolean is(Parts ofParts, long ofFirstNanos, List<String> ofTyped) {
        return parts == ofParts && firstNanos == ofFirstNanos && typed.equals(ofTyped);
    }

    private void play() {
        XlConfig config = XlConfig.of("hello", Images.HELLO, GUEST_MIB);
        guest = host.xl().create(config.ending(Ending.Plan.REBOOT));
        host.run(firstNanos);
        for (String line : typed) {
            host.type(guest, line.getBytes(StandardCharsets.US_ASCII));
            host.run(host.machine().clock().nanos() + ANSWER_NANOS);
        }
        StepBudget.count(host.hypervisor().retired());
    }

    /// The computer as the run left it.
    public Host host() {
        return host;
    }

    /// All that the guest said.
    public String text() {
        return host.consoleOutput(guest).text();
    }

    /// The same, line by line; nothing where there never was a guest.
    public List<String> lines() {
        return guest == null ? List.of() : text().lines().toList();
    }

    /// Expects that of all events that matter, this run and `xen` have the same, at the same time.
    ///
    /// @throws CheckFailed where they part; the run is recorded there
    public void compare(SystemRun xen, Rule rule, Predicate<XenEvent> matters) {
        List<XenEvent> mine = events.stream().filter(matters).toList();
        List<XenEvent> theirs = xen.events.stream().filter(matters).toList();
        int index = parting(mine, theirs);
        if (index < Math.max(mine.size(), theirs.size())) {
            throw failure(
                    Math.min(seq(mine, index), xen.seq(theirs, index)),
                    rule,
                    "in the running guest, " + words(mine, index) + apart(mine, theirs, index),
                    "there, " + words(theirs, index) + apart(theirs, mine, index));
        }
    }

    /// A failure of this run as a whole, recorded at the first event that `xen` has otherwise.
    public CheckFailed failure(SystemRun xen, Rule rule, String you, String wanted) {
        int index = parting(events, xen.events);
        return failure(Math.min(seq(events, index), xen.seq(xen.events, index)), rule, you, wanted);
    }

    private CheckFailed failure(long seq, Rule rule, String you, String wanted) {
        record(seq);
        return new CheckFailed(rule, you, wanted, again(seq));
    }

    private CheckFailed.Again again(long seq) {
        return new CheckFailed.Again("event " + seq, "");
    }

    private void record(long seq) {
        Subject.current().record(new Recording(SEED, host.machine().journal().entries(), seq));
    }

    /// The first place in which two lists differ, the length of both where there is none.
    private static int parting(List<XenEvent> one, List<XenEvent> other) {
        int shared = Math.min(one.size(), other.size());
        for (int i = 0; i < shared; i++) {
            if (!one.get(i).equals(other.get(i))) {
                return i;
            }
        }
        return shared;
    }

    private long seq(List<XenEvent> list, int index) {
        return index < list.size() ? list.get(index).stamp().seq() : host.trace().seq();
    }

    private static String words(List<XenEvent> list, int index) {
        if (index >= list.size()) {
            return "nothing more happens after event "
                    + (list.isEmpty() ? 0 : list.getLast().stamp().seq());
        }
        XenEvent event = list.get(index);
        return "event %d at %d ns is: %s"
                .formatted(event.stamp().seq(), event.stamp().time().value(), Sentence.of(event));
    }

    /// What the sentence does not tell of an event, where it is the same sentence for both.
    private static String apart(List<XenEvent> list, List<XenEvent> others, int index) {
        if (index >= Math.min(list.size(), others.size())
                || !words(list, index).equals(words(others, index))) {
            return "";
        }
        String[] own = list.get(index).toString().split(", ");
        String[] other = others.get(index).toString().split(", ");
        int at = Arrays.mismatch(own, other);
        return at < 0 || at >= own.length ? "" : " (%s)".formatted(own[at].replace("]", ""));
    }
}
