package io.xenarium.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import picocli.CommandLine;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;

class StartCommandTest {
    private final StringWriter err = new StringWriter();

    private int run(String... arguments) {
        CommandLine line = Main.commandLine(List.of(new StartCommand()));
        line.setErr(new PrintWriter(err));
        return line.execute(arguments);
    }

    @Test
    void aPortInUseIsSaidAndTheOptionNamed() throws IOException {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertEquals(1, run("start", "--port", "" + other.getLocalPort()));
            assertTrue(
                    err.toString().contains("Port " + other.getLocalPort() + " is in use"),
                    err.toString());
            assertTrue(
                    err.toString().contains("--port " + (other.getLocalPort() + 1)),
                    err.toString());
            assertEquals(1, err.toString().lines().count());
        }
    }

    @Test
    void whatIsNoPortIsSaid() {
        assertEquals(1, run("start", "--port", "70000"));
        assertTrue(err.toString().contains("from 0 to 65535"), err.toString());
    }
}
