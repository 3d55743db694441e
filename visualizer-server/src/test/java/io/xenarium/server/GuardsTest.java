package io.xenarium.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.util.List;

/// Who may speak to the server. No bench is started here: nothing gets that far.
class GuardsTest {
    private static Workbook workbook;
    private static Browser browser;

    @BeforeAll
    static void startServer() throws IOException, InterruptedException {
        workbook = Workbook.startWithoutBench(new WorkbookConfig(0, 1, List.of(), "hello"));
        browser = new Browser(workbook);
    }

    @AfterAll
    static void stopServer() {
        browser.close();
        workbook.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/chapter/05", "/app/tokens.css", "/api/frame", "/webjars/x"})
    void aForeignHostIsRefusedEverywhere(String path) throws IOException {
        String line =
                browser.raw(
                        "GET %s HTTP/1.1\r\nHost: evil.example:%d\r\nConnection: close\r\n\r\n"
                                .formatted(path, workbook.port()));
        assertTrue(line.contains("403"), line);
    }

    @Test
    void theRightHostOnAnotherPortIsRefused() throws IOException {
        String line =
                browser.raw("GET / HTTP/1.1\r\nHost: localhost:1\r\nConnection: close\r\n\r\n");
        assertTrue(line.contains("403"), line);
    }

    @Test
    void localhostIsWelcome() throws IOException {
        String line =
                browser.raw(
                        "GET / HTTP/1.1\r\nHost: localhost:%d\r\nConnection: close\r\n\r\n"
                                .formatted(workbook.port()));
        assertTrue(line.contains("200"), line);
    }

    @Test
    void aPostWithoutOriginIsRefused() throws Exception {
        assertRefused(
                browser.send(
                        browser.request("/api/time")
                                .header(Guards.TOKEN_HEADER, "whatever")
                                .POST(java.net.http.HttpRequest.BodyPublishers.ofString("{}"))));
    }

    @Test
    void aPostFromAnotherSiteIsRefusedEvenWithTheToken() throws Exception {
        assertRefused(
                browser.send(
                        browser.posting("/api/time", "{}")
                                .setHeader("Origin", "http://evil.example")));
    }

    @Test
    void aPostWithAWrongTokenIsRefused() throws Exception {
        assertRefused(
                browser.send(
                        browser.posting("/api/time", "{}")
                                .setHeader(Guards.TOKEN_HEADER, "0".repeat(48))));
    }

    @Test
    void everyServerHasAnotherToken() throws Exception {
        try (Workbook other =
                        Workbook.startWithoutBench(new WorkbookConfig(0, 1, List.of(), "hello"));
                Browser othersPage = new Browser(other)) {
            String stolen =
                    othersPage
                            .posting("/", "")
                            .build()
                            .headers()
                            .firstValue(Guards.TOKEN_HEADER)
                            .orElseThrow();
            assertRefused(
                    browser.send(
                            browser.posting("/api/time", "{}")
                                    .setHeader(Guards.TOKEN_HEADER, stolen)));
        }
    }

    @Test
    void everyAnswerForbidsInlineScriptsFramesAndGuessing() throws Exception {
        for (String path : List.of("/", "/app/tokens.css", "/nothing")) {
            var headers = browser.get(path).headers();
            String policy = headers.firstValue("Content-Security-Policy").orElse("");
            assertTrue(policy.matches(".*script-src 'self' 'sha256-[^ ']+';.*"), policy);
            assertTrue(policy.contains("frame-ancestors 'none'"), path);
            assertFalse(policy.contains("unsafe-eval"), path);
            assertEquals("nosniff", headers.firstValue("X-Content-Type-Options").orElse(""));
            assertEquals("no-referrer", headers.firstValue("Referrer-Policy").orElse(""));
        }
    }

    @Test
    void thePagesHaveNoInlineScriptButTheMapOfModules() throws Exception {
        for (String path : List.of("/", "/chapter/05", "/lab/05")) {
            String page = browser.get(path).body();
            assertFalse(
                    page.matches("(?s).*<script(?![^>]*(\\bsrc=|\"importmap\"))[^>]*>.*"), path);
            assertFalse(page.matches("(?s).*\\son\\w+=\".*"), path);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/app/../templates/page.html",
                "/app/%2e%2e/templates/page.html",
                "/app/..%2ftemplates/page.html",
                "/app/%252e%252e/templates/page.html",
                "/webjars/../io/xenarium/server/Workbook.class",
                "/app/../../etc/passwd"
            })
    void nothingOutsideTheFilesIsServed(String path) throws IOException {
        String line =
                browser.raw(
                        "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nConnection: close\r\n\r\n"
                                .formatted(path, workbook.port()));
        assertFalse(line.contains("200"), line);
    }

    @Test
    void aRequestThatIsTooLargeIsRefused() throws Exception {
        String large = "{\"code\":\"" + "x".repeat(300_000) + "\"}";
        assertEquals(413, browser.post("/api/cell", large).statusCode());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "[1]", "17"})
    void whatIsNoJsonObjectIsRefusedInWords(String body) throws Exception {
        HttpResponse<String> response = browser.post("/api/time", body);
        assertEquals(400, response.statusCode());
        assertTrue(response.body().startsWith("{\"error\":"), response.body());
    }

    @Test
    void whatIsNotThereIsSaidWithoutAStackTrace() throws Exception {
        for (String path : List.of("/nothing", "/chapter/77", "/chapter/%3Cscript%3E", "/lab/99")) {
            HttpResponse<String> response = browser.get(path);
            assertEquals(404, response.statusCode(), path);
            assertFalse(response.body().contains("at io."), path);
            assertFalse(response.body().contains("<script>"), path);
        }
    }

    @Test
    void itListensOnTheLoopbackAddressAlone() throws Exception {
        for (NetworkInterface network : NetworkInterface.networkInterfaces().toList()) {
            for (InetAddress address : network.inetAddresses().toList()) {
                if (!address.isLoopbackAddress()) {
                    assertFalse(answers(address), address + " answers");
                }
            }
        }
    }

    private static boolean answers(InetAddress address) {
        try (Socket socket = new Socket(address, workbook.port())) {
            return socket.isConnected();
        } catch (IOException refused) {
            return false;
        }
    }

    private static void assertRefused(HttpResponse<String> response) {
        assertEquals(403, response.statusCode());
        assertTrue(response.body().startsWith("{\"error\":"), response.body());
    }
}
