package io.xenarium.lab;

import org.pitest.classinfo.ClassByteArraySource;
import org.pitest.classinfo.ClassName;
import org.pitest.mutationtest.EngineArguments;
import org.pitest.mutationtest.engine.Mutater;
import org.pitest.mutationtest.engine.MutationDetails;
import org.pitest.mutationtest.engine.gregor.config.GregorEngineFactory;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/// Every change that pitest knows to make to a lab's solution: a condition negated, a result
/// replaced, a call left out. Each is a part with one fault that nobody thought of.
final class PitestMutants {
    private final Map<String, String> sources;
    private final Map<String, byte[]> classes;
    private final Mutater mutater;

    /// @param sources the solution's, by path
    /// @param classes what it was compiled to, by binary name
    PitestMutants(Map<String, String> sources, Map<String, byte[]> classes) {
        this.sources = sources;
        this.classes = classes;
        ClassByteArraySource bytes =
                name ->
                        Optional.ofNullable(classes.get(name.replace('/', '.')))
                                .or(() -> ofClassPath(name.replace('.', '/')));
        mutater =
                new GregorEngineFactory()
                        .createEngine(EngineArguments.arguments())
                        .createMutator(bytes);
    }

    private static Optional<byte[]> ofClassPath(String name) {
        try (InputStream in = ClassLoader.getSystemResourceAsStream(name + ".class")) {
            return in == null ? Optional.empty() : Optional.of(in.readAllBytes());
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /// All of them, in the order of the code, but for those that change nothing and those in what
    /// the compiler writes for a record.
    List<MutationDetails> all() {
        List<MutationDetails> all = new ArrayList<>();
        for (String name : new TreeMap<>(classes).keySet()) {
            all.addAll(mutater.findMutations(ClassName.fromString(name)));
        }
        all.removeIf(mutant -> {
            String line = line(mutant);
            return line.contains("record ") || changesNothing(line, mutant.getDescription());
        });
        return all;
    }

    /// Whether `return false;` becomes a return of false, `return Optional.empty();` one of
    /// Optional.empty, and the like.
    private static boolean changesNothing(String line, String description) {
        String value =
                line.replaceFirst("^return ([\\w.]+)(\\(\\))?;$", "$1").replaceFirst("^OKAY$", "0");
        return description.matches("replaced \\w+ \\w+ with " + Pattern.quote(value) + " for .*");
    }

    /// The classes of the solution with this change in them.
    Compile.Result apply(MutationDetails mutant) {
        Map<String, byte[]> changed = new TreeMap<>(classes);
        changed.put(
                mutant.getClassName().asJavaName(), mutater.getMutation(mutant.getId()).getBytes());
        return new Compile.Result(changed, List.of());
    }

    /// Where it is and what it does, in a line.
    String words(MutationDetails mutant) {
        String what = mutant.getDescription().replaceFirst(" (for|to) io/xenarium/.*/", " $1 ");
        return "%s: `%s`: %s".formatted(mutant.getMethod(), line(mutant), what);
    }

    private String line(MutationDetails mutant) {
        String name = mutant.getClassName().asInternalName().replaceFirst("\\$.*", "");
        return sources.getOrDefault(name + ".java", "")
                .lines()
                .skip(Math.max(0, mutant.getLineNumber() - 1))
                .findFirst()
                .orElse("")
                .strip();
    }
}
