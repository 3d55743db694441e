package io.xenarium.lab09.check;

import static io.xenarium.abi.GrantEntry.PERMIT_ACCESS;
import static io.xenarium.abi.GrantMap.DEVICE;
import static io.xenarium.abi.GrantMap.HOST;

import io.xenarium.lab.CheckFailed;
import io.xenarium.lab.Search;
import io.xenarium.lab.Subject;
import io.xenarium.lab.Tier;
import io.xenarium.parts.Grants;
import io.xenarium.parts.Grants.Pin;
import io.xenarium.terms.DomId;
import io.xenarium.terms.VcpuId;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.function.Consumer;

/// The third tier: the granter gets in between any two steps of the part. Xen holds a lock on an
/// entry while it works on it, so two hypercalls do not meet there; but no lock holds back a guest
/// that writes into its own memory.
@Tier(3)
public final class T3Interleavings {
    private static final DomId GRANTER = new DomId(1);
    private static final DomId USER = new DomId(2);

    @Test
    @Tag("09.2")
    void aPinMeetsAGranterThatTakesTheFrameBack() {
        search(
                Op.granted(),
                call(
                        "pin(entry 0 of d1, for d2)",
                        part -> part.pin(GRANTER, 0, USER, Pin.HOST_READ)),
                granter(3));
    }

    @Test
    @Tag("09.2")
    void aFirstWriterMeetsAGranterThatMakesTheEntryReadOnly() {
        search(
                Op.granted(),
                call(
                        "two pins on entry 0 of d1, for d2",
                        part -> {
                            part.pin(GRANTER, 0, USER, Pin.HOST_READ);
                            part.pin(GRANTER, 0, USER, Pin.HOST_WRITE);
                        }),
                granter(3));
    }

    @Test
    @Tag("09.3")
    void anUnpinMeetsAGranterThatWaitsForIt() {
        search(
                Op.granted(),
                call(
                        "pin and unpin entry 0 of d1",
                        part -> {
                            if (part.pin(GRANTER, 0, USER, Pin.HOST_WRITE) == 0) {
                                part.unpin(GRANTER, 0, Pin.HOST_WRITE);
                            }
                        }),
                granter(3));
    }

    @Test
    @Tag("09.4")
    void aMappingMeetsAGranterThatGrantsToSomebodyElse() {
        search(Op.granted(), call("map entry 0 of d1", part -> map(part)), granter(3));
    }

    @Test
    @Tag("09.5")
    void anUnmapMeetsAGranterThatWaitsForIt() {
        search(
                Op.granted(),
                call(
                        "map and unmap entry 0 of d1",
                        part -> {
                            int handle = map(part);
                            if (handle >= 0) {
                                part.unmap(USER, handle, DEVICE | HOST);
                            }
                        }),
                granter(2));
    }

    private static int map(Grants part) {
        return part.map(new Grants.Request(USER, new VcpuId(0), GRANTER, 0, DEVICE | HOST, 0x5000));
    }

    /// A granter that tries to take entry 0 back, and as soon as it has it grants another frame to
    /// domain 3 through it.
    private static Search.Actor<GrantWorld, Grants.Platform> granter(int times) {
        Search.Act<GrantWorld, Grants.Platform> step =
                new Search.GuestStep<>(
                        "d1 takes entry 0 back if it is not marked, and gives it to d3",
                        _ -> true,
                        T3Interleavings::handOver);
        return new Search.Actor<>("d1", java.util.Collections.nCopies(times, step));
    }

    private static void handOver(GrantWorld world) {
        boolean isMappedStill = false;
        for (Grants.Mapping mapping : world.mappings[USER.value()]) {
            isMappedStill |= mapping != null && mapping.ref() == 0;
        }
        boolean isFree = world.takeBack(1, 0);
        if (isFree && isMappedStill) {
            throw new CheckFailed(
                    Rules.DANGLING,
                    "d1 saw no mark on entry 0, while a mapping of d2 stood",
                    "takes the mapping away first, and the marks last");
        }
        if (isFree) {
            world.offer(1, 0, 3, 12, PERMIT_ACCESS);
        }
    }

    @SafeVarargs
    @SuppressWarnings("varargs")
    private static void search(
            GrantWorld start, Search.Actor<GrantWorld, Grants.Platform>... actors) {
        new Search<>(Grants.Platform.class, List.of(actors), Lines::requireMarked)
                .check(start, steps -> start.told = steps);
    }

    private static Search.Actor<GrantWorld, Grants.Platform> call(
            String words, Consumer<Grants> asked) {
        Grants.Maker maker = Subject.current().mine().grants();
        return new Search.Actor<>(
                "d2",
                List.of(new Search.Call<>(words, platform -> asked.accept(maker.make(platform)))));
    }
}
