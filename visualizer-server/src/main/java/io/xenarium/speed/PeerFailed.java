package io.xenarium.speed;

/// A peer did not do what it was asked: it ended early, or said something else.
public final class PeerFailed extends RuntimeException {
    private static final long serialVersionUID = 1;

    PeerFailed(String message) {
        super(message);
    }

    PeerFailed(String message, Throwable cause) {
        super(message, cause);
    }
}
