package io.xenarium.lab;

/// What was asked of the lab engine cannot be done, for a reason that its user can mend: an unknown
/// lab, a file that is not there, a lab.yaml that is wrong. The message is one line for the user.
public final class LabProblem extends RuntimeException {
    private static final long serialVersionUID = 1;

    public LabProblem(String message) {
        super(message);
    }

    public LabProblem(String message, Throwable cause) {
        super(message, cause);
    }
}
