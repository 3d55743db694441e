package io.xenarium.server;

import java.net.BindException;

/// Another program listens on the port that the server was to use.
public final class PortInUse extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int port;

    PortInUse(int port) {
        super("port " + port + " is in use");
        this.port = port;
    }

    public int port() {
        return port;
    }

    /// Whether a taken port is what made the server fail.
    static boolean isCauseOf(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof BindException) {
                return true;
            }
        }
        return false;
    }
}
