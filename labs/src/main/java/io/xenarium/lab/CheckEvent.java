package io.xenarium.lab;

/// What a run of checks tells while it goes on, for a terminal or a page to show at once.
public sealed interface CheckEvent {
    /// Said first, before anything that takes time.
    record Checking(String lab, String title) implements CheckEvent {}

    /// The learner's part was compiled and loaded.
    record Compiled(String lab, long millis) implements CheckEvent {}

    /// One check is through.
    record Judged(String lab, Verdict verdict) implements CheckEvent {}

    /// The check that was judged last failed in this run of a whole computer.
    record Recorded(String lab, Verdict verdict, Recording run) implements CheckEvent {}

    /// All are through, or the compiler refused.
    record Finished(String lab, Report report) implements CheckEvent {}
}
