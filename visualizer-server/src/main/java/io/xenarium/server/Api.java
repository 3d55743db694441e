package io.xenarium.server;

import io.javalin.config.RoutesConfig;
import io.javalin.http.BadRequestResponse;
import io.javalin.http.Context;
import io.javalin.http.sse.SseClient;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// What a page can ask: each path is one question to the bench.
final class Api {
    private static final int TOKEN_MAX = 4_000;

    private final BenchKeeper bench;
    private final Checker checker;
    private final Streams streams;

    Api(BenchKeeper bench, Checker checker, Streams streams) {
        this.bench = bench;
        this.checker = checker;
        this.streams = streams;
    }

    void serve(RoutesConfig routes) {
        routes.sse("/api/stream", this::listen);
        for (String about :
                List.of(
                        "time",
                        "console",
                        "input",
                        "break",
                        "compare",
                        "cell",
                        "complete",
                        "stop",
                        "translator")) {
            routes.post("/api/" + about, context -> pass(context, about, Requests.body(context)));
        }
        for (String about :
                List.of("frame", "ticks", "why", "events", "view", "mutants", "parts")) {
            routes.get("/api/" + about, context -> question(context, about));
        }
        routes.post("/api/check", this::check);
        routes.post("/api/beside", this::beside);
        routes.get(
                "/api/token",
                context ->
                        Requests.answer(
                                context,
                                JsonMapper.shared()
                                        .createObjectNode()
                                        .put("token", Moment.text(bench.moment()))));
        routes.post("/api/moment", this::openMoment);
        routes.post("/api/parts", this::remake);
        routes.post("/api/machine", this::remake);
    }

    private void question(Context context, String about) throws InterruptedException {
        Requests.answer(context, bench.question(about, Requests.query(context)));
    }

    private void pass(Context context, String about, JsonNode body) {
        Requests.answer(context, bench.ask(about, body));
    }

    /// A page that joins hears first how the bench is, and as soon as there is one, what the
    /// machine looks like and all that its consoles still show.
    private void listen(SseClient connection) {
        streams.admit(connection)
                .ifPresent(client -> {
                    client.put(bench.status());
                    bench.post("greet", JsonMapper.shared().createObjectNode())
                            .thenAccept(now -> greet(client, now));
                });
    }

    private static void greet(StreamClient client, JsonNode now) {
        client.put(Letter.of(Letter.STATE, now.path("frame")));
        now.path("consoles").forEach(it -> client.put(Letter.of(Letter.CONSOLE, it)));
    }

    /// The answer says that the check has begun; how it goes is told on the stream.
    private void check(Context context) throws IOException {
        ObjectNode body = Requests.body(context);
        String lab = body.path("lab").asString();
        String task = body.path("task").asString("");
        if (!lab.matches("\\d\\d") || !task.matches("(\\d\\d\\.)?\\d{0,2}")) {
            throw new BadRequestResponse("A lab is named by two digits, a task as in 05.2.");
        }
        String number = task.substring(task.indexOf('.') + 1);
        checker.check(lab, number.isEmpty() ? lab : lab + "." + number);
        Requests.answer(context, JsonMapper.shared().createObjectNode().put("started", true));
    }

    private void beside(Context context) throws IOException {
        String token = Requests.body(context).path("token").asString("");
        if (token.length() > TOKEN_MAX) {
            throw new BadRequestResponse("That is no token: one looks like xn1:05:1.aCheck.");
        }
        Requests.answer(context, checker.beside(token));
    }

    /// Other parts or another guest: the computer starts from the beginning of time.
    private void remake(Context context) throws IOException {
        ObjectNode body = Requests.body(context);
        JsonNode checked = bench.ask("checkParts", body);
        List<String> mine = new ArrayList<>();
        checked.path("mine").forEach(lab -> mine.add(lab.asString()));
        bench.remake(mine, checked.path("guest").asString());
        Requests.answer(context, checked);
    }

    /// A moment of somebody else's run, which the bench looks at before it is let in.
    private void openMoment(Context context) throws IOException {
        ObjectNode body = Requests.body(context);
        ObjectNode opening = Moment.opening(body.path("token").asString(""));
        opening.put("t", Math.max(0, body.path("t").asLong()));
        JsonNode checked = bench.ask("checkMoment", opening);
        bench.adopt(checked);
        Requests.answer(context, JsonMapper.shared().createObjectNode().put("opened", true));
    }
}
