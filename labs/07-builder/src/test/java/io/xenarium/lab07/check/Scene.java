package io.xenarium.lab07.check;

import io.xenarium.lab.CheckFailed;
import io.xenarium.lab.Rule;
import io.xenarium.lab.Subject;
import io.xenarium.parts.DomainBuilder;
import io.xenarium.parts.DomainBuilder.Context;
import io.xenarium.parts.DomainBuilder.Plan;
import io.xenarium.parts.DomainBuilder.Segment;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// The learner's part on a world, and what is expected of the two.
final class Scene {
    final BuildWorld world;
    final DomainBuilder part;
    final Plan plan;
    final Laid laid;
    private final Order order;
    private String last = "parseElfNotes()";

    private Scene(Order order) {
        this.order = order;
        plan = order.plan();
        world = new BuildWorld(order.pages(), 7);
        part = Subject.current().mine().domainBuilder().make(world);
        laid = new Laid(plan, world);
        if (Subject.current().isReplay()) {
            world.told = Subject.current().steps();
        }
    }

    /// See [Order#debian].
    static Scene debian() {
        return new Scene(Order.debian());
    }

    /// See [Order#grub].
    static Scene grub() {
        return new Scene(Order.grub());
    }

    Scene loads(long paddrOffset, Segment... segments) {
        last = "loadSegments()";
        part.loadSegments(List.of(segments), paddrOffset);
        return this;
    }

    Scene lists() {
        last = "buildP2m()";
        part.buildP2m(plan);
        return this;
    }

    Scene maps() {
        last = "buildBootPageTables()";
        part.buildBootPageTables(plan);
        return this;
    }

    Scene tells() {
        last = "writeStartInfo()";
        part.writeStartInfo(plan, order.wires(), order.line());
        return this;
    }

    Context begins() {
        last = "initVcpu()";
        return part.initVcpu(plan);
    }

    /// Expects that something is so.
    Scene is(Rule rule, String what, Object is, Object wanted) {
        world.tell("%s: %s", what, is);
        if (!wanted.equals(is)) {
            throw new CheckFailed(
                    rule,
                    "after %s, %s: %s".formatted(last, what, is),
                    "%s: %s".formatted(what, wanted));
        }
        return this;
    }

    /// Expects these bytes at an address of the guest's memory.
    Scene has(long paddr, int count, String wanted) {
        String what = "at paddr 0x%x".formatted(paddr);
        return is(Rules.SEGMENT, what, world.bytes(paddr, count), wanted);
    }

    /// Expects this entry of `level` for an address.
    Scene entry(Rule rule, long vaddr, int level, String wanted) {
        String what = "the L%d entry for 0x%x".formatted(level, vaddr);
        return is(rule, what, laid.entry(vaddr, level), wanted);
    }

    /// Expects this number in a field of the start-info page.
    Scene field(String name, int offset, int bytes, long wanted) {
        String number = "0x%x".formatted(wanted);
        return is(Rules.START_INFO, name, laid.field(offset, bytes), number);
    }

    /// What notes are read as, in words.
    static String read(DomainBuilder part, byte[] notes) {
        Optional<Map<Integer, byte[]>> found = part.parseElfNotes(notes);
        if (found == null || found.isEmpty()) {
            return found == null ? "null" : "refused";
        }
        return found.get().isEmpty()
                ? "no notes"
                : new TreeMap<>(found.get())
                        .entrySet().stream()
                                .map(each -> each.getKey() + ": " + Note.hex(each.getValue()))
                                .collect(Collectors.joining("; "));
    }

    /// What a number is read as, in words.
    static String number(DomainBuilder part, byte[] contents) {
        OptionalLong number = part.number(contents);
        if (number == null) {
            return "null";
        }
        return number.isPresent() ? "0x%x".formatted(number.getAsLong()) : "no number";
    }

    /// A context in words.
    static String words(Context context) {
        return context == null
                ? "null"
                : "rip 0x%x, rsp 0x%x, rsi 0x%x, rflags 0x%x, cs 0x%x, ss 0x%x, table %s"
                        .formatted(
                                context.rip().value(),
                                context.rsp().value(),
                                context.rsi().value(),
                                context.rflags(),
                                context.cs(),
                                context.ss(),
                                context.table());
    }
}
