package io.xenarium.toolstack;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.xenarium.toolstack.LinuxShelf.Flavour;

import org.junit.jupiter.api.Test;

/// Debian's full kernel, for which the file system of the disk is a module: half a minute on the
/// interpreter.
class FullLinuxBootsTest {
    @Test
    void itLoadsItsModulesAndStandsOnItsDisk() {
        LinuxGuest linux = LinuxGuest.boot(Flavour.AMD64, 256, 1);
        String answer = linux.answer("lsmod; mount; uname -r");
        assertTrue(answer.contains("ext4") && answer.contains("xen_blkfront"), answer);
        assertTrue(answer.contains("/dev/xvda on / type ext4"), answer);
        assertTrue(answer.contains("-amd64") && !answer.contains("cloud"), answer);
    }
}
