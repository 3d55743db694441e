package io.xenarium.server;

import java.nio.file.Path;
import java.util.List;

/// What a workbook starts with.
///
/// @param port where to listen; 0 leaves the choice to the system
/// @param seed the seed of the machine's dice
/// @param mine the labs whose slots the reader's own parts fill, two digits each
/// @param guest the guest that is booted: `hello`, `grub`, or the path of an ELF image
/// @param root the folder that holds the labs
public record WorkbookConfig(int port, long seed, List<String> mine, String guest, Path root) {
    /// Where the workbook listens unless told otherwise.
    public static final int DEFAULT_PORT = 7070;

    /// Our own small guest.
    public static final String HELLO = "hello";

    public WorkbookConfig {
        mine = List.copyOf(mine);
    }

    /// The labs are those of the workbook that this is part of.
    public WorkbookConfig(int port, long seed, List<String> mine, String guest) {
        this(port, seed, mine, guest, Path.of(System.getProperty("xenarium.root", ".")));
    }
}
