/// The commands behind `./xenarium`: one class each, named in [io.xenarium.cli.Main].
///
/// A command reads its arguments, calls the module that does the work, and words the outcome. What
/// the user did wrong ends in a [io.xenarium.cli.CommandFailed], one line without a stack trace;
/// exit code 0 means that what was asked for happened, 1 that it did not, 2 that the command line
/// itself was not understood.
///
/// Nobody imports this package. Start reading in `Main`.
package io.xenarium.cli;
