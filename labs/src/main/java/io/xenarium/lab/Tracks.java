package io.xenarium.lab;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// The tracks: the files `labs/tracks/*.yaml`.
public final class Tracks {
    private static final String SUFFIX = ".yaml";

    private Tracks() {}

    /// All tracks under `root`, by name.
    ///
    /// @throws LabProblem where a file is not a track
    public static List<Track> all(Path root) {
        return LabFolder.files(root.resolve("labs/tracks")).stream()
                .filter(file -> file.getFileName().toString().endsWith(SUFFIX))
                .map(Tracks::read)
                .toList();
    }

    /// The track of this name.
    public static Track of(Path root, String id) {
        List<Track> all = all(root);
        return all.stream()
                .filter(track -> track.id().equals(id))
                .findFirst()
                .orElseThrow(() -> {
                    String names = String.join(", ", all.stream().map(Track::id).toList());
                    return new LabProblem(
                            "there is no track %s. There are: %s.".formatted(id, names));
                });
    }

    private static Track read(Path file) {
        String name = file.getFileName().toString().replace(SUFFIX, "");
        return parse(file.toString(), name, LabFolder.read(file));
    }

    /// What is in a track's file: all but its name.
    private record Text(String title, String audience, List<Track.Step> steps) {}

    static Track parse(String file, String id, String yaml) {
        Text text = LabYaml.read(file, yaml, Text.class);
        Set<String> seen = new HashSet<>();
        for (Track.Step step : text.steps()) {
            if (!step.lab().matches("\\d\\d")) {
                throw new LabProblem(file + ": lab `" + step.lab() + "` is not two digits");
            }
            if (!seen.add(step.lab())) {
                throw new LabProblem(file + ": lab " + step.lab() + " is there twice");
            }
        }
        return new Track(id, text.title(), text.audience(), text.steps());
    }

    /// Where a track calls a lab by another title than the lab itself does.
    static List<String> problems(Path root) {
        Map<String, String> titles =
                LabFolder.all(root).stream()
                        .map(LabYaml::read)
                        .collect(Collectors.toMap(Lab::id, Lab::title));
        List<String> wrong = new ArrayList<>();
        for (Track track : all(root)) {
            for (Track.Step step : track.steps()) {
                String title = titles.getOrDefault(step.lab(), step.title());
                if (!title.equals(step.title())) {
                    wrong.add(
                            "track %s calls lab %s `%s`, not `%s`"
                                    .formatted(track.id(), step.lab(), step.title(), title));
                }
            }
        }
        return wrong;
    }
}
