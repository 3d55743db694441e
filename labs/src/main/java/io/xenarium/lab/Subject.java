package io.xenarium.lab;

import io.xenarium.parts.Parts;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What a check works on: the part to check, the reference to compare it with, and the case to
/// repeat where one is asked for. The [Runner] provides one for each run.
public final class Subject {
    private static final ThreadLocal<Subject> CURRENT = new ThreadLocal<>();

    private final Parts mine;
    private final Parts reference;
    private final String replay;
    private final Map<String, List<String>> blockers = new HashMap<>();
    private final Map<String, String> failed = new HashMap<>();
    private List<String> steps = new ArrayList<>();

    /// `replay` is the data of a token; null where nothing is repeated.
    Subject(Lab lab, Parts mine, Parts reference, String replay) {
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

    /// Tells what happens, step by step; shown where a case is repeated.
    public void tell(List<String> what) {
        steps = what;
    }

    List<String> steps() {
        return steps;
    }

    /// Why checks of `task` cannot be run now; empty where they can.
    String blocked(String task) {
        if (failed.containsKey(task)) {
            return failed.get(task);
        }
        for (String blocker : blockers.getOrDefault(task, List.of())) {
            if (!blocked(blocker).isEmpty()) {
                return "blocked by " + root(blocker);
            }
        }
        return "";
    }

    private String root(String task) {
        for (String blocker : blockers.get(task)) {
            if (!blocked(blocker).isEmpty()) {
                return root(blocker);
            }
        }
        return task;
    }

    void fail(String task, String tier) {
        failed.putIfAbsent(task, "waits until " + tier + " passes");
    }
}
