package io.xenarium.lab07.check;

import io.xenarium.lab.CheckFailed;
import io.xenarium.lab.Subject;
import io.xenarium.lab.Tier;
import io.xenarium.parts.DomainBuilder;
import io.xenarium.parts.DomainBuilder.Plan;
import io.xenarium.parts.DomainBuilder.Segment;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The third tier. Nobody gets in between a builder's steps, since nobody runs yet in the domain
/// that it builds. But the steps can be taken in any order, and two domains can be built at once.
@Tier(3)
public final class T3Interleavings {
    private static final String STEPS = "kpti";

    private static final Order ORDER =
            new Order(2100, 50, 0, 0x80_0000_0000L, 9000, true, "order matters not");

    @Test
    @Tag("07.5")
    void thePiecesCanBeLaidInAnyOrder() {
        if (Subject.current().isReplay()) {
            compare(Subject.current().replayData());
            return;
        }
        orders("", STEPS).forEach(T3Interleavings::compare);
    }

    private static List<String> orders(String begun, String left) {
        if (left.isEmpty()) {
            return List.of(begun);
        }
        List<String> all = new ArrayList<>();
        for (char next : left.toCharArray()) {
            all.addAll(orders(begun + next, left.replace(String.valueOf(next), "")));
        }
        return all;
    }

    private static void compare(String steps) {
        BuildWorld mine = new BuildWorld(ORDER.pages(), 9);
        BuildWorld xen = new BuildWorld(ORDER.pages(), 9);
        DomainBuilder part = Subject.current().mine().domainBuilder().make(mine);
        DomainBuilder reference = Subject.current().reference().domainBuilder().make(xen);
        if (Subject.current().isReplay()) {
            mine.told = Subject.current().steps();
        }
        for (char step : steps.toCharArray()) {
            mine.tell("%s:", words(step));
            lay(part, step);
        }
        STEPS.chars().forEach(step -> lay(reference, (char) step));
        Optional<CheckFailed> failed = new Laid(ORDER.plan(), mine).difference(in(steps), xen);
        if (failed.isPresent()) {
            throw new CheckFailed(
                    Rules.ORDER,
                    failed.get().you(),
                    failed.get().xen(),
                    new CheckFailed.Again("four steps in another order", steps));
        }
    }

    private static String in(String steps) {
        List<String> names = new ArrayList<>();
        for (char step : steps.toCharArray()) {
            names.add(words(step));
        }
        return "the order " + String.join(", ", names);
    }

    private static String words(char step) {
        return switch (step) {
            case 'k' -> "kernel and ram disk";
            case 'p' -> "list";
            case 't' -> "page tables";
            default -> "start_info";
        };
    }

    private static void lay(DomainBuilder part, char step) {
        Plan plan = ORDER.plan();
        switch (step) {
            case 'k' -> part.loadSegments(List.of(kernel(), ramdisk(plan)), 0);
            case 'p' -> part.buildP2m(plan);
            case 't' -> part.buildBootPageTables(plan);
            default -> part.writeStartInfo(plan, ORDER.wires(), ORDER.line());
        }
    }

    private static Segment kernel() {
        return new Segment(0, 0, new byte[30 * 4096 + 5], 50 * 4096);
    }

    private static Segment ramdisk(Plan plan) {
        byte[] contents = new byte[(int) plan.ramdisk().bytes()];
        java.util.Arrays.fill(contents, (byte) 7);
        return new Segment(0, plan.ramdisk().first().value() << 12, contents, contents.length);
    }

    @Test
    @Tag("07.5")
    void twoDomainsBuiltAtOnceDoNotMeet() {
        BuildWorld first = new BuildWorld(ORDER.pages(), 11);
        BuildWorld second = new BuildWorld(ORDER.pages(), 12);
        BuildWorld xen = new BuildWorld(ORDER.pages(), 12);
        DomainBuilder one = Subject.current().mine().domainBuilder().make(first);
        DomainBuilder other = Subject.current().mine().domainBuilder().make(second);
        DomainBuilder reference = Subject.current().reference().domainBuilder().make(xen);
        for (char step : STEPS.toCharArray()) {
            lay(one, step);
            lay(other, step);
            lay(reference, step);
        }
        new Laid(ORDER.plan(), second)
                .difference("the second of two domains", xen)
                .ifPresent(failed -> {
                    throw new CheckFailed(Rules.ORDER, failed.you(), failed.xen());
                });
    }
}
