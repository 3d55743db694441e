package io.xenarium.bench.wire;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// One record on the wire.
///
/// A request is answered by exactly one reply or refusal with the same number; events come unasked.
public sealed interface Message {
    /// The parent asks for something. `about` says what, `body` holds the particulars.
    record Request(long id, String about, JsonNode body) implements Message {}

    /// The child did it; `body` is what came of it.
    record Reply(long id, JsonNode body) implements Message {}

    /// The child would not or could not, for a reason that the reader can be shown.
    record Refusal(long id, String error) implements Message {}

    /// The child tells something.
    record Event(String about, JsonNode body) implements Message {}

    /// The record as JSON: what it is, by the name of its first field.
    default ObjectNode toJson() {
        ObjectNode json = JsonMapper.shared().createObjectNode();
        return switch (this) {
            case Request(long id, String about, JsonNode body) ->
                    json.put("request", id).put("about", about).<ObjectNode>set("body", body);
            case Reply(long id, JsonNode body) ->
                    json.put("reply", id).<ObjectNode>set("body", body);
            case Refusal(long id, String error) -> json.put("refusal", id).put("error", error);
            case Event(String about, JsonNode body) ->
                    json.put("event", about).<ObjectNode>set("body", body);
        };
    }

    /// What [#toJson] wrote.
    ///
    /// @throws IllegalArgumentException where `json` is no record of this wire
    static Message of(JsonNode json) {
        if (json.has("request")) {
            return new Request(
                    json.get("request").asLong(), json.path("about").asString(), json.path("body"));
        }
        if (json.has("reply")) {
            return new Reply(json.get("reply").asLong(), json.path("body"));
        }
        if (json.has("refusal")) {
            return new Refusal(json.get("refusal").asLong(), json.path("error").asString());
        }
        if (json.has("event")) {
            return new Event(json.get("event").asString(), json.path("body"));
        }
        throw new IllegalArgumentException("no record of this wire: " + json);
    }
}
