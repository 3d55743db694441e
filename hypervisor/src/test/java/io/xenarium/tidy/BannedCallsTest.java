package io.xenarium.tidy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Whatever could make two runs with one seed differ is banned from the machine, Xen and the parts:
/// clocks, dice that are not seeded, threads, addresses of objects.
class BannedCallsTest {
    private static final Pattern BANNED =
            Pattern.compile(
                    "System\\.(nanoTime|currentTimeMillis)|Instant\\.now|Math\\.random"
                            + "|new (Secure)?Random\\b|ThreadLocalRandom|UUID\\.randomUUID"
                            + "|\\bThread\\b|\\bExecutorService\\b|\\bCompletableFuture\\b"
                            + "|\\bsynchronized\\b|\\.parallel\\(\\)|parallelStream"
                            + "|identityHashCode|IdentityHashMap|WeakHashMap");

    /// Files that may, and why.
    private static final Map<String, String> EXCEPTIONS =
            Map.of(
                    "hypervisor/src/main/java/io/xenarium/machine/code/TranslationThread.java",
                    "translates while the guest runs on: when it is done decides how fast code is"
                            + " executed, never what it does");

    private static final Pattern COMMENT = Pattern.compile("^\\s*(///?|\\*|/\\*).*");

    @Test
    void theDeterministicHalfUsesNothingThatDiffersBetweenRuns() {
        List<String> wrong = new ArrayList<>();
        Stream.concat(
                        Sources.java("hypervisor/src/main").stream(),
                        Sources.java("solutions").stream()
                                .filter(file -> Sources.name(file).contains("/src/main/")))
                .filter(file -> !EXCEPTIONS.containsKey(Sources.name(file)))
                .forEach(file -> find(file, wrong));
        assertEquals("", String.join("\n", wrong));
    }

    private static void find(Path file, List<String> wrong) {
        String[] lines = Sources.read(file).split("\n");
        for (int index = 0; index < lines.length; index++) {
            Matcher banned = BANNED.matcher(lines[index]);
            if (!COMMENT.matcher(lines[index]).matches() && banned.find()) {
                wrong.add("%s:%d: %s".formatted(Sources.name(file), index + 1, banned.group()));
            }
        }
    }
}
