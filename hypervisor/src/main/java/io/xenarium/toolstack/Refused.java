package io.xenarium.toolstack;

import java.util.stream.Collectors;

/// What the user asked the toolstack for cannot be done. The message is one line for that user:
/// what is wrong and what to do about it. Nothing has changed.
///
/// It may quote what stands in a file. Control characters in it, a line's end or the begin of a
/// terminal's command, are shown as `\x0a`, so that it stays one line.
public final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1;

    public Refused(String message) {
        super(message.codePoints().mapToObj(Refused::visible).collect(Collectors.joining()));
    }

    private static String visible(int character) {
        return Character.isISOControl(character)
                ? "\\x%02x".formatted(character)
                : Character.toString(character);
    }
}
