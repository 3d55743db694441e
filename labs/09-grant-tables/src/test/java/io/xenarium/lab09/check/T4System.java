package io.xenarium.lab09.check;

import io.xenarium.abi.BlockRing;
import io.xenarium.check.Invariants;
import io.xenarium.lab.CheckFailed;
import io.xenarium.lab.DiskGuest;
import io.xenarium.lab.Subject;
import io.xenarium.lab.Tier;
import io.xenarium.parts.Parts;
import io.xenarium.trace.GrantEvent;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

/// The fourth tier: a whole computer with the learner's part in it boots a guest that has a disk.
/// The back-end maps the ring and every page through the part.
@Tier(4)
public final class T4System {
    private static FrontEnd reference;
    private static Parts referenceParts;

    @Test
    @Tag("09.5")
    void aGuestReadsAndWritesItsDisk() {
        FrontEnd mine = played(Subject.current().mine(), Subject.current().steps());
        FrontEnd xen = reference(Subject.current().reference());
        for (int i = 0; i < xen.lines().size(); i++) {
            if (!mine.lines().get(i).equals(xen.lines().get(i))) {
                throw new CheckFailed(
                        Rules.GUEST, mine.lines().get(i), xen.lines().get(i), at(mine));
            }
        }
        compare(mine, xen);
        List<String> wrong = Invariants.check(mine.host().hypervisor());
        if (!wrong.isEmpty()) {
            throw new CheckFailed(
                    Rules.PINS, "at the end, " + wrong.getFirst(), "keeps both in step", at(mine));
        }
    }

    private static void compare(FrontEnd mine, FrontEnd xen) {
        List<GrantEvent> ours = mine.events();
        List<GrantEvent> theirs = xen.events();
        for (int i = 0; i < Math.max(ours.size(), theirs.size()); i++) {
            String you = i < ours.size() ? ours.get(i).toString() : "nothing more happens";
            String wanted = i < theirs.size() ? theirs.get(i).toString() : "nothing more happens";
            if (!you.equals(wanted)) {
                throw new CheckFailed(
                        Rules.GUEST, "in the running guest, " + you, "there, " + wanted, at(mine));
            }
        }
    }

    private static FrontEnd reference(Parts parts) {
        if (reference == null || referenceParts != parts) {
            reference = played(parts, new ArrayList<>());
            referenceParts = parts;
        }
        return reference;
    }

    /// A guest's whole life; how far it came is added to `steps`.
    private static FrontEnd played(Parts parts, List<String> steps) {
        FrontEnd front = new FrontEnd(parts);
        try {
            play(front);
        } finally {
            steps.addAll(front.lines());
        }
        return front;
    }

    private static void play(FrontEnd front) {
        front.connect();
        front.ask(BlockRing.READ, 3, DiskGuest.PAGE);
        front.ask(BlockRing.WRITE, 9, DiskGuest.PAGE);
        front.ask(BlockRing.WRITE, 4, DiskGuest.READ_ONLY_PAGE);
        front.ask(BlockRing.READ, 4, DiskGuest.READ_ONLY_PAGE);
        front.ask(BlockRing.READ, 4, 77);
        front.ask(BlockRing.READ, 9, DiskGuest.PAGE);
        front.close();
    }

    private static CheckFailed.Again at(FrontEnd front) {
        long seq = front.host().trace().seq();
        return new CheckFailed.Again("event " + seq, "");
    }
}
