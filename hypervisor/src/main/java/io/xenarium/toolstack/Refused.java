package io.xenarium.toolstack;

/// What the user asked the toolstack for cannot be done. The message is one line for that user:
/// what is wrong and what to do about it. Nothing has changed.
public final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1;

    public Refused(String message) {
        super(message);
    }
}
