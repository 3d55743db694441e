package io.xenarium.toolstack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.xenarium.parts.Parts;
import io.xenarium.terms.DomId;
import io.xenarium.toolstack.DiskSpec.Access;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

class MachineFileTest {
    @TempDir Path folder;

    private final Parts parts = Parts.reference(MachineFileTest.class.getClassLoader());

    private Host withDisk() throws IOException {
        Path image = Files.write(folder.resolve("image"), new byte[64 << 10]);
        Host host = Computers.small(1);
        DiskSpec disk = new DiskSpec(image.toString(), "xvda", Access.COW);
        host.xl().create(XlConfig.of("hello", Images.HELLO, 4).with(List.of(disk)));
        run(host, 20);
        return host;
    }

    private static void run(Host host, long milliseconds) {
        host.run(host.machine().clock().nanos() + milliseconds * 1_000_000);
    }

    @Test
    void aKeptMachineGoesOnAsTheOneThatWasNotKept() throws IOException {
        Host host = withDisk();
        Path file = folder.resolve("kept");
        host.keep(file);
        Host other = Host.from(file, parts);
        assertEquals(host.stateHash(), other.stateHash());
        assertEquals(List.of("hello"), other.xl().names());
        for (Host each : List.of(host, other)) {
            Computers.type(each, new DomId(1), "read name");
            run(each, 30);
        }
        assertEquals(host.stateHash(), other.stateHash());
        assertTrue(other.consoleOutput(new DomId(1)).text().contains("hello> read name"));
    }

    @Test
    void whatIsNoKeptMachineIsRefused() throws IOException {
        Host host = withDisk();
        Path file = folder.resolve("kept");
        host.keep(file);
        byte[] bytes = Files.readAllBytes(file);
        refuses("keeps no machine", "hello, I am a text".getBytes());
        refuses("is damaged", java.util.Arrays.copyOf(bytes, bytes.length / 2));
        refuses("is damaged", java.util.Arrays.copyOf(bytes, 4));
        byte[] flipped = bytes.clone();
        flipped[bytes.length / 2] ^= 1;
        refuses("is damaged", flipped);
        byte[] later = bytes.clone();
        later[11]++;
        refuses("another version", later);
        assertThrows(Refused.class, () -> Host.from(folder.resolve("nowhere"), parts));
    }

    private void refuses(String part, byte[] bytes) throws IOException {
        Path file = Files.write(folder.resolve("other"), bytes);
        String why = assertThrows(Refused.class, () -> Host.from(file, parts)).getMessage();
        assertTrue(why.contains(part), why);
    }
}
