package io.xenarium.server;

import io.javalin.config.RoutesConfig;
import io.javalin.http.BadRequestResponse;
import io.javalin.http.Context;
import io.xenarium.desk.Conflict;
import io.xenarium.desk.Desk;
import io.xenarium.desk.DeskRefused;
import io.xenarium.desk.SourceText;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

import java.io.IOException;
import java.util.Map;

/// What a page can ask of the learner's desk.
final class DeskApi {
    private final Desk desk;
    private final DeskWatch watch;

    DeskApi(Desk desk, DeskWatch watch) {
        this.desk = desk;
        this.watch = watch;
    }

    void serve(RoutesConfig routes) {
        routes.get("/api/labs", context -> answer(context, desk.progress()));
        routes.get("/api/tracks", context -> answer(context, desk.tracks()));
        routes.get("/api/lab", this::open);
        routes.post("/api/lab/save", this::save);
        routes.post("/api/lab/keep", this::keep);
        routes.get(
                "/api/lab/history",
                context -> answer(context, desk.history(lab(context), file(context))));
        routes.get(
                "/api/lab/older",
                context ->
                        answer(
                                context,
                                Map.of(
                                        "text",
                                        desk.older(
                                                lab(context),
                                                file(context),
                                                value(context, "id")))));
        routes.get(
                "/api/lab/comparison",
                context -> answer(context, desk.comparison(lab(context), file(context))));
        routes.post(
                "/api/lab/hint",
                context -> answer(context, desk.hint(task(Requests.body(context)))));
        routes.post("/api/lab/answer", this::take);
        routes.exception(DeskRefused.class, (refused, context) -> refuse(context, refused));
        routes.exception(Conflict.class, DeskApi::tellConflict);
    }

    private void open(Context context) {
        Desk.OpenLab lab = desk.open(lab(context));
        watch.open(lab);
        answer(context, lab);
    }

    private void save(Context context) throws IOException {
        ObjectNode body = Requests.body(context);
        String lab = lab(body);
        SourceText saved =
                desk.save(
                        lab,
                        body.path("file").asString(""),
                        text(body),
                        body.path("base").asString(""));
        watch.saved(lab, saved);
        answer(context, Map.of("version", saved.version()));
    }

    private void keep(Context context) throws IOException {
        ObjectNode body = Requests.body(context);
        desk.keep(lab(body), body.path("file").asString(""), text(body));
        answer(context, Map.of("kept", true));
    }

    private void take(Context context) throws IOException {
        ObjectNode body = Requests.body(context);
        desk.answer(task(body), body.path("answer").asString(""));
        answer(context, Map.of("taken", true));
    }

    /// A page that sent no text at all would empty the file.
    private static String text(ObjectNode body) {
        if (!body.path("text").isString()) {
            throw new BadRequestResponse("There is no text.");
        }
        return body.path("text").asString();
    }

    private static String lab(Context context) {
        return checkedLab(value(context, "lab"));
    }

    private static String lab(JsonNode body) {
        return checkedLab(body.path("lab").asString(""));
    }

    private static String checkedLab(String lab) {
        if (!lab.matches("\\d\\d")) {
            throw new BadRequestResponse("A lab is named by two digits.");
        }
        return lab;
    }

    private static String task(JsonNode body) {
        String task = body.path("task").asString("");
        if (!task.matches("\\d\\d\\.\\d{1,2}")) {
            throw new BadRequestResponse("A task is named as in 05.2.");
        }
        return task;
    }

    private static String file(Context context) {
        return value(context, "file");
    }

    private static String value(Context context, String name) {
        String value = context.queryParam(name);
        return value == null ? "" : value;
    }

    private static void refuse(Context context, DeskRefused refused) {
        context.status(422);
        answer(context, Map.of("error", refused.getMessage()));
    }

    private static void tellConflict(Conflict conflict, Context context) {
        context.status(409);
        answer(context, Map.of("error", conflict.getMessage(), "onDisk", conflict.onDisk()));
    }

    private static void answer(Context context, Object answer) {
        Requests.answer(context, JsonMapper.shared().valueToTree(answer));
    }
}
