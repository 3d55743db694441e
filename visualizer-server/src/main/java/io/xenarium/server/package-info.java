/// The server of the workbook: pages, streams, and the guards in front of them. It holds no
/// machine; whatever concerns one is asked of the bench, a child process, through
/// [io.xenarium.bench.wire], so that a learner's code can never take the pages down.
///
/// May import `bench.wire` and `desk` of this module. Start with [io.xenarium.server.Workbook].
package io.xenarium.server;
