package io.xenarium.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.xenarium.guest.Guests;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import picocli.CommandLine;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

class BootCommandTest {
    @TempDir Path folder;

    private final InputStream in = System.in;
    private final PrintStream out = System.out;
    private final ByteArrayOutputStream shown = new ByteArrayOutputStream();
    private final StringWriter errors = new StringWriter();

    @BeforeEach
    void takeTheStreams() {
        System.setOut(new PrintStream(shown, true, StandardCharsets.UTF_8));
    }

    @AfterEach
    void giveTheStreamsBack() {
        System.setIn(in);
        System.setOut(out);
    }

    private int boot(String typed, String... args) {
        return boot(new ByteArrayInputStream(typed.getBytes(StandardCharsets.UTF_8)), errors, args);
    }

    private static int boot(InputStream typed, StringWriter errors, String... args) {
        System.setIn(typed);
        CommandLine line = Main.commandLine(List.of(new BootCommand()));
        line.setErr(new PrintWriter(errors));
        String[] all = new String[args.length + 1];
        all[0] = "boot";
        System.arraycopy(args, 0, all, 1, args.length);
        return line.execute(all);
    }

    private String said() {
        return shown.toString(StandardCharsets.ISO_8859_1);
    }

    @Test
    void whatIsPipedInIsTypedAndTheCommandEndsWithIt() {
        assertEquals(0, boot("help\nread name\n", "hello", "--memory", "4"));
        assertTrue(said().contains("this text"), said());
        assertTrue(said().contains("hello> read name"), said());
        assertEquals("", errors.toString());
    }

    @Test
    void aGuestThatPowersOffEndsTheCommand() {
        assertEquals(0, boot("poweroff\nhelp\n", "hello", "--memory", "4"));
        assertTrue(said().endsWith("hello has shut down.\r\n"), said());
    }

    @Test
    @Timeout(120)
    void aGuestThatEndsEndsTheCommandThoughTheInputStaysOpen() throws IOException {
        try (PipedOutputStream typing = new PipedOutputStream()) {
            InputStream open = new PipedInputStream(typing);
            typing.write("poweroff\n".getBytes(StandardCharsets.UTF_8));
            assertEquals(0, boot(open, errors, "hello", "--memory", "4"));
        }
        assertTrue(said().endsWith("hello has shut down.\r\n"), said());
        try (PipedOutputStream typing = new PipedOutputStream()) {
            InputStream open = new PipedInputStream(typing);
            typing.write("crash\n".getBytes(StandardCharsets.UTF_8));
            assertEquals(1, boot(open, errors, "hello", "--memory", "4"));
        }
        assertTrue(errors.toString().contains("hello has crashed"), errors.toString());
    }

    @Test
    void theSameInputShowsTheSame() {
        boot("ticks\nports\n", "hello", "--memory", "4");
        String once = said();
        shown.reset();
        boot("ticks\nports\n", "hello", "--memory", "4");
        assertEquals(once, said());
    }

    /// M10 knows no longest instruction, which a sound guest never notices.
    @Test
    void aProcessorOfTheLearnersIsCounted() {
        assertEquals(0, boot("poweroff\n", "hello", "--memory", "4", "--mine", "01:M10"));
        var count = Pattern.compile("Of ([\\d,]+) instructions, your processor executed ([\\d,]+)");
        var told = count.matcher(said());
        assertTrue(told.find(), said());
        long all = Long.parseLong(told.group(1).replace(",", ""));
        long own = Long.parseLong(told.group(2).replace(",", ""));
        assertTrue(own > all / 3 && own < all, told.group());
    }

    @Test
    void aDomainIsMadeFromAConfigurationFile() throws IOException {
        Path config = folder.resolve("web.cfg");
        Files.writeString(config, "name = 'web'\nkernel = 'hello'\nmemory = 4\n");
        assertEquals(0, boot("", "--config", config.toString()));
        assertTrue(said().contains("XenStore says that I am web"), said());
    }

    @Test
    void filesThatAreNoGuestsEndInOneLineAndExitCodeOne() throws IOException {
        byte[] hello = Guests.hello();
        refuses("is no ELF file", file("text", "hello".getBytes(StandardCharsets.UTF_8)));
        refuses("is truncated", file("half", Arrays.copyOf(hello, hello.length / 2)));
        refuses("does not exist", folder.resolve("nowhere").toString());
        refuses("is no file", folder.toString());
        refuses("ask for more memory", file("large", hello), "--memory", "1", "--ramdisk", large());
        refuses("--memory 0", file("none", hello), "--memory", "0");
    }

    private String large() throws IOException {
        return file("ramdisk", new byte[2 << 20]);
    }

    private String file(String name, byte[] bytes) throws IOException {
        return Files.write(folder.resolve(name), bytes).toString();
    }

    private void refuses(String part, String kernel, String... more) {
        errors.getBuffer().setLength(0);
        String[] args = new String[more.length + 2];
        args[0] = "--kernel";
        args[1] = kernel;
        System.arraycopy(more, 0, args, 2, more.length);
        assertEquals(1, boot("", args));
        assertEquals(1, errors.toString().lines().count(), errors.toString());
        assertTrue(errors.toString().contains(part), errors.toString());
    }

    @Test
    void anUnknownGuestIsNamedWithWhatThereIs() {
        assertEquals(1, boot("", "freebsd"));
        assertTrue(errors.toString().contains("say hello, grub, linux, or --kernel FILE"));
    }
}
