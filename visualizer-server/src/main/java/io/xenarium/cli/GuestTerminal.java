package io.xenarium.cli;

import io.xenarium.terms.DomId;
import io.xenarium.toolstack.Host;
import io.xenarium.toolstack.Output;
import io.xenarium.trace.Sentence;
import io.xenarium.trace.Topic;
import io.xenarium.trace.XenEvent;
import io.xenarium.xen.Domain;
import io.xenarium.xen.Stopped;

import org.jline.terminal.Attributes;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jline.utils.NonBlockingReader;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;

/// A guest's console on the terminal of whoever runs the command: runs the machine in short slices,
/// shows what the guest says, types what is typed.
///
/// On a terminal, time in the machine never passes faster than on the wall, and while all of the
/// guest sleeps so does this program. Without a terminal, it runs as fast as it can and each line
/// of the input is typed when the guest waits for one; while none comes and the input stays open, a
/// guest that sleeps goes on as time does on the wall. The end of the guest is the end of all.
final class GuestTerminal {
    private static final int LEAVE = 0x1d;
    private static final int NOTHING = -2;

    /// Virtual time of a slice: a few hundredths of a second on the wall.
    private static final long SLICE_NANOS = 1_000_000;

    /// How long the machine may be busy before it looks at the keyboard again.
    private static final long BUSY_NANOS = 20_000_000;

    /// A guest whose last word was no whole line, and that has said nothing more for so long in
    /// virtual time, stands at a prompt. GRUB loads its modules for about half of that without a
    /// word.
    private static final long PROMPT_NANOS = 20_000_000;

    /// A guest that sleeps, and has said nothing for so long, waits for input. Linux sleeps for
    /// nearly as long while it waits for its disk.
    private static final long ASLEEP_NANOS = 1_500_000_000;

    /// A guest that has said nothing for so long waits for input, whatever it does.
    private static final long SILENT_NANOS = 5_000_000_000L;

    /// How long a guest may be silent after the last line was typed.
    private static final long LAST_NANOS = 3_000_000_000L;

    /// Events that are shown when a guest has crashed.
    private static final int EVENTS_KEPT = 20;

    private final Deque<XenEvent> lastEvents = new ArrayDeque<>();
    private final Host host;
    private final String name;
    private final Pace pace;
    private DomId domain;
    private final PrintStream out = System.out;
    private long shown;
    private int lastByte;
    private long quietSince;

    /// From now on, on a terminal, the machine's time goes as the wall's does: its clock is right
    /// though the terminal still has to be opened.
    ///
    /// @param name of the domain: when it reboots, another takes its place under the same name
    GuestTerminal(Host host, String name) {
        this.host = host;
        pace = new Pace(now());
        domain = host.xl().find(name).map(Domain::id).orElse(DomId.DOM0);
        shown = lastLine(host.consoleOutput(domain));
        this.name = name;
        host.trace().listen(EnumSet.allOf(Topic.class), this::remember);
    }

    /// Where the last line begins: of a machine that goes on, the prompt.
    private static long lastLine(Output output) {
        return output.offset() + output.text().lastIndexOf('\n') + 1;
    }

    private void remember(XenEvent event) {
        lastEvents.addLast(event);
        if (lastEvents.size() > EVENTS_KEPT) {
            lastEvents.removeFirst();
        }
    }

    /// Runs until the guest ends or the user leaves. Returns the exit code.
    int run() throws IOException {
        return isWatched() ? onTerminal() : onPipe();
    }

    /// Whether a person watches, as far as a program can know.
    static boolean isWatched() {
        return System.console() != null && System.console().isTerminal();
    }

    private int onTerminal() throws IOException {
        // JLine would look for a key for a tenth of a second each time, and the guest would wait
        // meanwhile; so a thread of its own is to read.
        System.setProperty("org.jline.terminal.pty.nonBlockingReads", "false");
        try (Terminal terminal = TerminalBuilder.builder().system(true).build()) {
            Attributes before = terminal.enterRawMode();
            Attributes raw = terminal.getAttributes();
            // The guest sends its own line ends.
            raw.setOutputFlag(Attributes.OutputFlag.OPOST, false);
            // Ctrl-C, Ctrl-Z and Ctrl-S are the guest's.
            raw.setLocalFlag(Attributes.LocalFlag.ISIG, false);
            raw.setInputFlag(Attributes.InputFlag.IXON, false);
            // A read waits for a key: nothing after a while would look like the end of the input.
            raw.setControlChar(Attributes.ControlChar.VMIN, 1);
            raw.setControlChar(Attributes.ControlChar.VTIME, 0);
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
        while (isAlive()) {
            catchUp();
            if (show(terminal.output())) {
                pace.wake(now());
            }
            long rest = pace.restMillis(now(), host.hypervisor().idleUntil(), hasEverSlept());
            int typed = rest > 0 || hasInput(terminal) ? terminal.reader().read(rest + 1) : NOTHING;
            if (typed == LEAVE || typed == NonBlockingReader.EOF) {
                return 0;
            }
            if (typed >= 0) {
                catchUp();
                type(terminal, typed);
                pace.wake(now());
            }
        }
        return end();
    }

    private static boolean hasInput(Terminal terminal) throws IOException {
        return terminal.reader().peek(1) >= 0;
    }

    /// Runs as far as the wall's time allows, but not for long at once.
    private void catchUp() {
        long start = System.nanoTime();
        long allowed = pace.allowedNanos(now());
        while (now() < allowed && isAlive() && System.nanoTime() - start < BUSY_NANOS) {
            Stopped stopped = host.run(Math.min(allowed, now() + SLICE_NANOS));
            if (stopped == Stopped.IDLE) {
                return;
            }
        }
    }

    /// Whether the guest ever gave its processor away to wait, instead of asking again and again.
    private boolean hasEverSlept() {
        return domain().stream()
                .flatMap(guest -> guest.vcpus().stream())
                .anyMatch(vcpu -> vcpu.hasEverBlocked());
    }

    private void type(Terminal terminal, int first) throws IOException {
        StringBuilder text = new StringBuilder().append((char) first);
        // A terminal's own words, as its answer where the cursor is, must come as one.
        while (hasInput(terminal)) {
            int more = terminal.reader().read(1);
            if (more < 0 || more == LEAVE) {
                break;
            }
            text.append((char) more);
        }
        host.type(domain, text.toString().getBytes(StandardCharsets.UTF_8));
    }

    private int onPipe() throws IOException {
        LineInput lines = new LineInput(System.in);
        while (isAlive()) {
            if (becomesQuiet() && isAlive()) {
                Optional<String> line = lines.next(mayEndByItself());
                if (lines.isAtEnd()) {
                    runOut();
                    break;
                }
                line.ifPresent(typed ->
                        host.type(domain, (typed + "\r").getBytes(StandardCharsets.UTF_8)));
                quietSince = now() + (line.isPresent() ? 0 : LineInput.PATIENCE_NANOS);
            }
        }
        return isAlive() ? 0 : end();
    }

    /// Whether the guest could go on and end though nothing is typed: it sleeps until some moment.
    /// One that asks again and again waits as long as whoever types wants.
    private boolean mayEndByItself() {
        return hasEverSlept() && host.hypervisor().idleUntil() < Long.MAX_VALUE;
    }

    /// Nothing more will be typed: gives a guest that sleeps now and then, as one that is shutting
    /// down does, the time to end.
    private void runOut() throws IOException {
        Stopped stopped = Stopped.TIME;
        while (stopped != Stopped.IDLE
                && isAlive()
                && hasEverSlept()
                && now() - quietSince < LAST_NANOS) {
            stopped = host.run(now() + SLICE_NANOS);
            if (show(out)) {
                quietSince = now();
            }
        }
    }

    /// Runs a slice. Returns whether the guest now waits for input.
    private boolean becomesQuiet() throws IOException {
        Stopped stopped = host.run(now() + SLICE_NANOS);
        if (show(out)) {
            quietSince = now();
        }
        long quiet = now() - quietSince;
        boolean isAsleep = host.hypervisor().idleUntil() > now();
        return stopped == Stopped.IDLE
                || quiet >= PROMPT_NANOS && lastByte != '\n' && shown > 0
                || quiet >= ASLEEP_NANOS && isAsleep
                || quiet >= SILENT_NANOS;
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
        return host.xl().find(name).stream().toList();
    }

    private long now() {
        return host.machine().clock().nanos();
    }

    /// Shows what is new. Returns whether there was any.
    private boolean show(OutputStream to) throws IOException {
        boolean hasSpoken = showCurrent(to);
        Optional<Domain> current = host.xl().find(name);
        if (current.isPresent() && !current.get().id().equals(domain)) {
            domain = current.get().id();
            shown = 0;
            hasSpoken |= showCurrent(to);
        }
        return hasSpoken;
    }

    private boolean showCurrent(OutputStream to) throws IOException {
        Output output = host.consoleOutput(domain);
        byte[] fresh = output.since(shown);
        shown = output.end();
        lastByte = fresh.length > 0 ? fresh[fresh.length - 1] : lastByte;
        to.write(fresh);
        to.flush();
        return fresh.length > 0;
    }

    private int end() throws IOException {
        show(out);
        Optional<Domain> guest = host.xl().find(name);
        if (guest.isPresent() && guest.get().hasCrashed()) {
            Domain crashed = guest.get();
            out.print("\r\n" + crashed.crashDump().replace("\n", "\r\n"));
            out.print("\r\nThe last events:\r\n");
            lastEvents.forEach(event ->
                    out.print("%8d  %s\r\n".formatted(event.stamp().seq(), Sentence.of(event))));
            String why = crashed.crashReason();
            throw new CommandFailed("%s has crashed: %s".formatted(name, why));
        }
        out.print("%s has shut down.\r\n".formatted(name));
        return 0;
    }
}
