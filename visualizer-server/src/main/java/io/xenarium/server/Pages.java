package io.xenarium.server;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.NotFoundResponse;
import io.xenarium.desk.QuizDesk;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The pages: one template, filled with a chapter's text, or with a quiz.
final class Pages {
    private static final Pattern PLACE = Pattern.compile("\\{\\{(\\w+)}}");

    private final Chapters chapters = new Chapters();
    private final String token;
    private final QuizPages quizPages;

    Pages(String token, QuizDesk quizzes) {
        this.token = token;
        quizPages = new QuizPages(quizzes, this);
    }

    /// What a form has to carry.
    String token() {
        return token;
    }

    void serve(RoutesConfig routes) {
        quizPages.serve(routes);
        routes.get(
                "/",
                context ->
                        show(
                                context,
                                "home",
                                chapters.byId(Chapters.HOME)
                                        .orElse(
                                                new Chapters.Entry(
                                                        Chapters.HOME, "Xenarium", ""))));
        routes.get(
                "/chapter/{id}",
                context ->
                        show(
                                context,
                                "chapter",
                                chapters.byId(context.pathParam("id"))
                                        .orElseThrow(() ->
                                                new NotFoundResponse(
                                                        "There is no such chapter."))));
        routes.get(
                "/search.json",
                context -> {
                    context.header("Cache-Control", "max-age=0");
                    context.contentType("application/json").result(chapters.searchIndex());
                });
        routes.get(
                "/lab/{lab}",
                context ->
                        show(
                                context,
                                "chapter",
                                chapters.byLab(lab(context))
                                        .orElseThrow(() ->
                                                new NotFoundResponse(
                                                        "There is no chapter for this lab."))));
    }

    /// `/lab/5` means lab 05.
    private static String lab(Context context) {
        String lab = context.pathParam("lab");
        return lab.length() == 1 ? "0" + lab : lab;
    }

    private void show(Context context, String kind, Chapters.Entry chapter) {
        show(context, kind, chapter, quizPages.inviting(chapter, chapters.text(chapter)));
    }

    /// Shows a text in the page's frame.
    void show(Context context, String kind, Chapters.Entry chapter, String text) {
        Map<String, String> values =
                Map.ofEntries(
                        Map.entry("imports", EditorModules.importMap()),
                        Map.entry("token", token),
                        Map.entry("title", escaped(title(chapter))),
                        Map.entry("kind", kind),
                        Map.entry("id", escaped(chapter.id())),
                        Map.entry("lab", escaped(chapter.lab())),
                        Map.entry("contents", contents(chapter)),
                        Map.entry("neighbours", neighbours(chapter)),
                        Map.entry("text", text));
        context.header("Cache-Control", "no-store");
        context.html(filled(template(), values));
    }

    private static String title(Chapters.Entry chapter) {
        return chapter.id().equals(Chapters.HOME) ? "Xenarium" : chapter.title() + " · Xenarium";
    }

    private String contents(Chapters.Entry open) {
        StringBuilder items = new StringBuilder();
        for (Chapters.Entry entry : chapters.entries()) {
            if (!entry.id().equals(Chapters.HOME)) {
                items.append("<li><a href=\"/chapter/").append(escaped(entry.id())).append('"');
                items.append(entry.id().equals(open.id()) ? " aria-current=\"page\">" : ">");
                boolean isNumbered = entry.id().matches("\\d+");
                items.append(isNumbered ? entry.id() + " " : "").append(escaped(entry.title()));
                items.append("</a></li>");
            }
        }
        return items.toString();
    }

    /// The way to the chapter before and the one after.
    private String neighbours(Chapters.Entry open) {
        List<Chapters.Entry> all = chapters.entries();
        int at = all.indexOf(open);
        StringBuilder links = new StringBuilder();
        if (at > 0) {
            links.append(neighbour(all.get(at - 1), "prev", "← "));
        }
        if (at >= 0 && at + 1 < all.size()) {
            links.append(neighbour(all.get(at + 1), "next", ""));
        }
        return links.toString();
    }

    private static String neighbour(Chapters.Entry entry, String rel, String sign) {
        String path = entry.id().equals(Chapters.HOME) ? "/" : "/chapter/" + escaped(entry.id());
        return "<a rel=\"%s\" href=\"%s\">%s%s%s</a>"
                .formatted(rel, path, sign, escaped(entry.title()), rel.equals("next") ? " →" : "");
    }

    private static String filled(String template, Map<String, String> values) {
        Matcher place = PLACE.matcher(template);
        return place.replaceAll(
                found -> Matcher.quoteReplacement(values.getOrDefault(found.group(1), "")));
    }

    private static String template() {
        try (InputStream in = Pages.class.getResourceAsStream("/templates/page.html")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
