package io.xenarium.cli;

import picocli.CommandLine.Option;

import java.util.List;

/// What every command that runs a machine takes: the same options with the same words.
final class MachineOptions {
    @Option(
            names = "--seed",
            paramLabel = "NUMBER",
            description = "Seed of the machine's dice: the same seed, the same run.")
    long seed = 1;

    @Option(
            names = "--mine",
            paramLabel = "LABS",
            split = ",",
            description = "Labs whose slots your own parts fill: 05, or 00,05, or all.")
    List<String> mine = List.of();
}
