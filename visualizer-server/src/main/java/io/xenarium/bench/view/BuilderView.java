package io.xenarium.bench.view;

import io.xenarium.toolstack.Blueprint;
import io.xenarium.toolstack.Host;
import io.xenarium.trace.DomainEvent.Life;
import io.xenarium.xen.Domain;
import io.xenarium.xen.Vcpu;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// What a domain's memory was built of, piece by piece in the order of its frames, what became of
/// each piece, and how far the guest has come since.
///
/// @param domain whose it is
/// @param words about the whole; what is missing where there is nothing to show
/// @param bricks in the order of their frames
/// @param milestones in the order in which a guest passes them
public record BuilderView(
        int domain,
        String name,
        String words,
        int pages,
        List<Brick> bricks,
        List<Milestone> milestones,
        String text) {
    /// A piece of memory.
    ///
    /// @param step when it is laid: 1 for the first
    /// @param kind kernel, ramdisk, list, info, ring, table, stack or room
    /// @param seen where the guest sees it at birth; empty where nowhere
    /// @param how what is done to lay it
    /// @param now what is so of it at this moment
    public record Brick(
            int step,
            String kind,
            String name,
            long first,
            int frames,
            String pfns,
            String seen,
            String how,
            String now) {}

    /// Something that a guest comes by.
    public record Milestone(String name, boolean isReached, String detail) {}

    /// The view of a domain, by default of the youngest guest.
    static BuilderView of(Scene scene, Focus focus) {
        Host host = scene.host();
        Domain domain = focus.domain(host);
        int id = domain.id().value();
        Optional<Blueprint> blueprint = host.xl().blueprint(domain);
        if (blueprint.isEmpty()) {
            String words =
                    id == 0
                            ? "Domain 0 is part of Xenarium; nobody builds it."
                            : "Nobody knows any more what this domain was built from.";
            return new BuilderView(id, domain.name(), words, 0, List.of(), List.of(), words);
        }
        Wall wall = new Wall(host, domain, blueprint.get());
        List<Brick> bricks = wall.bricks();
        List<Milestone> milestones = milestones(scene, domain, wall.asked());
        String words =
                "%,d frames; %d notes were read; the first instruction is at 0x%x"
                        .formatted(
                                blueprint.get().pages(),
                                blueprint.get().notes(),
                                blueprint.get().plan().entry().value());
        String text = text(words, bricks, milestones);
        int pages = blueprint.get().pages();
        return new BuilderView(id, domain.name(), words, pages, bricks, milestones, text);
    }

    private static String text(String words, List<Brick> bricks, List<Milestone> milestones) {
        StringBuilder text = new StringBuilder(words).append("\n\n");
        text.append("step  pfn                what            seen at             now\n");
        for (Brick brick : bricks) {
            text.append(
                    "%4s  %-17s  %-14s  %-18s  %s\n"
                            .formatted(
                                    brick.step == 0 ? "" : brick.step,
                                    brick.pfns,
                                    brick.name,
                                    brick.seen,
                                    brick.now));
        }
        text.append("\n");
        for (Milestone each : milestones) {
            String mark = each.isReached ? "[x]" : "[ ]";
            String line = "%s %-24s %s".formatted(mark, each.name, each.detail);
            text.append(line.stripTrailing()).append('\n');
        }
        return text.toString();
    }

    private static List<Milestone> milestones(Scene scene, Domain domain, long asked) {
        Host host = scene.host();
        Vcpu first = domain.vcpus().getFirst();
        long ran = first.ranNanos(scene.nanos());
        long said = host.consoleOutput(domain.id()).end();
        boolean isIn = !first.isUpcallMasked() || first.hasEverBlocked();
        List<Milestone> all = new ArrayList<>();
        all.add(new Milestone("built", domain.life() != Life.BUILDING, life(domain)));
        all.add(new Milestone("runs", ran > 0, ran > 0 ? "for %,d ns".formatted(ran) : ""));
        all.add(new Milestone("speaks", said > 0, said > 0 ? "%,d bytes".formatted(said) : ""));
        all.add(new Milestone("lets events in", isIn, ""));
        String bytes = asked > 0 ? "%,d bytes of questions".formatted(asked) : "";
        all.add(new Milestone("asks the XenStore", asked > 0, bytes));
        String disks = "/local/domain/%d/device/vbd".formatted(domain.id().value());
        for (String disk : host.store().list(disks)) {
            String state = host.store().read(disks + "/" + disk + "/state").orElse("");
            all.add(new Milestone("connects disk " + disk, state.equals("4"), "state " + state));
        }
        all.add(new Milestone("has nothing to do", first.hasEverBlocked(), ""));
        return all;
    }

    private static String life(Domain domain) {
        return domain.hasCrashed()
                ? domain.crashReason()
                : domain.life().name().toLowerCase(Locale.ROOT);
    }
}
