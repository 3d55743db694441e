/// What the server and its child processes say to each other: JSON records, each behind its length,
/// over a socket that only the two of them can reach. This is all that the server knows of a bench.
///
/// Imports nothing of ours. Start with [io.xenarium.bench.wire.Message].
package io.xenarium.bench.wire;
