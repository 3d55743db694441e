package io.xenarium.guest;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.xenarium.parts.Parts;
import io.xenarium.terms.DomId;
import io.xenarium.toolstack.Host;
import io.xenarium.toolstack.HostConfig;
import io.xenarium.toolstack.XlConfig;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The hello guest says here what it said on Xen itself. `hello-on-xen-4.17.txt` is what
/// xenconsoled logged of it as a domU of 16 MiB under Xen 4.17.7 with Debian's toolstack, on an
/// emulated PC.
class HelloOnXenTest {
    private static final String PROMPT = "hello> ";
    private static final long SECOND = 1_000_000_000;

    private final Host host =
            Host.of(new HostConfig(1, 64, Parts.reference(HelloOnXenTest.class.getClassLoader())));

    @Test
    void theHelloGuestSaysWhatItSaidOnXenItself() throws IOException {
        String onXen = transcript();
        DomId guest = host.xl().create(XlConfig.of("hello", "hello", 16));
        long nanos = 4 * SECOND;
        host.run(nanos);
        for (String typed : onXen.lines().filter(HelloOnXenTest::isTyped).toList()) {
            host.type(guest, (typed.substring(PROMPT.length()) + "\r").getBytes());
            nanos += SECOND / 10;
            host.run(nanos);
        }
        host.xl().shutdown(guest);
        host.run(nanos + SECOND);
        String here = host.consoleOutput(guest).text();
        String afterTheBanner = here.substring(here.indexOf("\r\nHello from"));
        assertEquals(comparable(onXen), comparable(afterTheBanner));
    }

    private static boolean isTyped(String line) {
        return line.startsWith(PROMPT)
                && line.length() > PROMPT.length()
                && !line.matches(PROMPT + "(tick|port) .*");
    }

    private static String transcript() throws IOException {
        try (InputStream in = HelloOnXenTest.class.getResourceAsStream("hello-on-xen-4.17.txt")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /// Leaves out what may differ between two Xens: frames, ports of dom0, the time, how far the
    /// console daemon has got, and the order of names in a directory.
    private static String comparable(String said) {
        return said.replace("\r", "")
                .replace("\u001b[K", "")
                .strip()
                .lines()
                .map(line -> line.replaceAll("address [0-9a-f]+", "address …"))
                .map(line -> line.replaceAll("port \\d+ of domain 0", "port … of domain 0"))
                .map(line -> line.replaceAll("^\\d+ ticks; .*", "… ticks"))
                .map(line -> line.replaceAll("out \\d+\\.\\.\\d+", "out …"))
                .map(HelloOnXenTest::sortedIfNames)
                .collect(Collectors.joining("\n"));
    }

    private static String sortedIfNames(String line) {
        boolean isDirectory = line.startsWith("vm name ") || line.contains(" console control ");
        return isDirectory || line.contains("feature-poweroff")
                ? Stream.of(line.split(" ")).sorted().collect(Collectors.joining(" "))
                : line;
    }
}
