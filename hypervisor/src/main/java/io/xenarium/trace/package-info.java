/// What happened, as facts: one sealed family of events that every reader (tests, log, pictures,
/// the chain behind "why?") goes through with an exhaustive `switch`. Start with
/// [io.xenarium.trace.XenEvent].
///
/// Events describe and never drive: going back in time is done from inputs, not from events. They
/// hold numbers, no sentences; words are made by whoever reads ([io.xenarium.trace.Sentence]).
///
/// May import `terms` and `abi`.
package io.xenarium.trace;
