package io.xenarium.lab00.check;

import io.xenarium.lab.CheckFailed;
import io.xenarium.lab.Subject;
import io.xenarium.lab.Tier;
import io.xenarium.parts.Parts;
import io.xenarium.terms.DomId;
import io.xenarium.toolstack.Host;
import io.xenarium.toolstack.HostConfig;
import io.xenarium.toolstack.Images;
import io.xenarium.toolstack.XlConfig;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The fourth tier: a whole computer with the learner's part in it boots a guest, whose first words
/// go through that part.
@Tier(4)
public final class T4System {
    private static final long UNTIL_NANOS = 20_000_000;

    private static Parts bootedParts;
    private static String bootedWords;

    @Test
    @Tag("00.1")
    void theGuestsFirstWordsAppear() {
        String mine = boot(Subject.current().mine());
        String xen = reference(Subject.current().reference());
        Subject.current().steps().addAll(mine.lines().toList());
        if (!mine.equals(xen)) {
            throw new CheckFailed(
                    Rules.TEXT,
                    "the guest's console begins with `" + firstLine(mine) + "`",
                    "shows `" + firstLine(xen) + "`",
                    new CheckFailed.Again("", "", "http://127.0.0.1:7070/lab/00?seed=1&t=1"));
        }
    }

    /// The reference's words, which are the same every time.
    private static String reference(Parts parts) {
        if (parts != bootedParts) {
            bootedWords = boot(parts);
            bootedParts = parts;
        }
        return bootedWords;
    }

    private static String boot(Parts parts) {
        Host host = Host.of(new HostConfig(1, 64, parts));
        DomId guest = host.xl().create(XlConfig.of("hello", Images.HELLO, 16));
        host.run(UNTIL_NANOS);
        return host.consoleOutput(guest).text();
    }

    private static String firstLine(String text) {
        return text.lines().findFirst().orElse("nothing at all");
    }
}
