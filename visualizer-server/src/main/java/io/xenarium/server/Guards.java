package io.xenarium.server;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.ForbiddenResponse;
import io.javalin.http.HandlerType;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Set;
import java.util.function.IntSupplier;

/// Who may speak to this server: pages that it served itself, on this machine.
///
/// The page can run Java, so that a web site that reached the server by way of the reader's browser
/// would own the reader's account. Three locks, each enough for one kind of attack:
///
/// 1. the `Host` must name this server on the loopback address, against names that are bound anew
///    (DNS rebinding);
/// 2. whatever changes something must come from a page of ours (`Origin`), against forms and
///    scripts of other sites;
/// 3. and must carry the token that only a page of ours can read, against programs that forge both.
final class Guards {
    /// The header that every POST of a script carries.
    static final String TOKEN_HEADER = "X-Xenarium-Token";

    /// Mermaid and the editor write style elements; scripts come from files alone, but for the
    /// import map, which is only allowed inside a page.
    private static final String CONTENT_POLICY =
            "default-src 'self'; script-src 'self' "
                    + EditorModules.importMapHash()
                    + "; style-src 'self' 'unsafe-inline';"
                    + " img-src 'self' data:; connect-src 'self'; object-src 'none';"
                    + " base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

    private static final Set<HandlerType> READING = Set.of(HandlerType.GET, HandlerType.HEAD);

    private final IntSupplier port;
    private final String token = randomToken();

    /// @param port the port that the server listens on, known once it has started
    Guards(IntSupplier port) {
        this.port = port;
    }

    /// The secret of this server's life, for the pages it serves.
    String token() {
        return token;
    }

    /// Guards every path, files included.
    void stand(RoutesConfig routes) {
        routes.before(this::check);
    }

    private void check(Context context) {
        context.header("Content-Security-Policy", CONTENT_POLICY);
        context.header("X-Content-Type-Options", "nosniff");
        context.header("Referrer-Policy", "no-referrer");
        context.header("Cross-Origin-Resource-Policy", "same-origin");
        context.header("Cross-Origin-Opener-Policy", "same-origin");
        String host = context.header("Host");
        if (host == null || !hosts().contains(host)) {
            throw new ForbiddenResponse(
                    "This server answers to http://127.0.0.1:" + port.getAsInt() + " only.");
        }
        if (!READING.contains(context.method())) {
            checkOrigin(context);
            checkToken(context);
        }
    }

    private Set<String> hosts() {
        return Set.of("127.0.0.1:" + port.getAsInt(), "localhost:" + port.getAsInt());
    }

    private void checkOrigin(Context context) {
        String origin = context.header("Origin");
        boolean isOurs =
                origin != null
                        && hosts().stream().anyMatch(host -> origin.equals("http://" + host));
        if (!isOurs) {
            throw new ForbiddenResponse("Only a page of this server may change something.");
        }
    }

    private void checkToken(Context context) {
        String header = context.header(TOKEN_HEADER);
        String given = header == null && isForm(context) ? context.formParam("token") : header;
        boolean isRight = given != null && MessageDigest.isEqual(bytes(given), bytes(token));
        if (!isRight) {
            throw new ForbiddenResponse("The page is older than this server. Reload it, please.");
        }
    }

    /// A form without scripts cannot send a header of its own; it carries the token in a field.
    private static boolean isForm(Context context) {
        String type = context.contentType();
        return type != null && type.startsWith("application/x-www-form-urlencoded");
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String randomToken() {
        byte[] random = new byte[24];
        new SecureRandom().nextBytes(random);
        return HexFormat.of().formatHex(random);
    }
}
