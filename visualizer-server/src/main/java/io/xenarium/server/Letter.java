package io.xenarium.server;

import tools.jackson.databind.JsonNode;

/// One message to a page: `event:` is its kind, `data:` its JSON, `id:` the number of the event at
/// which the machine stands, where it tells of the machine's state.
record Letter(String kind, String id, String data) {
    static final String STATE = "state";
    static final String CONSOLE = "console";

    static Letter of(String kind, JsonNode body) {
        String id = kind.equals(STATE) ? body.path("t").asString() : null;
        return new Letter(kind, id, body.toString());
    }
}
