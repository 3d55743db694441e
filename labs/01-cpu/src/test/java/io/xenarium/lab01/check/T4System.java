package io.xenarium.lab01.check;

import io.xenarium.lab.CheckFailed;
import io.xenarium.lab.Subject;
import io.xenarium.lab.Tier;
import io.xenarium.parts.Parts;
import io.xenarium.terms.DomId;
import io.xenarium.toolstack.Host;
import io.xenarium.toolstack.HostConfig;
import io.xenarium.toolstack.Images;
import io.xenarium.toolstack.XlConfig;
import io.xenarium.trace.Sentence;
import io.xenarium.trace.Topic;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;

/// The fourth tier: a whole computer with the learner's processor in it boots a guest. Every event
/// of the run, to the nanosecond, is that of a computer with the machine's own processor.
@Tier(4)
public final class T4System {
    private static final long MILLISECOND = 1_000_000;

    @Test
    @Tag("01.6")
    void aGuestBootsAndAnswers() {
        Run own = new Run(Subject.current().reference());
        Run mine = new Run(Subject.current().mine());
        Subject.current().steps().addAll(mine.lines());
        for (int i = 0; i < Math.max(own.events.size(), mine.events.size()); i++) {
            if (!mine.words(i).equals(own.words(i))) {
                throw differs(mine, own, i);
            }
        }
        if (!mine.lines().equals(own.lines())) {
            throw new CheckFailed(
                    Rules.REGISTER,
                    "the guest said `%s` last".formatted(mine.last()),
                    "lets it say `%s`".formatted(own.last()),
                    at(mine.events.size()));
        }
    }

    private static CheckFailed differs(Run mine, Run own, int index) {
        return new CheckFailed(
                Rules.REGISTER,
                "in the booting guest, %s; its last line was `%s`"
                        .formatted(mine.words(index), mine.last()),
                "on a right processor %s".formatted(own.words(index)),
                at(index));
    }

    private static CheckFailed.Again at(int index) {
        return new CheckFailed.Again(
                "event " + index, "", "http://127.0.0.1:7070/lab/01?seed=1&t=" + index);
    }

    /// One computer from its start to the last words of its guest.
    private static final class Run {
        private final Host host;
        private final DomId guest;
        private final List<String> events = new ArrayList<>();

        Run(Parts parts) {
            host = Host.of(new HostConfig(1, 24, parts));
            host.trace()
                    .listen(
                            EnumSet.allOf(Topic.class),
                            event ->
                                    events.add(
                                            "event %d at %d ns is: %s"
                                                    .formatted(
                                                            event.stamp().seq(),
                                                            event.stamp().time().value(),
                                                            Sentence.of(event))));
            guest = host.xl().create(XlConfig.of("hello", Images.HELLO, 8));
            host.run(5 * MILLISECOND);
            for (String typed : List.of("help\r", "ticks\r", "trap\r", "ls\r", "crash\r")) {
                host.type(guest, typed.getBytes(StandardCharsets.US_ASCII));
                host.run(host.machine().clock().nanos() + 2 * MILLISECOND);
            }
        }

        List<String> lines() {
            return host.consoleOutput(guest).text().lines().toList();
        }

        String last() {
            List<String> lines = lines();
            return lines.isEmpty() ? "" : lines.getLast();
        }

        String words(int index) {
            return index < events.size() ? events.get(index) : "nothing more happens";
        }
    }
}
