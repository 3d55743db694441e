package io.xenarium.cli;

import io.xenarium.toolstack.GuestShelf;
import io.xenarium.toolstack.LinuxShelf;
import io.xenarium.toolstack.LinuxShelf.Flavour;
import io.xenarium.toolstack.Refused;
import io.xenarium.toolstack.XenShelf;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// `xenarium guest …`: guests that are not part of Xenarium.
@Command(
        name = "guest",
        mixinStandardHelpOptions = true,
        description = "Get guests that others have built: `xenarium guest fetch linux`.")
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
                            description =
                                    "Which one: grub or linux; or xen, for `bench boot`. Default:"
                                            + " ${DEFAULT-VALUE}.")
                    String guest,
            @Option(
                            names = "--flavour",
                            paramLabel = "NAME",
                            split = ",",
                            description = "Which builds of Linux: cloud, amd64. Default: both.")
                    List<String> flavours,
            @Option(names = "--again", description = "Fetch it though it is there already.")
                    boolean again) {
        try {
            switch (guest) {
                case GuestShelf.GRUB -> fetchGrub(again);
                case GuestShelf.LINUX -> fetchLinux(flavours, again);
                case GuestShelf.XEN -> fetchXen(again);
                default ->
                        throw new CommandFailed(
                                "There is no guest \"%s\" to fetch: there are `grub` and `linux`,"
                                        + " and"
                                        + " `xen` itself, which `bench boot` compares with."
                                                .formatted(guest));
            }
        } catch (Refused refused) {
            throw new CommandFailed(refused.getMessage());
        }
    }

    private void fetchGrub(boolean again) {
        GuestShelf shelf = GuestShelf.ofUser();
        Optional<Path> known = again ? Optional.empty() : shelf.find(GuestShelf.GRUB);
        Path path = known.orElseGet(shelf::fetchGrub);
        say(path.toString());
        say("Debian's GRUB for Xen is there. Boot it: xenarium boot grub");
    }

    private void fetchLinux(List<String> named, boolean again) {
        LinuxShelf shelf = GuestShelf.ofUser().linux();
        List<Flavour> wanted =
                named == null
                        ? List.of(Flavour.values())
                        : named.stream().map(Flavour::of).toList();
        List<Flavour> missing =
                wanted.stream().filter(each -> again || shelf.find(each).isEmpty()).toList();
        if (!missing.isEmpty() || shelf.disk().isEmpty()) {
            shelf.fetch(missing, this::say);
        }
        for (Flavour flavour : wanted) {
            shelf.find(flavour).ifPresent(kernel -> say(kernel.image().toString()));
        }
        shelf.disk().ifPresent(disk -> say(disk.toString()));
        say("Debian's Linux is there. Boot it: xenarium boot linux");
    }

    private void fetchXen(boolean again) {
        XenShelf shelf = GuestShelf.ofUser().xen();
        if (again || shelf.find().isEmpty()) {
            shelf.fetch(this::say);
        }
        say("Debian's Xen is there. Compare with it: xenarium bench boot");
    }

    private void say(String line) {
        spec.commandLine().getOut().println(line);
        spec.commandLine().getOut().flush();
    }
}
