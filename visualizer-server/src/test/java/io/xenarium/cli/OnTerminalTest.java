package io.xenarium.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// `xenarium boot` on a terminal, which `script` makes, with somebody who types.
@EnabledOnOs(value = OS.LINUX, disabledReason = "elsewhere `script` takes other options")
@Timeout(300)
class OnTerminalTest {
    private static final int LEAVE = 0x1d;

    private final StringBuilder shown = new StringBuilder();
    private Process terminal;

    @BeforeEach
    void sitDown() throws IOException {
        List<String> words = new ArrayList<>();
        words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        words.add("--enable-native-access=ALL-UNNAMED");
        words.add("--sun-misc-unsafe-memory-access=allow");
        words.add("-Dxenarium.root=" + System.getProperty("xenarium.root"));
        words.addAll(List.of("-cp", System.getProperty("java.class.path")));
        words.addAll(List.of(Main.class.getName(), "boot", "hello", "--memory", "4"));
        String command = "'" + String.join("' '", words) + "'";
        terminal =
                new ProcessBuilder("script", "-qefc", command, "/dev/null")
                        .redirectErrorStream(true)
                        .start();
    }

    @AfterEach
    void getUp() {
        terminal.destroy();
    }

    private void type(String text) throws IOException {
        terminal.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        terminal.getOutputStream().flush();
    }

    /// Reads until `text` is there, and forgets what was before it.
    private void see(String text) throws IOException {
        InputStream screen = terminal.getInputStream();
        while (shown.indexOf(text) < 0) {
            int next = screen.read();
            assertTrue(next >= 0, "no \"" + text + "\", but " + shown);
            shown.append((char) next);
        }
        shown.delete(0, shown.indexOf(text) + text.length());
    }

    private int exitCode() throws InterruptedException {
        assertTrue(terminal.waitFor(2, TimeUnit.MINUTES), "it does not end");
        return terminal.exitValue();
    }

    @Test
    void aPersonTypesAndLeaves() throws Exception {
        see("Ctrl-] leaves.");
        see("hello> ");
        type("help\r");
        see("this text");
        see("hello> ");
        type("x\u007f");
        type("ticks\r");
        see("ticks");
        see("hello> ");
        terminal.getOutputStream().write(LEAVE);
        terminal.getOutputStream().flush();
        assertEquals(0, exitCode());
    }

    @Test
    void theEndOfTheGuestIsTheEndOfTheCommand() throws Exception {
        see("hello> ");
        type("poweroff\r");
        see("hello has shut down.");
        assertEquals(0, exitCode());
    }
}
