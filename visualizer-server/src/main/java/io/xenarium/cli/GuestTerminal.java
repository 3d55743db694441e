package io.xenarium.cli;

import io.xenarium.terms.DomId;
import io.xenarium.toolstack.Host;
import io.xenarium.toolstack.Output;
import io.xenarium.trace.DomainEvent.Life;
import io.xenarium.xen.Domain;
import io.xenarium.xen.Stopped;

import org.jline.terminal.Attributes;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jline.utils.NonBlockingReader;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// A guest's console on the terminal of whoever runs the command: runs the machine in short slices,
/// shows what the guest says, types what is typed.
///
/// On a terminal, time in the machine never passes faster than on the wall, and a guest that only
/// polls gets less and less of the processor until somebody types. Without one, it runs as fast as
/// it can and each line of the input is typed when the guest has become quiet.
final class GuestTerminal {
    private static final int LEAVE = 0x1d;

    /// Virtual time of a slice: a few hundredths of a second on the wall.
    private static final long SLICE_NANOS = 1_000_000;

    /// A guest that has said nothing for so long, in virtual time, waits for input. GRUB loads its
    /// modules for about half of that without a word.
    private static final long QUIET_NANOS = 20_000_000;

    private final Host host;
    private final DomId domain;
    private final PrintStream out = System.out;
    private long shown;
    private long quietSince;

    GuestTerminal(Host host, DomId domain) {
        this.host = host;
        this.domain = domain;
    }

    /// Runs until the guest ends or the user leaves. Returns the exit code.
    int run() throws IOException {
        return System.console() != null && System.console().isTerminal() ? onTerminal() : onPipe();
    }

    private int onTerminal() throws IOException {
        try (Terminal terminal = TerminalBuilder.builder().system(true).build()) {
            Attributes before = terminal.enterRawMode();
            Attributes raw = terminal.getAttributes();
            // The guest sends its own line ends.
            raw.setOutputFlag(Attributes.OutputFlag.OPOST, false);
            terminal.setAttributes(raw);
            try {
                return attached(terminal);
            } finally {
                terminal.setAttributes(before);
                terminal.writer().println();
                terminal.flush();
            }
        }
    }

    private int attached(Terminal terminal) throws IOException {
        terminal.writer().print("Ctrl-] leaves.\r\n");
        terminal.flush();
        Pace pace = new Pace(now());
        while (isAlive()) {
            long until = pace.until(now(), SLICE_NANOS);
            if (until > now()) {
                host.run(until);
            }
            boolean hasSpoken = show(terminal.output());
            int typed = terminal.reader().read(pace.restMillis(hasSpoken, now()));
            if (typed == LEAVE || typed == NonBlockingReader.EOF) {
                return 0;
            }
            if (typed >= 0) {
                type(terminal, typed);
                pace.wake();
            }
        }
        return end();
    }

    private void type(Terminal terminal, int first) throws IOException {
        StringBuilder text = new StringBuilder().append((char) first);
        while (terminal.reader().available() > 0) {
            int more = terminal.reader().read(1);
            if (more < 0 || more == LEAVE) {
                break;
            }
            text.append((char) more);
        }
        host.type(domain, text.toString().getBytes(StandardCharsets.UTF_8));
    }

    private int onPipe() throws IOException {
        BufferedReader lines =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        while (isAlive()) {
            if (becomesQuiet()) {
                String line = lines.readLine();
                if (line == null) {
                    return 0;
                }
                host.type(domain, (line + "\r").getBytes(StandardCharsets.UTF_8));
                quietSince = now();
            }
        }
        return end();
    }

    /// Runs a slice. Returns whether the guest now waits for input.
    private boolean becomesQuiet() throws IOException {
        Stopped stopped = host.run(now() + SLICE_NANOS);
        if (show(out)) {
            quietSince = now();
        }
        return stopped == Stopped.IDLE || now() - quietSince >= QUIET_NANOS;
    }

    private boolean isAlive() {
        return domain().stream().anyMatch(GuestTerminal::isAlive);
    }

    private static boolean isAlive(Domain guest) {
        return switch (guest.life()) {
            case BUILDING, PAUSED, RUNNING -> true;
            case SHUTDOWN, CRASHED, DYING -> false;
        };
    }

    private List<Domain> domain() {
        return host.hypervisor().find(domain).stream().toList();
    }

    private long now() {
        return host.machine().clock().nanos();
    }

    private boolean show(OutputStream to) throws IOException {
        Output output = host.consoleOutput(domain);
        byte[] fresh = output.since(shown);
        shown = output.end();
        to.write(fresh);
        to.flush();
        return fresh.length > 0;
    }

    private int end() {
        for (Domain guest : domain()) {
            if (guest.life() == Life.CRASHED) {
                throw new CommandFailed(
                        "%s has crashed: %s".formatted(guest.name(), guest.crashReason()));
            }
            out.print("%s has shut down.\r\n".formatted(guest.name()));
        }
        return 0;
    }
}
