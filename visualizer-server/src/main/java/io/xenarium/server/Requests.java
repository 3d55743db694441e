package io.xenarium.server;

import io.javalin.http.BadRequestResponse;
import io.javalin.http.ContentTooLargeResponse;
import io.javalin.http.Context;
import io.javalin.http.RequestTimeoutResponse;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;

/// Requests and answers in JSON.
final class Requests {
    /// What the largest honest request needs: a cell of code, a pasted console input.
    static final int BYTES_MAX = 256 * 1024;

    /// So much is read of one that is too large, and dropped: who is still writing when the server
    /// closes would not see its answer.
    private static final int DROPPED_MAX = 4 * BYTES_MAX;

    /// How long a body may take to come, however steadily it does.
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final int PIECE_BYTES = 8 * 1024;

    private Requests() {}

    /// @throws BadRequestResponse where the request is no JSON object
    static ObjectNode body(Context context) throws IOException {
        try {
            if (JsonMapper.shared().readTree(bytes(context)) instanceof ObjectNode object) {
                return object;
            }
        } catch (JacksonException malformed) {
            throw new BadRequestResponse("The request is no JSON.");
        }
        throw new BadRequestResponse("The request is no JSON object.");
    }

    /// The body, whose length need not have been told.
    private static byte[] bytes(Context context) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        byte[] piece = new byte[PIECE_BYTES];
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        InputStream in = context.bodyInputStream();
        int size = 0;
        for (int read = in.read(piece); read >= 0 && size <= DROPPED_MAX; read = in.read(piece)) {
            size += read;
            if (size <= BYTES_MAX) {
                body.write(piece, 0, read);
            }
            if (System.nanoTime() > deadline) {
                throw new RequestTimeoutResponse("The request comes too slowly.");
            }
        }
        if (size > BYTES_MAX) {
            throw new ContentTooLargeResponse();
        }
        return body.toByteArray();
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
