package io.xenarium.server;

import static org.junit.jupiter.api.Assertions.assertFalse;

import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

import tools.jackson.databind.JsonNode;

import java.util.List;

/// A workbook with our guest on its bench, which all tests of a class share. Before each of them
/// the guest has said hello and waits for its timer.
final class HelloBench implements BeforeAllCallback, AfterAllCallback, BeforeEachCallback {
    private static final long SEED = 7;

    private Workbook workbook;
    private Browser browser;

    @Override
    public void beforeAll(ExtensionContext context) throws Exception {
        workbook = Workbook.start(new WorkbookConfig(0, SEED, List.of(), "hello"));
        browser = new Browser(workbook);
        try (Listener listener = new Listener(browser)) {
            listener.await("bench", it -> !it.path("status").asString().equals("starting"));
        }
    }

    @Override
    public void beforeEach(ExtensionContext context) throws Exception {
        time("\"do\":\"reset\"");
        time("\"do\":\"step\",\"unit\":\"event\",\"count\":1500");
    }

    @Override
    public void afterAll(ExtensionContext context) {
        browser.close();
        workbook.close();
    }

    Browser browser() {
        return browser;
    }

    /// What the page's clock asks for; returns the frame that came of it.
    JsonNode time(String command) throws Exception {
        return browser.ask("/api/time", "{" + command + "}");
    }

    /// The picture of now of the view that `query` names.
    JsonNode view(String query) throws Exception {
        JsonNode answer = browser.read("/api/view?name=" + query);
        JsonNode picture = answer.path("frame").path("views").path(answer.path("key").asString());
        assertFalse(picture.isMissingNode(), answer.toString());
        assertFalse(picture.path("text").asString().isEmpty(), "a view has a text twin");
        return picture;
    }

    /// Puts other parts or another guest on the bench and waits until it stands.
    void remake(String path, String body) throws Exception {
        try (Listener listener = new Listener(browser)) {
            listener.await("state", _ -> true);
            browser.ask(path, body);
            listener.await("bench", it -> it.path("status").asString().equals("restarted"));
        }
    }
}
