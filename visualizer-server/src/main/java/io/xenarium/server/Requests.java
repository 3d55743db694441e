package io.xenarium.server;

import io.javalin.http.BadRequestResponse;
import io.javalin.http.Context;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Requests and answers in JSON.
final class Requests {
    private Requests() {}

    /// @throws BadRequestResponse where the request is no JSON object
    static ObjectNode body(Context context) {
        try {
            if (JsonMapper.shared().readTree(context.body()) instanceof ObjectNode object) {
                return object;
            }
        } catch (JacksonException malformed) {
            throw new BadRequestResponse("The request is no JSON.");
        }
        throw new BadRequestResponse("The request is no JSON object.");
    }

    /// What stands behind the question mark; of a name that comes twice the first counts.
    static ObjectNode query(Context context) {
        ObjectNode query = JsonMapper.shared().createObjectNode();
        context.queryParamMap().forEach((name, values) -> query.put(name, values.getFirst()));
        return query;
    }

    static void answer(Context context, JsonNode answer) {
        context.contentType("application/json").header("Cache-Control", "no-store");
        context.result(answer.toString());
    }
}
