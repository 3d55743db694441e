package io.xenarium.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/// Puts skeletons back, for a whole lab or for the methods of one task. All of the lab's sources
/// are copied away before anything is changed, so no code is ever lost.
public final class Reset {
    private final Path root;

    public Reset(Path root) {
        this.root = root;
    }

    /// Resets a lab (`05`) or a task (`05.2`). Returns the folder that holds what was there.
    public Path reset(String what) {
        LabFolder lab = LabFolder.of(root, what.split("\\.")[0]);
        if (what.contains(".")) {
            LabYaml.read(lab).task(what);
        }
        Path main = lab.folder().resolve("src/main");
        Path backup = new Workspace(root).freeFolder(lab);
        try {
            for (Path file : LabFolder.files(main)) {
                Path copy = backup.resolve(main.relativize(file).toString());
                Files.createDirectories(copy.getParent());
                Files.copy(file, copy);
            }
            for (Map.Entry<String, String> cut : Cut.of(lab).entrySet()) {
                Path file = main.resolve(cut.getKey());
                String text = text(file, cut.getValue(), what);
                Files.createDirectories(file.getParent());
                Files.writeString(file, text);
            }
        } catch (IOException failed) {
            throw new LabProblem(
                    "cannot reset "
                            + what
                            + ": "
                            + failed.getMessage()
                            + ". What you wrote is still there.",
                    failed);
        }
        return backup;
    }

    private static String text(Path file, String skeleton, String what) throws IOException {
        boolean isWhole = !what.contains(".") || !Files.exists(file);
        if (isWhole) {
            return skeleton;
        }
        String mine = Files.readString(file);
        return file.toString().endsWith(".java")
                ? Methods.replaced(mine, skeleton, "NotYet(\n", '"' + what + '"')
                : mine;
    }
}
