package io.xenarium.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

class MailboxTest {
    private final Mailbox mailbox = new Mailbox();

    private List<Letter> all() throws InterruptedException {
        List<Letter> all = new ArrayList<>();
        Optional<Letter> letter = mailbox.take(0);
        while (letter.isPresent()) {
            all.add(letter.get());
            letter = mailbox.take(0);
        }
        return all;
    }

    @Test
    void ofFramesThatWaitOnlyTheNewestIsKept() throws Exception {
        for (int t = 0; t < 1000; t++) {
            mailbox.put(new Letter(Letter.STATE, "" + t, "frame " + t));
        }
        assertEquals(List.of(new Letter(Letter.STATE, "999", "frame 999")), all());
    }

    @Test
    void aGuestThatPrintsWithoutEndFillsNothingAndPushesNothingElseOut() throws Exception {
        Letter told = new Letter("bench", null, "restarted");
        mailbox.put(told);
        String output = "x".repeat(40_000);
        for (int i = 0; i < 10_000; i++) {
            mailbox.put(new Letter(Letter.CONSOLE, null, output));
        }
        List<Letter> kept = all();
        assertEquals(told, kept.getFirst());
        assertTrue(
                kept.stream().mapToInt(letter -> letter.data().length()).sum()
                        <= Mailbox.CHARS_MAX);
    }

    @Test
    void lettersComeInTheOrderInWhichTheyWerePut() throws Exception {
        for (int i = 0; i < 2 * Mailbox.LETTERS_MAX; i++) {
            mailbox.put(new Letter("check", null, "line " + i));
        }
        List<Letter> kept = all();
        assertEquals(Mailbox.LETTERS_MAX, kept.size());
        assertEquals("line " + Mailbox.LETTERS_MAX, kept.getFirst().data());
        assertEquals("line " + (2 * Mailbox.LETTERS_MAX - 1), kept.getLast().data());
    }
}
