/// The lab engine: cuts the skeletons, compiles and runs a learner's part, checks it, and words
/// what it finds. Usable without a page.
///
/// - One source: [io.xenarium.lab.Cut] makes `labs/NN-…/src/main` from `solutions/NN-…/src/main`.
/// - Running: [io.xenarium.lab.Runner] compiles ([io.xenarium.lab.Compile]), adds a step budget
///   ([io.xenarium.lab.Weave]), loads through a fresh loader, runs the checks of the lab with
///   JUnit, and reports each verdict as it comes ([io.xenarium.lab.CheckEvent]).
/// - What the checks use: [io.xenarium.lab.Subject] (the part to check),
///   [io.xenarium.lab.CheckFailed] (the four lines), [io.xenarium.lab.Search] (interleavings).
///
/// Imports `hypervisor` only. Start reading in `Runner`.
package io.xenarium.lab;
