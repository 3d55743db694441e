package io.xenarium.server;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A browser as far as the server can tell: real HTTP, with the headers of a page of ours.
final class Browser implements AutoCloseable {
    private static final Pattern TOKEN =
            Pattern.compile("xenarium-token\" content=\"([0-9a-f]+)\"");

    private final HttpClient client = HttpClient.newHttpClient();
    private final URI address;
    private final String token;

    Browser(Workbook workbook) throws IOException, InterruptedException {
        this(workbook.address());
    }

    /// A browser at a server that may be another process.
    Browser(String address) throws IOException, InterruptedException {
        this.address = URI.create(address);
        Matcher found = TOKEN.matcher(get("/").body());
        if (!found.find()) {
            throw new IllegalStateException("the page carries no token");
        }
        token = found.group(1);
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(address + path));
    }

    HttpResponse<String> send(HttpRequest.Builder request)
            throws IOException, InterruptedException {
        return client.send(request.build(), BodyHandlers.ofString());
    }

    HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return send(request(path));
    }

    JsonNode read(String path) throws IOException, InterruptedException {
        return good(get(path));
    }

    /// What a page of ours posts.
    HttpRequest.Builder posting(String path, String json) {
        return request(path)
                .header("Content-Type", "application/json")
                .header("Origin", address.toString())
                .header(Guards.TOKEN_HEADER, token)
                .POST(HttpRequest.BodyPublishers.ofString(json));
    }

    /// The lines that such a request begins with, for those who write the rest by hand.
    String head(String path) {
        return "POST %s HTTP/1.1\r\nHost: %s\r\nOrigin: %s\r\n%s: %s\r\nConnection: close\r\n"
                .formatted(path, address.getAuthority(), address, Guards.TOKEN_HEADER, token);
    }

    HttpResponse<String> post(String path, String json) throws IOException, InterruptedException {
        return send(posting(path, json));
    }

    JsonNode ask(String path, String json) throws IOException, InterruptedException {
        return good(post(path, json));
    }

    private static JsonNode good(HttpResponse<String> response) {
        if (response.statusCode() != 200) {
            throw new AssertionError(response.statusCode() + ": " + response.body());
        }
        return JsonMapper.shared().readTree(response.body());
    }

    /// The first line of the answer to a request written by hand, for what a client library would
    /// not send.
    String raw(String request) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), address.getPort())) {
            OutputStream out = socket.getOutputStream();
            out.write(request.getBytes(StandardCharsets.UTF_8));
            out.flush();
            String answer =
                    new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return answer.lines().findFirst().orElse("");
        }
    }

    @Override
    public void close() {
        client.close();
    }
}
