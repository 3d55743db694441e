package io.xenarium.lab;

import java.util.List;

/// A way through the labs: which of them a course takes, in which order, and why. A lecturer writes
/// a file of his own into `labs/tracks` and leaves the labs as they are.
///
/// @param id the name of its file, such as `core`
/// @param title what it is called
/// @param audience for whom it is, and how long it takes
/// @param steps its labs in order, each once
public record Track(String id, String title, String audience, List<Step> steps) {
    public Track {
        steps = List.copyOf(steps);
    }

    /// One lab on the way. A track may name labs that the workbook does not have yet.
    ///
    /// @param lab two digits
    /// @param title the lab's
    /// @param when when it is its turn, in the course's own words
    /// @param why what it is for on this way
    public record Step(String lab, String title, String when, String why) {}
}
