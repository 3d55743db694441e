package io.xenarium.cli;

import io.xenarium.toolstack.GuestShelf;
import io.xenarium.toolstack.Refused;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.nio.file.Path;
import java.util.Optional;

/// `xenarium guest …`: guests that are not part of Xenarium.
@Command(
        name = "guest",
        mixinStandardHelpOptions = true,
        description = "Get guests that others have built: `xenarium guest fetch grub`.")
final class GuestCommand implements Runnable {
    @Spec private CommandSpec spec;

    /// Alone it says what there is.
    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }

    /// Fetches one guest.
    @Command(
            name = "fetch",
            mixinStandardHelpOptions = true,
            description = "Fetch a guest with this machine's own apt-get, into the user's cache.")
    void fetch(
            @Parameters(
                            paramLabel = "GUEST",
                            defaultValue = GuestShelf.GRUB,
                            description = "Which one: grub. Default: ${DEFAULT-VALUE}.")
                    String guest,
            @Option(names = "--again", description = "Fetch it though it is there already.")
                    boolean again) {
        if (!guest.equals(GuestShelf.GRUB)) {
            throw new CommandFailed(
                    "There is no guest \"%s\" to fetch: there is `grub`.".formatted(guest));
        }
        GuestShelf shelf = GuestShelf.ofUser();
        Optional<Path> known = again ? Optional.empty() : shelf.find(guest);
        try {
            Path path = known.orElseGet(shelf::fetchGrub);
            spec.commandLine().getOut().println(path);
            spec.commandLine()
                    .getOut()
                    .println("Debian's GRUB for Xen is there. Boot it: xenarium boot grub");
            spec.commandLine().getOut().flush();
        } catch (Refused refused) {
            throw new CommandFailed(refused.getMessage());
        }
    }
}
