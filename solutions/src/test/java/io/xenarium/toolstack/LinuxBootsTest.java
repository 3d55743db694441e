package io.xenarium.toolstack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.xenarium.machine.Dice;
import io.xenarium.machine.device.Disk;
import io.xenarium.toolstack.LinuxShelf.Flavour;
import io.xenarium.trace.DomainEvent.Life;
import io.xenarium.xen.Snapshot;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Debian's cloud kernel on its disk. It is booted once, with the interpreter beside the translator
/// now and then ([LinuxInLockStep]); each test begins at its prompt.
class LinuxBootsTest {
    private static final long SECOND = 1_000_000_000L;
    private static final int FILE_BYTES = 20_000;
    private static final int LOSSES = 8;

    private static final Pattern DATE =
            Pattern.compile("time.tv_sec: +([0-9]+)\\s+time.tv_usec: +([0-9]+)");

    private static LinuxInLockStep.Booted booted;
    private static LinuxGuest linux;
    private static Snapshot atPrompt;

    @TempDir Path folder;

    @BeforeAll
    static void boot() {
        booted = LinuxInLockStep.boot(Flavour.CLOUD, 128, 1, 1);
        linux = booted.linux();
        atPrompt = linux.host.keyframe();
    }

    @BeforeEach
    void goBackToThePrompt() {
        linux.host.restore(atPrompt);
        linux.host.machine().journal().cutFuture();
    }

    @Test
    void bothEnginesBootItAlike() {
        booted.requireAgreement();
    }

    @Test
    void itKnowsItsProcessorItsDiskAndItself() {
        String cpu = linux.answer("cat /proc/cpuinfo");
        assertTrue(cpu.contains("processor\t: 0") && cpu.contains("hypervisor"), cpu);
        String mounts = linux.answer("mount; id; uname -r");
        assertTrue(mounts.contains("/dev/xvda on / type ext4 (rw,relatime)"), mounts);
        assertTrue(mounts.contains("uid=0") && mounts.contains("cloud-amd64"), mounts);
    }

    @Test
    void nothingInItsLogIsABugOrAnOops() {
        String log = linux.answer("dmesg");
        assertTrue(log.contains("Hypervisor detected: Xen PV"), log);
        for (String bad :
                List.of("BUG", "WARNING", "Oops", "Call Trace", "I/O error", "detected stall")) {
            assertFalse(log.contains(bad), bad + " in:\n" + log);
        }
    }

    @Test
    void forksPipesAndSleepsWork() {
        String answer =
                linux.answer(
                        "i=0; while [ $i -lt 50 ]; do echo $i | cat | wc -c >> /tmp/n;"
                                + " i=$((i+1)); done; wc -l < /tmp/n; sleep 2; echo o''ver");
        assertTrue(answer.contains("\n50\r") && answer.contains("over"), answer);
    }

    @Test
    void itsDateIsThatOfTheMachineThoughItWasBusyAndThoughItSlept() {
        requireRightDate();
        linux.run(2 * 3600 * SECOND);
        requireRightDate();
        linux.answer("i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; echo o''ver");
        requireRightDate();
    }

    /// The guest says its date to the microsecond, some time between question and answer.
    private static void requireRightDate() {
        Instant asked = LinuxGuest.SWITCHED_ON.plusNanos(linux.now());
        String said = linux.answer("adjtimex");
        Matcher date = DATE.matcher(said);
        assertTrue(date.find(), said);
        Instant told =
                Instant.ofEpochSecond(
                        Long.parseLong(date.group(1)), Long.parseLong(date.group(2)) * 1_000);
        Instant answered = LinuxGuest.SWITCHED_ON.plusNanos(linux.now());
        assertTrue(told.isAfter(asked) && told.isBefore(answered), asked + " " + told);
    }

    @Test
    void theDiskIsWrittenReadAndClean() {
        String answer =
                linux.answer(
                        "dd if=/dev/urandom of=/a bs=64k count=64 2>/dev/null; cp /a /b; sync;"
                                + " echo 3 > /proc/sys/vm/drop_caches; cmp /a /b && echo s''ame;"
                                + " mount -o remount,ro / && e2fsck -fn /dev/xvda; echo fsck=$?");
        assertTrue(answer.contains("same"), answer);
        assertTrue(answer.contains("fsck=0"), answer);
    }

    @Test
    void itPowersOffAndItsDomainSaysSo() {
        linux.type("poweroff");
        linux.run(5 * SECOND);
        assertEquals(Life.SHUTDOWN, linux.domain().life());
        assertEquals(0, linux.domain().shutdownReason());
        assertFalse(linux.domain().hasCrashed());
    }

    @Test
    void itRebootsIntoANewDomainWithTheSameDisk() {
        linux.answer("echo kept > /kept; sync");
        linux.type("reboot");
        linux.run(3 * SECOND);
        assertTrue(linux.wasMadeAnew(), linux.host.xl().list());
        linux.waitFor(0, "Linux version 6.", 10 * SECOND);
        assertEquals(1, linux.host.blocks().devices().size());
        Disk disk = linux.host.disks().find(linux.disk).orElseThrow();
        boolean isThere = false;
        for (long sector = 0; sector < disk.sectors(); sector += 8) {
            isThere |= startsWith(disk.read(sector, 1), "kept\n");
        }
        assertTrue(isThere, "the disk has lost what was written before the reboot");
    }

    private static boolean startsWith(byte[] bytes, String text) {
        return new String(bytes, 0, text.length(), StandardCharsets.ISO_8859_1).equals(text);
    }

    @Test
    void aPanicIsACrashWithItsRegisters() {
        linux.type("echo c > /proc/sysrq-trigger");
        linux.run(3 * SECOND);
        assertTrue(linux.domain().hasCrashed(), linux.host.xl().list());
        assertTrue(linux.domain().crashDump().contains("RIP:"), linux.domain().crashDump());
        assertTrue(linux.said(0).contains("Kernel panic"), linux.said(0));
    }

    @Test
    void whatWasSyncedSurvivesALossOfPowerAtAnyMoment() throws Exception {
        long from = linux.end();
        linux.type(
                ("i=0; while [ $i -lt 60 ]; do head -c %d /dev/zero | tr '\\0' x |"
                                + " dd of=/f$i conv=fsync 2>&- && echo ac''ked$i.;"
                                + " i=$((i+1)); done")
                        .formatted(FILE_BYTES));
        linux.waitFor(from, "acked0.", 20 * SECOND);
        int checked = 0;
        for (int loss = 0; loss < LOSSES; loss++) {
            linux.run(1_300_000L * (loss + 1));
            Snapshot before = linux.host.keyframe();
            Disk disk = linux.host.disks().find(linux.disk).orElseThrow();
            disk.losePower(new Dice(loss));
            checked += checkFiles(image(disk, loss), linux.said(from));
            linux.host.restore(before);
        }
        assertTrue(checked > LOSSES, "too few files were acknowledged: " + checked);
    }

    private Path image(Disk disk, int number) throws IOException {
        Path path = folder.resolve("lost" + number);
        try (FileChannel file =
                FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            byte[] none = new byte[256 * Disk.SECTOR_BYTES];
            for (long sector = 0; sector < disk.sectors(); sector += 256) {
                byte[] data = disk.read(sector, 256);
                boolean isLast = sector + 256 >= disk.sectors();
                if (isLast || !java.util.Arrays.equals(data, none)) {
                    file.write(ByteBuffer.wrap(data), sector * Disk.SECTOR_BYTES);
                }
            }
        }
        return path;
    }

    /// Mends the file system by its journal alone, as a mount would, and looks for the files that
    /// the guest was told were safe. Returns how many there are.
    private int checkFiles(Path image, String said) throws Exception {
        String mended = run("e2fsck", "-p", image.toString());
        String verdict = run("e2fsck", "-fn", image.toString());
        assertTrue(verdict.contains("Pass 5") && verdict.endsWith("exit 0"), mended + verdict);
        int count = 0;
        for (var acked = Pattern.compile("acked(\\d+)\\.").matcher(said); acked.find(); count++) {
            String file = run("debugfs", "-R", "cat /f" + acked.group(1), image.toString());
            assertTrue(file.contains("x".repeat(FILE_BYTES)), file);
        }
        return count;
    }

    private static String run(String program, String... arguments) throws Exception {
        List<String> command = new java.util.ArrayList<>(List.of("/sbin/" + program));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output =
                new String(process.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        return output.strip() + "\nexit " + process.waitFor();
    }
}
