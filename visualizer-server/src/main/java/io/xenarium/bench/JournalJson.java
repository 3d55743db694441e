package io.xenarium.bench;

import com.fasterxml.jackson.annotation.JsonAutoDetect.Visibility;

import io.xenarium.machine.Input;
import io.xenarium.machine.Journal;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// The journal as JSON: time, the name of the input's record, and its components.
final class JournalJson {
    private static final JsonMapper MAPPER =
            JsonMapper.builder()
                    .changeDefaultVisibility(checker ->
                            checker.withFieldVisibility(Visibility.ANY)
                                    .withIsGetterVisibility(Visibility.NONE)
                                    .withGetterVisibility(Visibility.NONE))
                    .build();

    private JournalJson() {}

    static ArrayNode of(List<Journal.Entry> entries) {
        ArrayNode json = MAPPER.createArrayNode();
        for (Journal.Entry entry : entries) {
            ObjectNode one = json.addObject();
            one.put("nanos", entry.nanos());
            one.put("kind", entry.input().getClass().getSimpleName());
            one.set("input", MAPPER.valueToTree(entry.input()));
        }
        return json;
    }

    static List<Journal.Entry> entries(JsonNode json) {
        List<Journal.Entry> entries = new ArrayList<>();
        for (JsonNode one : json) {
            Class<?> kind = kind(one.path("kind").asString());
            Input input = (Input) MAPPER.treeToValue(one.path("input"), kind);
            entries.add(new Journal.Entry(one.path("nanos").asLong(), input));
        }
        return entries;
    }

    private static Class<?> kind(String name) {
        return Arrays.stream(Input.class.getPermittedSubclasses())
                .filter(kind -> kind.getSimpleName().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no input of kind " + name));
    }
}
