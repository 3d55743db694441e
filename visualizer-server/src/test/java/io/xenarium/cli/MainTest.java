package io.xenarium.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.xenarium.terms.NotYet;

import org.junit.jupiter.api.Test;

import picocli.CommandLine;
import picocli.CommandLine.Command;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;

class MainTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Command(name = "boot", description = "Boots a guest.")
    static final class Boot implements Runnable {
        @Override
        public void run() {
            throw new CommandFailed("no such file: vmlinuz. Give the path of a kernel.");
        }
    }

    @Command(name = "check", description = "Checks a lab.")
    static final class Check implements Runnable {
        @Override
        public void run() {
            throw new IllegalStateException("ours");
        }
    }

    @Test
    void withoutACommandTheWorkbookStarts() {
        assertArrayEquals(new String[] {"start"}, Main.withCommand(new String[0]));
        assertArrayEquals(
                new String[] {"start", "--port", "8080"},
                Main.withCommand(new String[] {"--port", "8080"}));
        assertArrayEquals(new String[] {"--help"}, Main.withCommand(new String[] {"--help"}));
        assertArrayEquals(
                new String[] {"check", "05"}, Main.withCommand(new String[] {"check", "05"}));
    }

    @Test
    void helpShowsTheCommandsUnderTheirHeadings() {
        assertEquals(0, execute("--help"));
        String help = out.toString().replace("\r\n", "\n");
        assertTrue(help.contains("Labs:\n  check     Checks a lab.\n"), help);
        assertTrue(help.contains("Guests:\n  boot      Boots a guest.\n"), help);
    }

    @Test
    void aMistypedCommandGetsASuggestion() {
        assertEquals(2, execute("chekc"));
        assertTrue(err.toString().contains("chekc"), err.toString());
        assertTrue(err.toString().contains("xenarium check"), err.toString());
    }

    @Test
    void whatTheUserCanMendIsToldInOneLine() {
        assertEquals(1, execute("boot"));
        assertEquals(
                "xenarium: no such file: vmlinuz. Give the path of a kernel.",
                err.toString().strip());
    }

    @Command(name = "watch", description = "Boots on a part that is not written.")
    static final class Unwritten implements Runnable {
        @Override
        public void run() {
            throw new NotYet("05.2", "set pending, then ...");
        }
    }

    @Test
    void whatIsNotWrittenYetIsNoFaultOfOurs() {
        assertEquals(1, execute("watch"));
        assertTrue(err.toString().contains("05.2 is not written yet: set pending"), err.toString());
        assertTrue(err.toString().contains("xenarium hint 05.2"), err.toString());
        assertFalse(err.toString().contains("\tat "), err.toString());
    }

    @Test
    void aFaultOfOursShowsWhereItIs() {
        assertEquals(1, execute("check"));
        assertTrue(err.toString().contains("IllegalStateException: ours"), err.toString());
    }

    @Test
    void theVersionComesFromTheBuild() throws Exception {
        assertFalse(Version.number().contains("$"), Version.number());
    }

    private int execute(String... args) {
        CommandLine line = Main.commandLine(List.of(new Boot(), new Check(), new Unwritten()));
        line.setOut(new PrintWriter(out, true));
        line.setErr(new PrintWriter(err, true));
        return Main.execute(line, args);
    }
}
