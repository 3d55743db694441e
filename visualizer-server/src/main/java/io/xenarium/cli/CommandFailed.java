package io.xenarium.cli;

/// What was asked for cannot be done, for a reason that the user can mend. Its message is all that
/// the user sees: one line that says what is wrong and what to do.
public final class CommandFailed extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int exitCode;

    /// Ends the command with exit code 1.
    public CommandFailed(String message) {
        this(1, message);
    }

    /// Ends the command with `exitCode`, for a command with more to tell than yes or no.
    public CommandFailed(int exitCode, String message) {
        super(message);
        this.exitCode = exitCode;
    }

    public int exitCode() {
        return exitCode;
    }
}
