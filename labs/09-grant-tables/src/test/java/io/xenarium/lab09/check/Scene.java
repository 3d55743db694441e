package io.xenarium.lab09.check;

import io.xenarium.abi.GrantEntry;
import io.xenarium.abi.GrantStatus;
import io.xenarium.lab.CheckFailed;
import io.xenarium.lab.Rule;
import io.xenarium.lab.Subject;
import io.xenarium.parts.Grants;

/// The learner's part on a world, and what is expected of the two, in one line each.
final class Scene {
    final GrantWorld world;
    final Grants part;
    private String last = "nothing";

    Scene(GrantWorld world) {
        this.world = world;
        part = Subject.current().mine().grants().make(world);
        if (Subject.current().isReplay()) {
            world.told = Subject.current().steps();
        }
    }

    /// The world of most checks: see [Op#granted].
    static Scene granted() {
        return new Scene(Op.granted());
    }

    /// Asks `op` and expects this answer.
    Scene answers(long wanted, Op op) {
        last = op.toString();
        long answer = op.happen(part, world);
        if (answer != wanted) {
            throw new CheckFailed(
                    op.kind() == Op.Kind.PERMITS ? Rules.PERMISSION : Rules.ANSWER,
                    last + " answered " + words(op.kind(), answer),
                    "answers " + words(op.kind(), wanted));
        }
        return this;
    }

    /// Asks `op` and expects that it is refused with this status, and that nothing has changed.
    Scene refuses(int status, Op op) {
        GrantWorld before = world.copy();
        answers(status, op);
        Lines.difference(last, world, before)
                .ifPresent(difference -> {
                    throw new CheckFailed(
                            Rules.REFUSED,
                            last + " was refused, yet " + difference.you(),
                            "leaves everything as it was: " + difference.xen());
                });
        return this;
    }

    Scene isMarked(int ref, int wanted) {
        int marks = world.flags[1][ref] & (GrantEntry.READING | GrantEntry.WRITING);
        return expect(
                Rules.MARKS,
                marks == wanted,
                "the marks of entry %d are: %s".formatted(ref, GrantWorld.marks(marks)),
                "they are: " + GrantWorld.marks(wanted));
    }

    Scene isUsedBy(int ref, int wanted) {
        int user = world.usedBy[1][ref];
        return expect(
                Rules.PINS,
                user == wanted,
                "entry %d is used by %s".formatted(ref, user < 0 ? "nobody" : "d" + user),
                "it is used by " + (wanted < 0 ? "nobody" : "d" + wanted));
    }

    Scene has(int ref, Grants.Pin pin, int wanted) {
        int count = world.pins[1][ref][pin.ordinal()];
        return expect(
                Rules.PINS,
                count == wanted,
                "entry %d has %d pins %s".formatted(ref, count, pin),
                "it has %d".formatted(wanted));
    }

    Scene stands(int mapper, int handle, String wanted) {
        Grants.Mapping mapping = world.mappings[mapper][handle];
        String words = mapping == null ? "nothing" : Lines.of(mapping);
        return expect(
                Rules.HANDLE,
                words.equals(wanted),
                "handle %d of d%d stands for %s".formatted(handle, mapper, words),
                "it stands for " + wanted);
    }

    private Scene expect(Rule rule, boolean holds, String you, String xen) {
        if (!holds) {
            throw new CheckFailed(rule, "after " + last + ", " + you, xen);
        }
        return this;
    }

    /// An answer in words.
    static String words(Op.Kind kind, long answer) {
        if (kind == Op.Kind.PERMITS) {
            return answer == 0 ? "no" : "yes";
        }
        return switch ((int) answer) {
            case GrantStatus.GENERAL_ERROR -> "GENERAL_ERROR";
            case GrantStatus.BAD_DOMAIN -> "BAD_DOMAIN";
            case GrantStatus.BAD_REF -> "BAD_REF";
            case GrantStatus.BAD_HANDLE -> "BAD_HANDLE";
            case GrantStatus.BAD_PAGE -> "BAD_PAGE";
            case GrantStatus.NO_SPACE -> "NO_SPACE";
            case GrantStatus.OKAY -> "0";
            default -> Long.toString(answer);
        };
    }

    static Op permits(int flags, int forWhom, int user, boolean isWrite) {
        return new Op(Op.Kind.PERMITS, user, isWrite ? 1 : 0, forWhom, flags);
    }

    static Op pin(long ref, int user, Grants.Pin pin) {
        return new Op(Op.Kind.PIN, 1, ref, user, pin.ordinal());
    }

    static Op unpin(long ref, Grants.Pin pin) {
        return new Op(Op.Kind.UNPIN, 1, ref, 0, pin.ordinal());
    }

    static Op map(long ref, int user, int flags) {
        return new Op(Op.Kind.MAP, 1, ref, user, flags);
    }

    static Op misplaced(long ref, int user, int flags) {
        return new Op(Op.Kind.MISPLACED, 1, ref, user, flags);
    }

    static Op unmap(int mapper, long handle, int parts) {
        return new Op(Op.Kind.UNMAP, mapper, handle, 0, parts);
    }

    static Op offer(long ref, int user, int flags) {
        return new Op(Op.Kind.OFFER, 1, ref, user, flags);
    }

    static Op takeBack(long ref) {
        return new Op(Op.Kind.TAKE_BACK, 1, ref, 0, 0);
    }
}
