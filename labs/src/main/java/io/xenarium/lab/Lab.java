package io.xenarium.lab;

import java.util.List;

/// What lab.yaml says about a lab: what is learned, its tasks, and what helps when stuck. Read by
/// [LabYaml], which holds all of it to its rules.
///
/// @param id two digits
/// @param objectives what a learner can explain or do afterwards
/// @param outOfScope what the lab leaves out, so that nobody searches for it
public record Lab(
        String id,
        String title,
        Effort effort,
        List<Prerequisite> prerequisites,
        List<String> objectives,
        List<String> outOfScope,
        List<Task> tasks,
        List<Prediction> predict) {
    /// How long it takes, and who says so: `estimate`, or `learners`.
    public record Effort(String median, List<String> range, String source) {}

    /// A lab that should come first.
    public record Prerequisite(String lab, String why) {}

    /// One task: one or a few methods.
    ///
    /// @param id such as `05.2`
    /// @param method `Type#method` of the interface that it belongs to
    /// @param size how long our own version is
    /// @param blockedBy tasks without which this one cannot be checked
    /// @param hints four, from a question to a worked example of something similar
    /// @param docRef where the chapter explains it: `05#anchor`
    /// @param misconceptions mistakes that the checks are proved to find
    public record Task(
            String id,
            String title,
            String method,
            int points,
            String size,
            List<String> blockedBy,
            List<Hint> hints,
            String docRef,
            List<Misconception> misconceptions) {}

    /// One rung of the ladder of hints.
    public record Hint(Rung rung, String text) {}

    /// The rungs, in order. None is the answer.
    public enum Rung {
        QUESTION,
        CONCEPT,
        PLAN,
        SIBLING
    }

    /// A mistake that people make, as a change to the solution.
    ///
    /// @param mutant name of the patch under `mutants`
    /// @param killedBy `T3.check`: the check that must find it
    /// @param code of the failure that it must end in
    /// @param says what the message must contain
    public record Misconception(
            String mutant, String name, String killedBy, String code, String says) {}

    /// A question to answer before the machine shows it.
    public record Prediction(String ask, String at, String answer, String why) {}

    /// The task of this number.
    public Task task(String number) {
        return tasks.stream()
                .filter(task -> task.id.equals(number))
                .findFirst()
                .orElseThrow(() ->
                        new LabProblem(
                                "lab "
                                        + id
                                        + " has no task "
                                        + number
                                        + ". It has: "
                                        + String.join(", ", tasks.stream().map(Task::id).toList())
                                        + "."));
    }

    /// All points there are to get.
    public int points() {
        return tasks.stream().mapToInt(Task::points).sum();
    }
}
