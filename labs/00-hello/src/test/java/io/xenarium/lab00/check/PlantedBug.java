package io.xenarium.lab00.check;

import io.xenarium.lab.CheckFailed;
import io.xenarium.lab.Subject;
import io.xenarium.parts.ConsoleIo;
import io.xenarium.terms.DomId;
import io.xenarium.terms.NotYet;
import io.xenarium.terms.Vaddr;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// A console with one bug in it, for the learner to find by stepping back: task 00.2. The
/// candidates are all here, so that a wrong answer can be met with what that bug would have shown
/// instead.
enum PlantedBug {
    A("the last chunk is dropped when it is not full"),
    B("the address does not move on after the first chunk"),
    C("the address moves on by one chunk too few from the third chunk on"),
    D("each chunk is emitted twice"),
    E("a chunk is one byte too long");

    private static final PlantedBug PLANTED = C;
    private static final String LINE = "line %02d: Xen says hello to all of its domains.\n";

    private final String words;

    PlantedBug(String words) {
        this.words = words;
    }

    /// Runs the planted bug, which tells its steps, and holds the learner's answer against it.
    static void run(Subject subject) {
        ConsoleWorld world = new ConsoleWorld(text());
        PLANTED.write(world);
        String answer = subject.answer("00.2");
        if (answer.isBlank()) {
            throw new NotYet(
                    "00.2",
                    "`xenarium replay xn1:00:1.thePlantedBugRuns` tells its steps; which of these"
                            + " is it? Answer with `xenarium check 00.2 --answer LETTER`"
                            + choices());
        }
        PlantedBug chosen = chosen(answer.strip());
        if (chosen != PLANTED) {
            ConsoleWorld other = new ConsoleWorld(text());
            chosen.write(other);
            int same = Arrays.mismatch(other.shown(), world.shown());
            throw new CheckFailed(
                    Rules.BUG,
                    "you said: " + chosen.words,
                    "with that bug, byte %d of the console would be another one".formatted(same));
        }
    }

    private static PlantedBug chosen(String answer) {
        return Arrays.stream(values())
                .filter(bug -> bug.name().equalsIgnoreCase(answer))
                .findFirst()
                .orElseThrow(() ->
                        new CheckFailed(
                                Rules.BUG,
                                "`" + answer + "` is none of the letters",
                                "knows these:" + choices()));
    }

    private static String choices() {
        StringBuilder choices = new StringBuilder();
        for (PlantedBug bug : values()) {
            choices.append("\n         ").append(bug).append(": ").append(bug.words);
        }
        return choices.toString();
    }

    private static byte[] text() {
        StringBuilder text = new StringBuilder();
        for (int line = 0; line < 10; line++) {
            text.append(LINE.formatted(line));
        }
        return text.toString().getBytes(StandardCharsets.US_ASCII);
    }

    private void write(ConsoleWorld world) {
        int count = world.memory.length;
        int chunkBytes = this == E ? ConsoleIo.CHUNK_BYTES - 1 : ConsoleIo.CHUNK_BYTES;
        for (int done = 0; done < count; done += chunkBytes) {
            int wanted = Math.min(ConsoleIo.CHUNK_BYTES, count - done);
            if (this == A && wanted < ConsoleIo.CHUNK_BYTES) {
                return;
            }
            byte[] chunk = new byte[wanted];
            world.copyFromGuest(DomId.DOM0, new Vaddr(ConsoleWorld.BASE + place(done)), chunk);
            for (int times = this == D ? 2 : 1; times > 0; times--) {
                world.emit(DomId.DOM0, chunk, chunk.length);
            }
        }
    }

    /// Where the chunk that begins at `done` is copied from.
    private int place(int done) {
        return switch (this) {
            case B -> 0;
            case C -> done < 2 * ConsoleIo.CHUNK_BYTES ? done : done - ConsoleIo.CHUNK_BYTES;
            case A, D, E -> done;
        };
    }
}
