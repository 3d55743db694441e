package io.xenarium.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Every route that takes a body is sent one in pieces, without its length: too much, too little,
/// too slowly, or cut off. No answer may be the server's own stumbling, and nobody else waits.
class HostileBodiesTest {
    static final List<String> POSTS = HostileRequestsTest.POSTS;

    /// What is sent of a body that does not end.
    private static final int FLOOD_BYTES = 16 << 20;

    private static final int PIECE_BYTES = 8 << 10;
    private static final int PATIENCE_MILLIS = 60_000;

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

    private static String head(String route, String framing) {
        return browser.head("/api/" + route) + framing + "\r\n\r\n";
    }

    private static Socket begin(String route, String framing) throws IOException {
        Socket socket = new Socket("127.0.0.1", workbook.port());
        socket.setSoTimeout(PATIENCE_MILLIS);
        write(socket, head(route, framing));
        return socket;
    }

    private static void write(Socket socket, String text) throws IOException {
        OutputStream out = socket.getOutputStream();
        out.write(text.getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    private static String piece(String text) {
        int bytes = text.getBytes(StandardCharsets.UTF_8).length;
        return Integer.toHexString(bytes) + "\r\n" + text + "\r\n";
    }

    /// The status that the server answers with; 0 where it closes without one.
    private static int status(Socket socket) throws IOException {
        byte[] line = socket.getInputStream().readNBytes(12);
        String text = new String(line, StandardCharsets.US_ASCII);
        return text.matches("HTTP/1.1 \\d{3}") ? Integer.parseInt(text.substring(9)) : 0;
    }

    private static void assertNoStumbling(int status, String route) {
        assertTrue(status < 500 || status == 503, route + ": " + status);
    }

    private static void assertServerGoesOn() throws Exception {
        assertTrue(browser.read("/api/frame").path("t").asLong() >= 0);
    }

    @ParameterizedTest
    @FieldSource("POSTS")
    void aBodyInPiecesIsReadAsOneInOnePiece(String route) throws Exception {
        try (Socket socket = begin(route, "Transfer-Encoding: chunked")) {
            write(socket, piece("{\"do\":") + piece("\"moon\"}") + "0\r\n\r\n");
            int inPieces = status(socket);
            assertNoStumbling(inPieces, route);
            int inOne = browser.post("/api/" + route, "{\"do\":\"moon\"}").statusCode();
            // 503: the first of the two has made a new machine, which is not there yet.
            assertTrue(inOne == inPieces || inOne == 503, inOne + " and " + inPieces);
        }
    }

    @ParameterizedTest
    @FieldSource("POSTS")
    void aBodyThatDoesNotEndIsRefusedWhereTheLimitIs(String route) throws Exception {
        try (Socket socket = begin(route, "Transfer-Encoding: chunked")) {
            String piece = piece("x".repeat(PIECE_BYTES));
            int sent = 0;
            try {
                while (sent < FLOOD_BYTES && socket.getInputStream().available() == 0) {
                    write(socket, piece);
                    sent += PIECE_BYTES;
                }
            } catch (IOException closed) {
                assertTrue(sent < FLOOD_BYTES, closed.toString());
                return;
            }
            assertEquals(413, status(socket), route + " after " + sent);
            assertTrue(sent < FLOOD_BYTES, "all of it was read");
        }
        assertServerGoesOn();
    }

    @ParameterizedTest
    @FieldSource("POSTS")
    void aBodyThatIsCutOffLeavesNothingBehind(String route) throws Exception {
        for (String framing : List.of("Transfer-Encoding: chunked", "Content-Length: 900")) {
            for (String part : List.of("", "3\r\n", piece("{\"a\":"), "zz\r\n", "ffffffffff\r\n")) {
                try (Socket socket = begin(route, framing)) {
                    write(socket, part);
                    socket.shutdownOutput();
                    assertNoStumbling(status(socket), route + " " + framing + " " + part);
                }
                try (Socket socket = begin(route, framing)) {
                    write(socket, part);
                    socket.setSoLinger(true, 0);
                }
            }
        }
        assertServerGoesOn();
    }

    @Test
    void aBodyThatComesByteByByteIsEnded() throws Exception {
        try (Socket socket = begin("lab/save", "Transfer-Encoding: chunked")) {
            socket.setSoTimeout(100);
            int sent = 0;
            for (int status = -1; status < 0; sent++) {
                assertTrue(sent < PATIENCE_MILLIS / 100, "still read after " + sent + " bytes");
                try {
                    write(socket, piece("x"));
                    status = status(socket);
                    assertTrue(status == 0 || status == 408, "answered " + status);
                } catch (SocketTimeoutException unanswered) {
                    assertTrue(socket.isConnected());
                }
            }
        }
        assertServerGoesOn();
    }

    @Test
    void bodiesThatComeTooSlowlyHoldNobodyUpAndEnd() throws Exception {
        List<Socket> slow = new ArrayList<>();
        try {
            for (int i = 0; i < 280; i++) {
                Socket socket = begin(POSTS.get(i % POSTS.size()), "Transfer-Encoding: chunked");
                write(socket, piece("{"));
                slow.add(socket);
            }
            assertTimeout(Duration.ofSeconds(10), HostileBodiesTest::assertServerGoesOn);
            for (Socket socket : slow) {
                int status = status(socket);
                assertTrue(status == 0 || status >= 400 && status < 500, "answered " + status);
            }
            assertServerGoesOn();
        } finally {
            for (Socket socket : slow) {
                socket.close();
            }
        }
    }
}
