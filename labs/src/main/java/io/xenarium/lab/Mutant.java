package io.xenarium.lab;

import com.github.difflib.UnifiedDiffUtils;
import com.github.difflib.patch.PatchFailedException;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// A solution with one bug in it: a unified diff under `mutants`, named `M1-forgets-the-selector`.
///
/// @param id such as `M1`
/// @param patch the diff's lines
public record Mutant(String id, String name, List<String> patch) {
    private static final String NEW_FILE = "+++ ";

    /// All mutants of a lab.
    public static List<Mutant> all(LabFolder lab) {
        return LabFolder.files(lab.folder().resolve("mutants")).stream()
                .filter(file -> file.toString().endsWith(".patch"))
                .map(Mutant::read)
                .toList();
    }

    /// The mutant of this id.
    public static Mutant of(LabFolder lab, String id) {
        return all(lab).stream()
                .filter(mutant -> mutant.id.equals(id))
                .findFirst()
                .orElseThrow(() -> new LabProblem("lab " + lab.id() + " has no mutant " + id));
    }

    private static Mutant read(Path file) {
        String name = file.getFileName().toString().replace(".patch", "");
        int dash = name.indexOf('-');
        return new Mutant(
                name.substring(0, dash),
                name.substring(dash + 1).replace('-', ' '),
                LabFolder.read(file).lines().toList());
    }

    /// The sources of the solution with the bug in, by path.
    public Map<String, String> apply(LabFolder lab) {
        Map<String, String> texts = new TreeMap<>();
        Path top = lab.solutionSources();
        for (Path file : LabFolder.files(top)) {
            texts.put(top.relativize(file).toString().replace('\\', '/'), LabFolder.read(file));
        }
        texts.computeIfPresent(target(), (_, text) -> patched(text));
        if (!texts.containsKey(target())) {
            throw new LabProblem(id + " changes " + target() + ", which does not exist");
        }
        return texts;
    }

    /// The path that the diff is about, under `src/main/java`.
    private String target() {
        return patch.stream()
                .filter(line -> line.startsWith(NEW_FILE))
                .map(line -> line.substring(NEW_FILE.length()).strip().replaceFirst("^b/", ""))
                .findFirst()
                .orElseThrow(() -> new LabProblem(id + " is no unified diff"));
    }

    /// Its lines may have moved since the diff was made, as long as they are the same.
    private String patched(String text) {
        try {
            List<String> lines =
                    UnifiedDiffUtils.parseUnifiedDiff(patch).applyFuzzy(text.lines().toList(), 0);
            return String.join("\n", lines) + "\n";
        } catch (PatchFailedException moved) {
            throw new LabProblem(
                    id + " does not fit the solution any more: " + moved.getMessage(), moved);
        }
    }
}
