package io.xenarium.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// Where one lab lives on disk.
///
/// @param id two digits, such as `05`
/// @param folder the learner's side: lab.yaml, skeleton or own code, checks, mutants
/// @param solution the reference's side
public record LabFolder(String id, Path folder, Path solution) {
    /// The root of the workbook: the system property `xenarium.root`, or else the nearest folder
    /// from the working directory upwards that holds `labs` and `solutions`.
    public static Path root() {
        String told = System.getProperty("xenarium.root");
        if (told != null) {
            return Path.of(told).toAbsolutePath().normalize();
        }
        Path start = Path.of("").toAbsolutePath();
        for (Path at = start; at != null; at = at.getParent()) {
            if (Files.isDirectory(at.resolve("labs"))
                    && Files.isDirectory(at.resolve("solutions"))) {
                return at;
            }
        }
        throw new LabProblem(
                "there is no folder `labs` here or above " + start + ". Run it in the workbook.");
    }

    /// All labs under `root`, in order.
    public static List<LabFolder> all(Path root) {
        Path labs = root.resolve("labs");
        try (Stream<Path> folders = Files.list(labs)) {
            return folders.filter(folder -> Files.exists(folder.resolve("lab.yaml")))
                    .map(folder -> at(root, folder))
                    .sorted((one, other) -> one.id.compareTo(other.id))
                    .toList();
        } catch (IOException unreadable) {
            throw new LabProblem(
                    "cannot read " + labs + ": " + unreadable.getMessage(), unreadable);
        }
    }

    /// The lab of this number, one digit or two.
    public static LabFolder of(Path root, String id) {
        String number = id.length() == 1 ? "0" + id : id;
        return all(root).stream()
                .filter(lab -> lab.id.equals(number))
                .findFirst()
                .orElseThrow(() ->
                        new LabProblem(
                                "there is no lab "
                                        + id
                                        + ". There are: "
                                        + String.join(
                                                ", ",
                                                all(root).stream().map(LabFolder::id).toList())
                                        + "."));
    }

    /// The lab of this number, two digits, whose solution exists; the rest of it may not.
    static LabFolder ofSolution(Path root, String id) {
        Path solutions = root.resolve("solutions");
        try (Stream<Path> folders = Files.list(solutions)) {
            return folders.filter(each -> each.getFileName().toString().startsWith(id + "-"))
                    .map(each -> at(root, root.resolve("labs").resolve(each.getFileName())))
                    .findFirst()
                    .orElseThrow(() -> new LabProblem("nobody has solved lab " + id));
        } catch (IOException unreadable) {
            throw new LabProblem(
                    "cannot read " + solutions + ": " + unreadable.getMessage(), unreadable);
        }
    }

    private static LabFolder at(Path root, Path folder) {
        String name = folder.getFileName().toString();
        return new LabFolder(name.substring(0, 2), folder, root.resolve("solutions").resolve(name));
    }

    /// The learner's sources.
    public Path sources() {
        return folder.resolve("src/main/java");
    }

    /// The reference's sources.
    public Path solutionSources() {
        return solution.resolve("src/main/java");
    }

    /// Every file under `top`, in order; none where it does not exist.
    static List<Path> files(Path top) {
        if (!Files.isDirectory(top)) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(top)) {
            return files.filter(Files::isRegularFile).sorted().toList();
        } catch (IOException unreadable) {
            throw new LabProblem("cannot read " + top + ": " + unreadable.getMessage(), unreadable);
        }
    }

    static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException unreadable) {
            throw new LabProblem(
                    "cannot read " + file + ": " + unreadable.getMessage(), unreadable);
        }
    }
}
