package io.xenarium.lab;

import tools.jackson.core.JacksonException;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.MapperFeature;
import tools.jackson.dataformat.yaml.YAMLMapper;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Reads lab.yaml and accepts nothing that it does not know or that is missing.
public final class LabYaml {
    private static final YAMLMapper MAPPER =
            YAMLMapper.builder()
                    .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                    .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                    .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
                    .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
                    .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
                    .build();

    private LabYaml() {}

    /// The lab that `folder` describes.
    public static Lab read(LabFolder folder) {
        Path file = folder.folder().resolve("lab.yaml");
        return parse(file.toString(), LabFolder.read(file));
    }

    /// The lab in `text`; `name` is for messages.
    static Lab parse(String name, String text) {
        Lab lab = read(name, text, Lab.class);
        List<String> wrong = problems(lab);
        if (!wrong.isEmpty()) {
            throw new LabProblem(name + ": " + String.join("; ", wrong));
        }
        return lab;
    }

    /// What `text` says as a `type`; `name` is for messages.
    static <T> T read(String name, String text, Class<T> type) {
        try {
            return MAPPER.readValue(text, type);
        } catch (JacksonException wrong) {
            TokenStreamLocation at = wrong.getLocation();
            String where = at == null ? name : name + ":" + at.getLineNr();
            throw new LabProblem(where + ": " + wrong.getOriginalMessage(), wrong);
        }
    }

    private static List<String> problems(Lab lab) {
        List<String> wrong = new ArrayList<>();
        require(wrong, lab.id().matches("\\d\\d"), "id `" + lab.id() + "` is not two digits");
        require(wrong, !lab.tasks().isEmpty(), "there are no tasks");
        require(wrong, !lab.objectives().isEmpty(), "there are no objectives");
        require(wrong, lab.predict().size() >= 3, "fewer than three questions to predict");
        Set<String> before = new HashSet<>();
        for (Lab.Task task : lab.tasks()) {
            problems(lab, task, before, wrong);
            before.add(task.id());
        }
        return wrong;
    }

    private static void problems(Lab lab, Lab.Task task, Set<String> before, List<String> wrong) {
        String name = "task " + task.id() + " ";
        require(wrong, task.id().matches(lab.id() + "\\.\\d+"), name + "is not of lab " + lab.id());
        require(wrong, !before.contains(task.id()), name + "is there twice");
        require(wrong, task.points() > 0, name + "is worth nothing");
        for (String blocker : task.blockedBy()) {
            require(
                    wrong,
                    before.contains(blocker),
                    name + "is blocked by " + blocker + ", which does not come before it");
        }
        List<Lab.Rung> rungs = task.hints().stream().map(Lab.Hint::rung).toList();
        require(
                wrong,
                rungs.equals(List.of(Lab.Rung.values())),
                name + "needs four hints: question, concept, plan, sibling");
        require(
                wrong,
                task.docRef().matches("\\d\\d#[a-z0-9-]+"),
                name + "has docRef `" + task.docRef() + "`, not `05#anchor`");
    }

    private static void require(List<String> wrong, boolean holds, String otherwise) {
        if (!holds) {
            wrong.add(otherwise);
        }
    }
}
