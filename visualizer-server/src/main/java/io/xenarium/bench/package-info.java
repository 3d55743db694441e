/// The bench: a child process that holds the computer, the learner's parts and JShell. One thread
/// runs the machine ([io.xenarium.bench.MachineRoom]), one runs cells, one listens to the server;
/// whatever touches the computer does so on the machine's thread.
///
/// May import `hypervisor`, `labs` and `bench.*`, never `server`. Start with
/// [io.xenarium.bench.Bench].
package io.xenarium.bench;
