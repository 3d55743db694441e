package io.xenarium.speed;

import java.util.ArrayList;
import java.util.List;

/// How an engine becomes fast: its speed over time since the guest began.
final class WarmUp {
    /// About how often somebody should note where the guest is.
    static final double STEP_SECONDS = 0.01;

    /// Over which time a speed is taken: long enough for a pause of the garbage collector not to
    /// count.
    private static final double WINDOW_SECONDS = 0.25;

    private static final double ENOUGH = 0.9;

    private record Note(double seconds, long retired) {}

    private final List<Note> notes = new ArrayList<>(List.of(new Note(0, 0)));

    /// After `seconds` so many instructions had retired.
    void note(double seconds, long retired) {
        notes.add(new Note(seconds, retired));
    }

    /// The top speed, in instructions a second.
    double peak() {
        double peak = 0;
        for (int i = 0; i < notes.size(); i++) {
            peak = Math.max(peak, speedFrom(i));
        }
        return peak;
    }

    /// When the speed first was 90 % of the top speed.
    double seconds() {
        double enough = ENOUGH * peak();
        for (int i = 0; i < notes.size(); i++) {
            if (speedFrom(i) >= enough) {
                return notes.get(i).seconds;
            }
        }
        return notes.getLast().seconds;
    }

    /// The speed in the window that begins with note `i`, 0 where the window is not over.
    private double speedFrom(int i) {
        Note begin = notes.get(i);
        for (int j = i + 1; j < notes.size(); j++) {
            Note end = notes.get(j);
            if (end.seconds - begin.seconds >= WINDOW_SECONDS) {
                return (end.retired - begin.retired) / (end.seconds - begin.seconds);
            }
        }
        return 0;
    }
}
