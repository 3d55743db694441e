package io.xenarium.terms;

/// Thrown by a lab's skeleton where the learner's code belongs. The message of the next failure is
/// the next step.
public final class NotYet extends RuntimeException {
    private final String task;
    private final String step;

    /// `task` is the task's number, such as `05.2`; `step` says in a few words what to write there.
    public NotYet(String task, String step) {
        super(task + " is not written yet: " + step);
        this.task = task;
        this.step = step;
    }

    public String task() {
        return task;
    }

    public String step() {
        return step;
    }
}
