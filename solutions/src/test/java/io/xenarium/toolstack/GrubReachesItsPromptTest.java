package io.xenarium.toolstack;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;

import io.xenarium.parts.Parts;
import io.xenarium.parts.Slot;
import io.xenarium.terms.DomId;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/// Debian's GRUB for Xen, unmodified, gets to its prompt and answers. It is fetched where it is not
/// there yet. Where it cannot be had the test says so and is skipped, but not where CI is set.
class GrubReachesItsPromptTest {
    private static final long BOOT_NANOS = 200_000_000;
    private static final long STEP_NANOS = 2_000_000;

    private static Path image;

    @BeforeAll
    static void fetch() {
        image = image();
    }

    /// The image; fetches it.
    static Path image() {
        GuestShelf shelf = GuestShelf.ofUser();
        try {
            return shelf.find(GuestShelf.GRUB).orElseGet(shelf::fetchGrub);
        } catch (Refused refused) {
            String why = "GrubReachesItsPromptTest CANNOT RUN: " + refused.getMessage();
            if ("true".equals(System.getenv("CI"))) {
                throw new AssertionError(why + " (in CI it has to)", refused);
            }
            System.err.println(why);
            return abort(why);
        }
    }

    @Test
    void grubReachesItsPromptAndAnswersFourCommands() {
        Parts parts = Parts.reference(GrubReachesItsPromptTest.class.getClassLoader());
        Host host = Host.of(new HostConfig(1, 160, parts));
        DomId grub = host.xl().create(XlConfig.of("grub", image.toString(), 128));
        String boot = answer(host, grub, 0, "grub> ");
        assertTrue(boot.contains("GNU GRUB  version"), boot);
        asks(host, grub, "ls", "(memdisk) (proc)");
        asks(host, grub, "echo A word said", "\n\rA word said");
        asks(host, grub, "help", "xen_ls [DIR]");
        asks(host, grub, "set", "grub_platform=xen");
    }

    /// Some twenty-six million instructions of other people's code.
    @Test
    void grubReachesItsPromptOnAProcessorThatIsAPart() {
        Parts parts = Parts.reference(GrubReachesItsPromptTest.class.getClassLoader());
        Parts lent = parts.with(Slot.PROCESSOR, parts.processor(), Parts.Holder.YOURS);
        Host host = Host.of(new HostConfig(1, 160, lent));
        DomId grub = host.xl().create(XlConfig.of("grub", image.toString(), 128));
        answer(host, grub, 0, "grub> ");
        asks(host, grub, "echo A word said", "\n\rA word said");
    }

    private static void asks(Host host, DomId grub, String command, String expected) {
        long before = host.consoleOutput(grub).end();
        host.type(grub, (command + "\r").getBytes(StandardCharsets.US_ASCII));
        String answer = answer(host, grub, before, "grub> ");
        assertTrue(answer.contains(expected), command + " answered: " + answer);
    }

    /// What the guest says up to `end`.
    private static String answer(Host host, DomId guest, long from, String end) {
        long limit = host.machine().clock().nanos() + BOOT_NANOS;
        String said = "";
        while (!said.contains(end)) {
            assertTrue(host.machine().clock().nanos() < limit, "no " + end + " after: " + said);
            host.run(host.machine().clock().nanos() + STEP_NANOS);
            byte[] bytes = host.consoleOutput(guest).since(from);
            said = new String(bytes, StandardCharsets.ISO_8859_1);
        }
        return said;
    }
}
