package io.xenarium.lab;

import io.xenarium.parts.Parts;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What a check works on: the part to check, the reference to compare it with, and the case to
/// repeat where one is asked for. The [Runner] provides one for each run.
public final class Subject {
    private static final ThreadLocal<Subject> CURRENT = new ThreadLocal<>();

    private final Parts mine;
    private final Parts reference;
    private final String replay;
    private final Map<String, List<String>> blockers = new HashMap<>();
    private final Map<String, Integer> failed = new HashMap<>();
    private final Map<String, String> answers;
    private final List<String> steps = new ArrayList<>();
    private Optional<Recording> recording = Optional.empty();
    private String remark = "";

    /// `replay` is the data of a token; null where nothing is repeated.
    Subject(Lab lab, Parts mine, Parts reference, Map<String, String> answers, String replay) {
        this.answers = answers;
        this.mine = mine;
        this.reference = reference;
        this.replay = replay;
        lab.tasks().forEach(task -> blockers.put(task.id(), task.blockedBy()));
    }

    /// The subject of the check that runs on this thread.
    public static Subject current() {
        Subject subject = CURRENT.get();
        if (subject == null) {
            throw new LabProblem("a check runs in the lab runner only: ./xenarium check");
        }
        return subject;
    }

    /// Runs `body` with this as the current subject.
    void during(Runnable body) {
        CURRENT.set(this);
        try {
            body.run();
        } finally {
            CURRENT.remove();
        }
    }

    /// The part to check in its slot, the reference in all others.
    public Parts mine() {
        return mine;
    }

    /// The reference in all slots.
    public Parts reference() {
        return reference;
    }

    /// Whether one case is repeated for somebody to look at.
    public boolean isReplay() {
        return replay != null;
    }

    /// The data of that case.
    public String replayData() {
        return replay;
    }

    /// What the learner answered to a task that asks instead of wanting code; empty where nothing.
    public String answer(String task) {
        return answers.getOrDefault(task, "");
    }

    /// What happens, step by step and in words: a check adds to it where a case is repeated.
    public List<String> steps() {
        return steps;
    }

    /// Says something about a check that passes: such as what it could not try.
    public void remark(String words) {
        remark = words;
    }

    /// What was remarked last, once.
    String takeRemark() {
        String taken = remark;
        remark = "";
        return taken;
    }

    /// Says in which run of a whole computer a check is about to fail, so that the page can show
    /// it.
    public void record(Recording run) {
        recording = Optional.of(run);
    }

    /// The run that was recorded last, once.
    Optional<Recording> takeRecording() {
        Optional<Recording> taken = recording;
        recording = Optional.empty();
        return taken;
    }

    /// Why checks of `task` in this tier cannot be run now; empty where they can.
    String blocked(String task, int tier) {
        int failedIn = failed.getOrDefault(task, tier);
        if (failedIn < tier) {
            return "waits until T" + failedIn + " passes";
        }
        for (String blocker : blockers.getOrDefault(task, List.of())) {
            if (!isFree(blocker)) {
                return "blocked by " + root(blocker);
            }
        }
        return "";
    }

    private boolean isFree(String task) {
        return !failed.containsKey(task) && blockers.get(task).stream().allMatch(this::isFree);
    }

    private String root(String task) {
        for (String blocker : blockers.get(task)) {
            if (!isFree(blocker)) {
                return root(blocker);
            }
        }
        return task;
    }

    void fail(String task, int tier) {
        failed.putIfAbsent(task, tier);
    }
}
