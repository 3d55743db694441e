package io.xenarium.lab07.check;

import io.xenarium.lab.CheckFailed;
import io.xenarium.lab.LinuxRun;
import io.xenarium.lab.Subject;
import io.xenarium.lab.SystemRun;
import io.xenarium.lab.Tier;
import io.xenarium.parts.Parts;
import io.xenarium.toolstack.LinuxShelf;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Optional;

/// The fourth tier: whole computers with the learner's part in them make domains, which boot.
@Tier(4)
public final class T4System {
    private static final String[] TYPED = {"help\r", "ticks\r"};
    private static final long LINUX_NANOS = 3_000_000_000L;
    private static final String LINUX_SAYS = "Linux version";

    @Test
    @Tag("07.6")
    void aGuestBootsAndAnswers() {
        SystemRun xen = SystemRun.reference(TYPED);
        SystemRun mine = SystemRun.mine(TYPED);
        mine.compare(xen, Rules.GUEST, _ -> true);
        if (!mine.text().equals(xen.text())) {
            throw mine.failure(
                    xen,
                    Rules.GUEST,
                    "the guest's last line is `%s`".formatted(last(mine.lines())),
                    "it is `%s`".formatted(last(xen.lines())));
        }
    }

    private static String last(List<String> lines) {
        return lines.isEmpty() ? "" : lines.getLast();
    }

    @Test
    @Tag("07.6")
    void aGuestThatWantsItsListElsewhereBoots() {
        byte[] image =
                Birth.helloWith(
                        Note.number("GNU", 3, 0x6000),
                        Note.number("Xen", 15, 0x80_0000_0000L),
                        Note.shortNumber(16, 1));
        Optional<byte[]> ramdisk = Optional.of(new byte[70_000]);
        List<String> xen = born(Subject.current().reference(), image, ramdisk);
        List<String> mine = born(Subject.current().mine(), image, ramdisk);
        Subject.current().steps().addAll(mine);
        for (int i = 0; i < Math.max(mine.size(), xen.size()); i++) {
            String is = i < mine.size() ? mine.get(i) : "nothing more";
            String wanted = i < xen.size() ? xen.get(i) : "nothing more";
            if (!is.equals(wanted)) {
                throw new CheckFailed(
                        Rules.GUEST,
                        "the guest says `%s`".formatted(is),
                        "it says `%s`".formatted(wanted));
            }
        }
    }

    private static List<String> born(Parts parts, byte[] image, Optional<byte[]> ramdisk) {
        return new Birth(parts, image, ramdisk).asked("help").asked("ticks").lines();
    }

    @Test
    @Tag("07.6")
    void debiansLinuxReachesItsConsole() {
        Optional<LinuxShelf.Kernel> kernel = LinuxRun.kernel();
        if (kernel.isEmpty()) {
            Subject.current()
                    .remark(
                            "Debian's Linux is not on this computer, so it was not booted:"
                                    + " `./xenarium guest fetch linux` brings it");
            return;
        }
        Parts mine = Subject.current().mine();
        String said = LinuxRun.until(LINUX_SAYS, LINUX_NANOS, kernel.get(), mine);
        Subject.current().steps().addAll(said.lines().toList());
        if (!said.contains(LINUX_SAYS)) {
            throw new CheckFailed(
                    Rules.GUEST,
                    said.isBlank()
                            ? "after three seconds Debian's Linux has said nothing"
                            : "Debian's Linux says `%s`".formatted(last(said.lines().toList())),
                    "it says which Linux it is");
        }
    }
}
