package io.xenarium.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/// Every route is asked what makes no sense, by a seeded dice: no answer may be the server's own
/// stumbling, and afterwards the machine still answers. `-Dxenarium.hostile=20000` asks for longer.
class HostileRequestsTest {
    private static final int ROUNDS = Integer.getInteger("xenarium.hostile", 120);
    static final List<String> POSTS =
            List.of(
                    "time",
                    "console",
                    "input",
                    "break",
                    "compare",
                    "complete",
                    "stop",
                    "translator",
                    "cell",
                    "beside",
                    "check",
                    "parts",
                    "machine",
                    "moment",
                    "lab/save",
                    "lab/keep",
                    "lab/hint",
                    "lab/answer");
    private static final List<String> GETS =
            List.of(
                    "frame",
                    "ticks",
                    "why",
                    "events",
                    "view",
                    "mutants",
                    "parts",
                    "token",
                    "labs",
                    "lab",
                    "lab/history",
                    "lab/older",
                    "lab/comparison");
    private static final List<String> NAMES =
            List.of(
                    "do", "t", "unit", "count", "kind", "domain", "port", "path", "value", "fault",
                    "seed", "from", "to", "buckets", "name", "lab", "task", "file", "text", "base",
                    "id", "answer", "token", "mine", "guest", "code", "cursor", "data", "branch",
                    "speed", "seq", "remove", "dom", "mfn", "address", "vcpu");
    private static final List<String> VALUES =
            List.of(
                    "-1",
                    "0",
                    "1",
                    "9223372036854775807",
                    "-9223372036854775808",
                    "1e400",
                    "NaN",
                    "null",
                    "true",
                    "[]",
                    "{}",
                    "[[[[1]]]]",
                    "\"\"",
                    "\"05\"",
                    "\"05.2\"",
                    "\"99\"",
                    "\"../../../../etc/passwd\"",
                    "\"..\\\\..\\\\x\"",
                    "\"/etc/passwd\"",
                    "\"%2e%2e/x\"",
                    "\"\\u0000\"",
                    "\"\\ud800\"",
                    "\"<script>alert(1)</script>\"",
                    "\"step\"",
                    "\"seek\"",
                    "\"send\"",
                    "\"store\"",
                    "\"fault\"",
                    "\"port\"",
                    "\"walk\"",
                    "\"frames\"",
                    "\"channels\"",
                    "\"cpu\"",
                    "\"sched\"",
                    "\"0xffffffffffffffffffff\"",
                    "\"TwoLevelEventChannels.java\"");
    private static final List<String> BODIES =
            List.of("", "null", "[]", "\"x\"", "{", "{\"a\":", "\u0000", "{\"do\":\"step\"}}", "1");

    @TempDir static Path copy;
    private static Workbook workbook;
    private static Browser browser;

    @BeforeAll
    static void startServer() throws Exception {
        CopiedLabs.into(copy);
        workbook = Workbook.start(new WorkbookConfig(0, 1, List.of(), "hello", copy));
        browser = new Browser(workbook);
        browser.read("/api/frame");
    }

    @AfterAll
    static void stopServer() {
        browser.close();
        workbook.close();
    }

    private static String any(List<String> list, SplittableRandom dice) {
        return list.get(dice.nextInt(list.size()));
    }

    private static String body(SplittableRandom dice) {
        if (dice.nextInt(6) == 0) {
            return any(BODIES, dice);
        }
        List<String> fields = new ArrayList<>();
        for (int left = dice.nextInt(5); left >= 0; left--) {
            fields.add("\"" + any(NAMES, dice) + "\":" + any(VALUES, dice));
        }
        return "{" + String.join(",", fields) + "}";
    }

    private static String query(SplittableRandom dice) {
        List<String> fields = new ArrayList<>();
        for (int left = dice.nextInt(4); left >= 0; left--) {
            String value = any(VALUES, dice).replace("\"", "");
            fields.add(any(NAMES, dice) + "=" + URLEncoder.encode(value, StandardCharsets.UTF_8));
        }
        return "?" + String.join("&", fields);
    }

    @Test
    void whateverIsAskedTheServerRefusesInWordsAndGoesOn() throws Exception {
        SplittableRandom dice = new SplittableRandom(20261126);
        List<String> stumbled = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
            boolean isPost = dice.nextBoolean();
            String path = "/api/" + any(isPost ? POSTS : GETS, dice);
            String said = isPost ? body(dice) : query(dice);
            int status =
                    isPost
                            ? browser.post(path, said).statusCode()
                            : browser.get(path + said).statusCode();
            // 503: the request made a new machine, which is not there yet.
            if (status >= 500 && status != 503) {
                stumbled.add(status + " " + path + " " + said);
            }
        }
        assertEquals("", String.join("\n", stumbled));
        assertTrue(browser.read("/api/frame").path("t").asLong() >= 0);
    }

    @Test
    void pathsAndMethodsThatAreNoneAreRefused() throws Exception {
        List<String> wrong = new ArrayList<>();
        for (String path :
                List.of(
                        "/editor/..%2f..%2fx",
                        "/editor/nothing.js",
                        "/chapter/..%2findex",
                        "/chapter/%00",
                        "/lab/%2e%2e",
                        "/app/..%2f..%2fMain.class",
                        "/webjars/..%2f..%2fx",
                        "/api/nothing")) {
            int status = browser.get(path).statusCode();
            wrong.addAll(status >= 400 && status < 500 ? List.of() : List.of(status + " " + path));
        }
        for (String method : List.of("PUT", "DELETE", "PATCH", "OPTIONS", "TRACE")) {
            HttpRequest.Builder request =
                    HttpRequest.newBuilder(URI.create(workbook.address() + "/api/time"))
                            .method(method, HttpRequest.BodyPublishers.noBody());
            int status = browser.send(request).statusCode();
            wrong.addAll(status >= 400 && status < 500 ? List.of() : List.of(status + method));
        }
        assertEquals(List.of(), wrong);
    }

    /// Of a browser that never reads, and of one that opens streams without end.
    @Test
    void streamsAreCountedAndOneThatNobodyReadsHoldsNobodyUp() throws Exception {
        List<Socket> opened = new ArrayList<>();
        try {
            for (int i = 0; i < Streams.CLIENTS_MAX + 8; i++) {
                Socket socket = new Socket("127.0.0.1", workbook.port());
                opened.add(socket);
                socket.getOutputStream()
                        .write(stream(workbook).getBytes(StandardCharsets.US_ASCII));
            }
            for (int i = 0; i < 50; i++) {
                browser.ask("/api/time", "{\"do\":\"step\",\"unit\":\"event\",\"count\":50}");
            }
            long ended = 0;
            for (Socket socket : opened) {
                ended += isEnded(socket) ? 1 : 0;
            }
            assertEquals(8, ended, "streams beyond the limit are closed");
        } finally {
            for (Socket socket : opened) {
                socket.close();
            }
        }
        assertTrue(browser.read("/api/frame").path("t").asLong() >= 0);
    }

    /// Whether the server has said all that it will.
    private static boolean isEnded(Socket socket) throws IOException {
        socket.setSoTimeout(200);
        try {
            socket.getInputStream().readAllBytes();
            return true;
        } catch (SocketTimeoutException open) {
            return false;
        }
    }

    @Test
    void ofAPageThatIsCutOffNothingIsLeft() throws Exception {
        int before = streamsServed().size();
        for (int i = 0; i < 8; i++) {
            try (Socket socket = new Socket("127.0.0.1", workbook.port())) {
                socket.getOutputStream()
                        .write(stream(workbook).getBytes(StandardCharsets.US_ASCII));
                assertTrue(said(socket, "event:"), "the stream has begun");
                socket.setSoLinger(true, 0);
            }
        }
        for (int i = 0; i < 2000 && streamsServed().size() > before; i++) {
            browser.ask("/api/time", "{\"do\":\"step\",\"unit\":\"event\",\"count\":1}");
        }
        assertEquals(before, streamsServed().size(), "threads that write to pages that are gone");
    }

    @Test
    void ofAServerThatHasStoppedNoStreamIsLeft() throws Exception {
        List<Thread> before = streamsServed();
        List<Thread> served;
        try (Workbook other = Workbook.start(new WorkbookConfig(0, 1, List.of(), "hello", copy));
                Socket socket = new Socket("127.0.0.1", other.port())) {
            socket.getOutputStream().write(stream(other).getBytes(StandardCharsets.US_ASCII));
            assertTrue(said(socket, "event:"), "the stream has begun");
            served = new ArrayList<>(streamsServed());
            served.removeAll(before);
        }
        assertEquals(1, served.size());
        assertTrue(served.getFirst().join(Duration.ofSeconds(60)), "it still writes");
    }

    /// Whether the server says a line that begins so.
    private static boolean said(Socket socket, String begin) throws IOException {
        BufferedReader lines =
                new BufferedReader(
                        new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
        String line = lines.readLine();
        while (line != null && !line.startsWith(begin)) {
            line = lines.readLine();
        }
        return line != null;
    }

    private static List<Thread> streamsServed() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("stream"))
                .toList();
    }

    private static String stream(Workbook workbook) {
        return "GET /api/stream HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nAccept: text/event-stream\r\nConnection: close\r\n\r\n"
                .formatted(workbook.port());
    }

    @Test
    void headersThatAreNoneOrTooLongAreRefusedAndTheServerGoesOn() throws Exception {
        String host = "Connection: close\r\nHost: 127.0.0.1:" + workbook.port() + "\r\n";
        List<String> wrong = new ArrayList<>();
        for (String request :
                List.of(
                        "GET / HTTP/1.1\r\n" + host + "X: " + "x".repeat(70_000) + "\r\n\r\n",
                        "GET / HTTP/1.1\r\n" + host + "X y: 1\r\n\r\n",
                        "GET / HTTP/1.1\r\n" + host + host + "\r\n",
                        "GET /" + "x".repeat(20_000) + " HTTP/1.1\r\n" + host + "\r\n",
                        "POST /api/time HTTP/1.1\r\n" + host + "Content-Length: -1\r\n\r\n",
                        "GET / HTTP/9.9\r\n" + host + "\r\n")) {
            String answer = browser.raw(request);
            if (!answer.matches("(?s)HTTP/1.1 (4\\d\\d|505).*")) {
                wrong.add(request.substring(0, Math.min(60, request.length())) + ": " + answer);
            }
        }
        assertEquals(List.of(), wrong);
        assertTrue(browser.read("/api/frame").path("t").asLong() >= 0);
    }

    @Test
    void aBodyThatIsTooLargeIsRefused() throws Exception {
        String large = "{\"lab\":\"05\",\"text\":\"" + "x".repeat(300 * 1024) + "\"}";
        assertEquals(413, browser.post("/api/lab/save", large).statusCode());
    }
}
