package io.xenarium.lab12.check;

import static io.xenarium.abi.BlockRing.DISCARD;
import static io.xenarium.abi.BlockRing.FLUSH_DISKCACHE;
import static io.xenarium.abi.BlockRing.READ;
import static io.xenarium.abi.BlockRing.WRITE;
import static io.xenarium.abi.BlockRing.WRITE_BARRIER;
import static io.xenarium.lab.DiskGuest.PAGE;
import static io.xenarium.lab.DiskGuest.READ_ONLY_PAGE;

import io.xenarium.check.Invariants;
import io.xenarium.lab.CheckFailed;
import io.xenarium.lab.DiskGuest;
import io.xenarium.lab.Subject;
import io.xenarium.lab.Tier;
import io.xenarium.parts.Parts;
import io.xenarium.trace.Sentence;
import io.xenarium.trace.Topic;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

/// The fourth tier: a whole computer with the learner's part in it boots a guest that has a disk.
/// Ring, grants, event channel and XenStore are the real ones.
@Tier(4)
public final class T4System {
    private static Played reference;
    private static Parts referenceParts;

    /// A guest, and what it noted.
    private record Played(DiskGuest guest, List<String> lines) {
        void ask(String words, int operation, long sector, int ref) {
            guest.push(operation, sector, ref);
            guest.signal(0);
            note("%s: %s".formatted(words, guest.status()));
        }

        void note(String what) {
            lines.add(what + "; " + guest.pages());
        }
    }

    @Test
    @Tag("12.6")
    void aGuestReadsAndWritesItsDisk() {
        Played mine = played(Subject.current().mine(), Subject.current().steps());
        Played xen = reference(Subject.current().reference());
        compare(mine, mine.lines, xen.lines);
        compare(mine, events(mine), events(xen));
        List<String> wrong = Invariants.check(mine.guest.host().hypervisor());
        if (!wrong.isEmpty()) {
            throw new CheckFailed(
                    Rules.GUEST, "at the end, " + wrong.getFirst(), "keeps both in step", at(mine));
        }
    }

    private static List<String> events(Played played) {
        return played.guest.events().stream().map(Sentence::of).toList();
    }

    private static void compare(Played played, List<String> mine, List<String> xen) {
        for (int i = 0; i < Math.max(mine.size(), xen.size()); i++) {
            String you = i < mine.size() ? mine.get(i) : "nothing more happens";
            String wanted = i < xen.size() ? xen.get(i) : "nothing more happens";
            if (!you.equals(wanted)) {
                throw new CheckFailed(
                        Rules.GUEST,
                        "in the running guest: " + you,
                        "there: " + wanted,
                        at(played));
            }
        }
    }

    private static Played reference(Parts parts) {
        if (reference == null || referenceParts != parts) {
            reference = played(parts, new ArrayList<>());
            referenceParts = parts;
        }
        return reference;
    }

    /// A guest's whole life; what it notes is added to `lines`.
    private static Played played(Parts parts, List<String> lines) {
        Played played = new Played(new DiskGuest(parts, Topic.RING), lines);
        played.guest.connect(false);
        played.note("connect");
        played.ask("read sector 3", READ, 3, PAGE);
        played.ask("write it to sector 9", WRITE, 9, PAGE);
        played.ask("read beyond the end", READ, DiskGuest.SECTORS, PAGE);
        played.ask("read into a page that is read-only", READ, 4, READ_ONLY_PAGE);
        played.ask("write from it", WRITE, 4, READ_ONLY_PAGE);
        played.ask("read into a page that is not granted", READ, 4, 77);
        played.ask("an operation that nobody knows", 99, 4, PAGE);
        played.ask("discard sector 5", DISCARD, 5, -1);
        played.ask("write sector 6, with a barrier", WRITE_BARRIER, 6, PAGE);
        played.ask("flush", FLUSH_DISKCACHE, 0, -1);
        batch(played.guest);
        played.note("four requests at once: " + played.guest.status());
        played.ask("read sector 9", READ, 9, PAGE);
        played.guest.close();
        played.note("close");
        played.guest.setState("1");
        played.guest.connect(true);
        played.ask("read sector 7 into a page that stays mapped", READ, 7, PAGE);
        played.ask("write it to sector 8", WRITE, 8, PAGE);
        played.guest.signal(40);
        played.note("a lie about the index, the back-end is in state " + played.guest.backState());
        return played;
    }

    private static void batch(DiskGuest guest) {
        guest.push(READ, 1, PAGE);
        guest.push(READ, DiskGuest.SECTORS, PAGE);
        guest.push(WRITE, 2, PAGE);
        guest.push(FLUSH_DISKCACHE, 0, -1);
        guest.signal(0);
    }

    private static CheckFailed.Again at(Played played) {
        return new CheckFailed.Again("event " + played.guest.host().trace().seq(), "");
    }
}
