/// What the page is shown, as records that become JSON: each is made from the real state of the
/// computer at one moment, by a method `of` that only looks.
///
/// May import the packages of `hypervisor`. Start with [io.xenarium.bench.view.Frame].
package io.xenarium.bench.view;
