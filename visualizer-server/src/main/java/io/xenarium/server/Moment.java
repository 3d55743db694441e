package io.xenarium.server;

import io.javalin.http.BadRequestResponse;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/// A moment of a run as text that fits into a link: what the computer is made from and all inputs
/// so far. The same inputs give the same run, so that the moment is there on any other computer
/// too.
final class Moment {
    /// What browsers and mail programs still carry in an address.
    private static final int TEXT_MAX = 24_000;

    private static final int BYTES_MAX = 1 << 20;

    private Moment() {}

    /// @throws BadRequestResponse where there were too many inputs for a link
    static String text(ObjectNode opening) {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(packed)) {
            out.write(opening.toString().getBytes(StandardCharsets.UTF_8));
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        String text = Base64.getUrlEncoder().withoutPadding().encodeToString(packed.toByteArray());
        if (text.length() > TEXT_MAX) {
            throw new BadRequestResponse("This run has had too many inputs for a link.");
        }
        return text;
    }

    /// @throws BadRequestResponse where the text is no moment
    static ObjectNode opening(String text) {
        if (text.isEmpty() || text.length() > TEXT_MAX) {
            throw notOne();
        }
        try (InputStream in =
                new GZIPInputStream(
                        new ByteArrayInputStream(Base64.getUrlDecoder().decode(text)))) {
            byte[] bytes = in.readNBytes(BYTES_MAX);
            if (JsonMapper.shared().readTree(bytes) instanceof ObjectNode opening) {
                return opening;
            }
        } catch (IOException | IllegalArgumentException | JacksonException malformed) {
            throw notOne();
        }
        throw notOne();
    }

    private static BadRequestResponse notOne() {
        return new BadRequestResponse("This link holds no moment: was it cut off on its way?");
    }
}
