package io.xenarium.lab;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Cuts a solution down to the skeleton that a learner starts from.
///
/// What is between `// tag::lab-NN-name[]` and its `// end::…` becomes a `throw new NotYet(…)`. The
/// `// step: NN.k …` lines above the tag name the task and say what is to be written there. Inside,
/// a line `// ? …` is a hint that survives. Tags `show-…` are for chapters only, and are dropped.
/// Everything else stays as it is.
public final class Cut {
    private static final int COLUMNS = 100;
    private static final String IMPORT = "import io.xenarium.terms.NotYet;";
    private static final Pattern STEP = Pattern.compile("\\s*// step: (.*)");
    private static final Pattern TAG = Pattern.compile("(\\s*)// tag::(lab-\\d\\d-[a-z-]+)\\[\\]");
    private static final Pattern END = Pattern.compile("\\s*// end::(lab-\\d\\d-[a-z-]+)\\[\\]");
    private static final Pattern SHOW = Pattern.compile("\\s*// (tag|end)::show-[^\\[]+\\[\\]");
    private static final Pattern HINT = Pattern.compile("\\s*// ?\\? ?(.*)");
    private static final Pattern TASK = Pattern.compile("(\\d\\d\\.\\d+) (.+)");

    private final String name;
    private final List<String> lines = new ArrayList<>();
    private final List<String> steps = new ArrayList<>();
    private boolean hasCut;
    private String open;
    private String indent;

    private Cut(String name) {
        this.name = name;
    }

    /// The skeletons and resources of a lab, by path under `src/main`.
    public static Map<String, String> of(LabFolder lab) {
        Path main = lab.solution().resolve("src/main");
        Map<String, String> files = new LinkedHashMap<>();
        for (Path file : LabFolder.files(main)) {
            String path = main.relativize(file).toString().replace('\\', '/');
            String text = LabFolder.read(file);
            files.put(path, path.endsWith(".java") ? skeleton(path, text) : text);
        }
        return files;
    }

    /// The skeleton of one source file. `name` is for messages.
    static String skeleton(String name, String solution) {
        Cut cut = new Cut(name);
        solution.lines().forEach(cut::take);
        if (cut.open != null) {
            throw cut.wrong(cut.open + " is never ended");
        }
        if (cut.hasCut) {
            cut.addImport();
        }
        return String.join("\n", cut.lines) + "\n";
    }

    private void take(String line) {
        if (SHOW.matcher(line).matches()) {
            return;
        }
        if (open == null) {
            takeOutside(line);
        } else {
            takeInside(line);
        }
    }

    private void takeOutside(String line) {
        Matcher step = STEP.matcher(line);
        Matcher tag = TAG.matcher(line);
        if (step.matches()) {
            steps.add(step.group(1));
        } else if (tag.matches()) {
            indent = tag.group(1);
            open = tag.group(2);
            hasCut = true;
        } else if (END.matcher(line).matches()) {
            throw wrong(line.strip() + " ends what was not begun");
        } else if (steps.isEmpty()) {
            lines.add(line);
        } else {
            throw wrong("a step is followed by no tag: " + steps.getFirst());
        }
    }

    private void takeInside(String line) {
        Matcher hint = HINT.matcher(line);
        Matcher end = END.matcher(line);
        if (hint.matches()) {
            lines.add(indent + "// " + hint.group(1));
        } else if (end.matches() && end.group(1).equals(open)) {
            lines.addAll(notYet());
            steps.clear();
            open = null;
        } else if (end.matches() || TAG.matcher(line).matches()) {
            throw wrong(line.strip() + " inside of " + open);
        }
    }

    private List<String> notYet() {
        Matcher task = TASK.matcher(String.join(" ", steps));
        if (!task.matches()) {
            throw wrong(open + " has no `// step: NN.k …` above it");
        }
        List<String> thrown = new ArrayList<>();
        thrown.add(indent + "throw new NotYet(");
        thrown.add(indent + "        \"" + task.group(1) + "\",");
        List<String> words = wrap(task.group(2), COLUMNS - indent.length() - 24);
        for (int i = 0; i < words.size(); i++) {
            String last = i == words.size() - 1 ? ");" : "";
            String lead = i == 0 ? "        " : "                + ";
            thrown.add(indent + lead + '"' + words.get(i) + '"' + last);
        }
        return thrown;
    }

    /// Cuts a text into pieces of at most `width` characters that keep their spaces.
    private static List<String> wrap(String text, int width) {
        List<String> pieces = new ArrayList<>();
        String rest = text;
        while (rest.length() > width) {
            int space = rest.lastIndexOf(' ', width);
            pieces.add(rest.substring(0, space + 1));
            rest = rest.substring(space + 1);
        }
        pieces.add(rest);
        return pieces;
    }

    /// The solution has no use for NotYet, so that its formatter drops the import.
    private void addImport() {
        int after = 0;
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            if (line.startsWith("import io.") && line.compareTo(IMPORT) < 0) {
                after = i + 1;
            }
        }
        if (after == 0) {
            throw wrong("no import of ours, where NotYet could stand");
        }
        lines.add(after, IMPORT);
    }

    private LabProblem wrong(String what) {
        return new LabProblem(name + ": " + what);
    }
}
