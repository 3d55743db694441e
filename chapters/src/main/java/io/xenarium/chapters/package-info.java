/// The renderer of the chapters: AsciiDoc beside this module's pom becomes HTML fragments and
/// `chapters.json` in the jar, while building. Start at [io.xenarium.chapters.Render].
///
/// Nobody imports this package: whoever serves the pages reads the fragments as plain resources, so
/// that JRuby, which Asciidoctor brings, is loaded by the build alone.
package io.xenarium.chapters;
