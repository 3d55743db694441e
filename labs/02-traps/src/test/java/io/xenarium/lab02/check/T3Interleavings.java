package io.xenarium.lab02.check;

import static io.xenarium.lab02.check.EntryWorld.LISTS;

import io.xenarium.lab.CheckFailed;
import io.xenarium.lab.Search;
import io.xenarium.lab.Subject;
import io.xenarium.lab.Tier;
import io.xenarium.parts.PvEntry;
import io.xenarium.parts.PvEntry.Register;
import io.xenarium.terms.Vaddr;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.function.Consumer;

/// The third tier: while one vCPU is in Xen, another one of the same guest rewrites the memory that
/// Xen reads, at every moment at which it could.
@Tier(3)
public final class T3Interleavings {
    @Test
    @Tag("02.1")
    void aHandlerThatIsRewrittenAfterTheLook() {
        EntryWorld world = Op.running();
        world.lay(LISTS, 14, 0x1234, 0, 0);
        search(
                world,
                end -> refuse(end.traps.toString().contains("0x1000000000000000"), "a handler"),
                "d1 v1 writes an address that is none",
                other -> other.lay(LISTS + 8, 1L << 60),
                part -> part.setTrapTable(new Vaddr(LISTS)));
    }

    @Test
    @Tag("02.4")
    void aFrameThatIsRewrittenAfterTheLook() {
        EntryWorld world = Op.running();
        world.set(Register.RSP, 0x1f00);
        world.lay(0x1f00, 7, 0x11, 0xcc, 0, 0x40_2000, 0xe033, 0x246, 0x1f80, 0xe02b);
        search(
                world,
                end -> refuse(end.isKernel == end.segments.contains("cs 0xe033"), "a level"),
                "d1 v1 writes another cs into the frame",
                other -> other.lay(0x1f28, 0xe030),
                PvEntry::iret);
    }

    @Test
    @Tag("02.6")
    void aNumberThatIsRewrittenAfterTheLook() {
        EntryWorld world = Op.running();
        world.lay(LISTS, 12, 0, 1, 2, 3, 4, 5, 6);
        search(
                world,
                end -> refuse(end.calls.toString().contains("13("), "a number"),
                "d1 v1 makes the entry a multicall",
                other -> other.lay(LISTS, 13),
                part -> part.multicall(new Vaddr(LISTS), 1));
    }

    private static void refuse(boolean wasFooled, String what) {
        if (wasFooled) {
            throw new CheckFailed(
                    Rules.TWICE,
                    "your part used " + what + " that it had not checked",
                    "reads once, and checks and uses what it has read");
        }
    }

    private static void search(
            EntryWorld start,
            Consumer<EntryWorld> verdict,
            String words,
            Consumer<EntryWorld> rewriting,
            Consumer<PvEntry> asked) {
        PvEntry.Maker maker = Subject.current().mine().pvEntry();
        Search<EntryWorld, PvEntry.Platform> search =
                new Search<>(
                        PvEntry.Platform.class,
                        List.of(
                                new Search.Actor<>(
                                        "d1 v0",
                                        List.of(
                                                new Search.Call<>(
                                                        "makes its hypercall",
                                                        lent -> asked.accept(maker.make(lent))))),
                                new Search.Actor<>(
                                        "d1 v1",
                                        List.of(
                                                new Search.GuestStep<>(
                                                        words, _ -> true, rewriting)))),
                        verdict);
        Subject subject = Subject.current();
        if (subject.isReplay()) {
            start.told = subject.steps();
            search.follow(start, subject.replayData());
            return;
        }
        Search.Found found = search.firstBad(start);
        if (found != null) {
            String how =
                    "%d steps (%d ways tried)".formatted(found.schedule().length(), found.tried());
            throw found.failure().seen(new CheckFailed.Again(how, found.schedule()));
        }
    }
}
