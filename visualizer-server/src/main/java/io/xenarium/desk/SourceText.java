package io.xenarium.desk;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// A source file of a lab as it is at one time.
///
/// @param file its name without folders, which is unique within a lab
/// @param path where it lies on this computer, for an IDE
/// @param version names the text: equal texts have equal versions
public record SourceText(String file, String path, String version, String text) {
    private static final int VERSION_DIGITS = 16;

    static SourceText of(String file, String path, String text) {
        return new SourceText(file, path, version(text), text);
    }

    static String version(String text) {
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256")
                            .digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest).substring(0, VERSION_DIGITS);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
