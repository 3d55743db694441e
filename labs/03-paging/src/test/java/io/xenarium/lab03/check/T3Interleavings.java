package io.xenarium.lab03.check;

import static io.xenarium.lab03.check.PagingWorld.ALL;

import io.xenarium.lab.CheckFailed;
import io.xenarium.lab.Search;
import io.xenarium.lab.Subject;
import io.xenarium.lab.Tier;
import io.xenarium.parts.Paging;
import io.xenarium.parts.Paging.Walk;
import io.xenarium.terms.Vaddr;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.function.Consumer;

/// The third tier: while one processor walks, another one changes the tables, at every moment at
/// which it could.
@Tier(3)
public final class T3Interleavings {
    private static final long PAGE = Op.ADDRESSES.getFirst();
    private static final Vaddr VADDR = new Vaddr(PAGE);

    @Test
    @Tag("03.1")
    void aPageThatMovesDuringTheWalk() {
        search(
                world -> {},
                "points the page to another frame",
                world -> world.lay(PAGE, 1, 0x20_0000 | ALL),
                "walk(" + PagingWorld.hex(PAGE) + ")",
                part -> requireOneLook(part.walk(VADDR)));
    }

    private static void requireOneLook(Walk walk) {
        long entry = walk.last().entry();
        boolean isMapped = walk instanceof Walk.Mapped;
        long frame = walk instanceof Walk.Mapped mapped ? mapped.frame().value() : 0;
        if (!isMapped || frame != (entry & Paging.ADDRESS) >>> 12) {
            throw new CheckFailed(
                    Rules.TWICE,
                    "your walk read %s, and says: %s"
                            .formatted(PagingWorld.hex(entry), Op.words(walk)),
                    "uses the entry that it looked at");
        }
    }

    @Test
    @Tag("03.3")
    void aPageThatIsTakenAwayBeforeItIsMarked() {
        search(
                world -> requireUntouched(world, 0),
                "takes the page away",
                world -> world.lay(PAGE, 1, 0),
                "a store",
                T3Interleavings::store);
    }

    @Test
    @Tag("03.3")
    void aPageThatIsMadeReadOnlyBeforeItIsMarked() {
        long readOnly = 0x10_0000 | Paging.PRESENT | Paging.USER;
        search(
                world -> requireUntouched(world, readOnly),
                "makes the page read-only",
                world -> world.lay(PAGE, 1, readOnly),
                "a store",
                T3Interleavings::store);
    }

    /// A store, as a processor makes it: again where an entry has changed.
    private static void store(Paging part) {
        for (int i = 0; i < 2; i++) {
            Walk walk = part.walk(VADDR);
            boolean isAllowed = part.checkAccess(walk, Paging.WRITES) == Paging.ALLOWED;
            if (!isAllowed
                    || !(walk instanceof Walk.Mapped mapped)
                    || part.setAccessedDirty(mapped, Paging.WRITES)) {
                return;
            }
        }
    }

    /// The other processor wrote last, or it wrote over a store that was over: in both cases no
    /// mark may be in what it wrote.
    private static void requireUntouched(PagingWorld world, long written) {
        long is = world.entries.get(world.placeOf(PAGE, 1));
        if (is != written) {
            throw new CheckFailed(
                    Rules.REVIVED,
                    "the other wrote %s, and there is %s now"
                            .formatted(PagingWorld.hex(written), PagingWorld.hex(is)),
                    "leaves %s there: its mark was for another entry"
                            .formatted(PagingWorld.hex(written)));
        }
    }

    private static void search(
            Consumer<PagingWorld> verdict,
            String words,
            Consumer<PagingWorld> change,
            String asking,
            Consumer<Paging> asked) {
        Paging.Maker maker = Subject.current().mine().paging();
        Search<PagingWorld, Paging.Platform> search =
                new Search<>(
                        Paging.Platform.class,
                        List.of(
                                new Search.Actor<>(
                                        "cpu 0",
                                        List.of(
                                                new Search.Call<>(
                                                        asking,
                                                        lent -> asked.accept(maker.make(lent))))),
                                new Search.Actor<>(
                                        "cpu 1",
                                        List.of(new Search.GuestStep<>(words, _ -> true, change)))),
                        verdict);
        Subject subject = Subject.current();
        PagingWorld start = Op.usual();
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
