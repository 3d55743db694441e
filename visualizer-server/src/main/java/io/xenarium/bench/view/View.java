package io.xenarium.bench.view;

/// One kind of picture, as data for a page to draw: `view(computer at t, focus)`. What it returns
/// is written as JSON and has, under `text`, the same in words or as a table.
@FunctionalInterface
public interface View {
    /// The picture of now.
    Object of(Scene scene, Focus focus);
}
