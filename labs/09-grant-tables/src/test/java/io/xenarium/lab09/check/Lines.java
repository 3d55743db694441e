package io.xenarium.lab09.check;

import io.xenarium.abi.GrantEntry;
import io.xenarium.abi.GrantMap;
import io.xenarium.lab.CheckFailed;
import io.xenarium.lab.Line;
import io.xenarium.parts.Grants;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A world as lines of text, so that two can be compared and the difference be told.
final class Lines {
    private Lines() {}

    /// The first thing in which the world of the learner's part differs from the reference's.
    static Optional<CheckFailed> difference(String after, GrantWorld mine, GrantWorld xen) {
        return Line.difference(after, of(mine), of(xen));
    }

    private static List<Line> of(GrantWorld world) {
        List<Line> lines = new ArrayList<>();
        for (int domain = 0; domain < GrantWorld.DOMAINS; domain++) {
            for (int ref = 0; ref < GrantWorld.ENTRIES; ref++) {
                ofEntry(world, domain, ref, lines);
            }
            for (int handle = 0; handle < GrantWorld.HANDLES; handle++) {
                Grants.Mapping mapping = world.mappings[domain][handle];
                lines.add(
                        new Line(
                                Rules.HANDLE,
                                "handle %d of d%d stands for %s"
                                        .formatted(
                                                handle,
                                                domain,
                                                mapping == null ? "nothing" : of(mapping))));
            }
        }
        return lines;
    }

    private static void ofEntry(GrantWorld world, int domain, int ref, List<Line> lines) {
        String name = "entry %d of d%d ".formatted(ref, domain);
        int flags = world.flags[domain][ref];
        int user = world.usedBy[domain][ref];
        lines.add(
                new Line(
                        Rules.PERMISSION,
                        name + (user < 0 ? "is used by nobody" : "is used by d" + user)));
        for (Grants.Pin pin : Grants.Pin.values()) {
            int count = world.pins[domain][ref][pin.ordinal()];
            lines.add(new Line(Rules.PINS, name + "has " + count + " pins " + pin));
        }
        lines.add(
                new Line(
                        Rules.MARKS,
                        name
                                + "has the flags 0x%x, marks: %s"
                                        .formatted(flags, GrantWorld.marks(flags))));
    }

    /// A mapping in words.
    static String of(Grants.Mapping mapping) {
        boolean isDevice = (mapping.flags() & GrantMap.DEVICE) != 0;
        boolean isHost = (mapping.flags() & GrantMap.HOST) != 0;
        return "entry %d of %s, %s%s%s"
                .formatted(
                        mapping.ref(),
                        mapping.granter(),
                        isDevice ? "device " : "",
                        isHost ? "host " : "",
                        (mapping.flags() & GrantMap.READONLY) != 0 ? "read-only" : "writable");
    }

    /// What must hold at any moment, whatever guests do: who is in use is marked, and the pins are
    /// those of the mappings.
    static void requireAgreed(GrantWorld world, String after, CheckFailed.Again again) {
        for (int domain = 0; domain < GrantWorld.DOMAINS; domain++) {
            for (int ref = 0; ref < GrantWorld.ENTRIES; ref++) {
                int used = 0;
                for (Grants.Pin pin : Grants.Pin.values()) {
                    int count = world.pins[domain][ref][pin.ordinal()];
                    int wanted = counted(world, domain, ref, pin);
                    used += count;
                    if (count != wanted) {
                        throw new CheckFailed(
                                Rules.PINS,
                                "after %s, entry %d of d%d has %d pins %s"
                                        .formatted(after, ref, domain, count, pin),
                                "has %d: that many mappings hold one".formatted(wanted),
                                again);
                    }
                }
                if (used == 0 && world.usedBy[domain][ref] >= 0) {
                    throw new CheckFailed(
                            Rules.DANGLING,
                            "after %s, entry %d of d%d is in use without a pin"
                                    .formatted(after, ref, domain),
                            "ends the use with its last pin",
                            again);
                }
            }
        }
    }

    private static int counted(GrantWorld world, int granter, int ref, Grants.Pin pin) {
        int count = 0;
        for (Grants.Mapping[] each : world.mappings) {
            for (Grants.Mapping mapping : each) {
                if (mapping != null
                        && mapping.granter().value() == granter
                        && mapping.ref() == ref
                        && has(mapping.flags(), pin)) {
                    count++;
                }
            }
        }
        return count;
    }

    private static boolean has(int flags, Grants.Pin pin) {
        boolean isReadOnly = (flags & GrantMap.READONLY) != 0;
        int part = pin == Grants.Pin.device(!pin.isWrite()) ? GrantMap.DEVICE : GrantMap.HOST;
        return isReadOnly != pin.isWrite() && (flags & part) != 0;
    }

    /// At the end of a run: whatever is in use is marked for it.
    static void requireMarked(GrantWorld world) {
        for (int domain = 0; domain < GrantWorld.DOMAINS; domain++) {
            for (int ref = 0; ref < GrantWorld.ENTRIES; ref++) {
                int[] pins = world.pins[domain][ref];
                boolean isWritten =
                        pins[Grants.Pin.HOST_WRITE.ordinal()]
                                        + pins[Grants.Pin.DEVICE_WRITE.ordinal()]
                                > 0;
                int wanted = world.usedBy[domain][ref] < 0 ? 0 : GrantEntry.READING;
                wanted |= isWritten ? GrantEntry.WRITING : 0;
                if ((world.flags[domain][ref] & wanted) != wanted) {
                    throw new CheckFailed(
                            Rules.UNSTABLE,
                            "entry %d of d%d is used by d%d, and says: kind %d, for d%d, marks: %s"
                                    .formatted(
                                            ref,
                                            domain,
                                            world.usedBy[domain][ref],
                                            world.flags[domain][ref] & GrantEntry.TYPE,
                                            world.users[domain][ref],
                                            GrantWorld.marks(world.flags[domain][ref])),
                            "marks what it saw or looks anew; then this use would not be");
                }
            }
        }
    }
}
