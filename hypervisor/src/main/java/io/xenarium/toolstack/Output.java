package io.xenarium.toolstack;

import io.xenarium.terms.Check;

import java.nio.charset.StandardCharsets;

/// What a console has shown: the newest bytes, and how many came before them.
///
/// @param offset how many older bytes are no longer kept: the position of the first one here
/// @param bytes what is kept
public record Output(long offset, byte[] bytes) {
    /// How many bytes the console has shown altogether.
    public long end() {
        return offset + bytes.length;
    }

    /// The bytes from position `from` on, or all that are kept where that is gone.
    public byte[] since(long from) {
        Check.that(from <= end(), "the console has not shown %d bytes yet", from);
        int skipped = (int) Math.max(0, from - offset);
        return java.util.Arrays.copyOfRange(bytes, skipped, bytes.length);
    }

    /// The bytes as text, one char for each byte.
    public String text() {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }
}
