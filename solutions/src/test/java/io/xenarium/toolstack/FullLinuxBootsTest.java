package io.xenarium.toolstack;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.xenarium.toolstack.LinuxShelf.Flavour;

import org.junit.jupiter.api.Test;

/// Debian's full kernel, for which the file system of the disk is a module; both engines boot it
/// alike.
class FullLinuxBootsTest {
    @Test
    void itLoadsItsModulesAndStandsOnItsDisk() {
        LinuxInLockStep.Booted booted = LinuxInLockStep.boot(Flavour.AMD64, 256, 1, 1);
        booted.requireAgreement();
        LinuxGuest linux = booted.linux();
        String answer = linux.answer("lsmod; mount; uname -r");
        assertTrue(answer.contains("ext4") && answer.contains("xen_blkfront"), answer);
        assertTrue(answer.contains("/dev/xvda on / type ext4"), answer);
        assertTrue(answer.contains("-amd64") && !answer.contains("cloud"), answer);
    }
}
