package io.xenarium.server;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonElement;
import com.microsoft.playwright.CDPSession;
import com.microsoft.playwright.Page;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Eight hours of a guest's time, as fast as it goes, with a page attached that goes from view to
/// view: nothing grows in its second half. Takes some minutes, and so is not among the tests that
/// every build runs; `-Dxenarium.soak.guest=linux` and `-Dxenarium.soak.hours=1` change it.
///
/// `mvn -pl visualizer-server -am test -Dtest=SoakTest -Dxenarium.excluded=nothing
/// -Dsurefire.failIfNoSpecifiedTests=false`
@Tag("record")
class SoakTest {
    private static final int SAMPLES = 16;
    private static final double GROWTH_MAX = 1.1;

    /// Less than this is noise.
    private static final long GROWTH_BYTES = 4 << 20;

    private static final Pattern USED = Pattern.compile("total \\d+K, used (\\d+)K");

    private static final Pattern ADDRESS = Pattern.compile("http://[\\d.:]+");

    /// What is in use at one moment, after a collection.
    private record Sample(
            double hours,
            long events,
            long benchBytes,
            long serverBytes,
            long pageBytes,
            long nodes,
            long listeners,
            int linkLength) {
        private String row() {
            return "%6.2f  %9d  %8.1f MiB  %8.1f MiB  %8.1f MiB  %6d  %6d  %6d"
                    .formatted(
                            hours,
                            events,
                            benchBytes / 1048576.0,
                            serverBytes / 1048576.0,
                            pageBytes / 1048576.0,
                            nodes,
                            listeners,
                            linkLength);
        }
    }

    @Test
    void inEightHoursOfAGuestsTimeNothingGrows() throws Exception {
        Chromium.require(SoakTest.class);
        String guest = System.getProperty("xenarium.soak.guest", "hello");
        double hours = Double.parseDouble(System.getProperty("xenarium.soak.hours", "8"));
        List<Sample> samples = new ArrayList<>();
        Process server = start(guest);
        String address = address(server);
        try (Browser browser = new Browser(address);
                Chromium chromium = Chromium.at(address)) {
            Page page = chromium.page();
            page.navigate(address + "/chapter/05");
            page.locator(".where").waitFor();
            CDPSession session = page.context().newCDPSession(page);
            session.send("Performance.enable");
            System.out.println(
                    " hours     events         bench        server          page   nodes"
                            + "  listen    link");
            double step = hours * 3600e9 / SAMPLES / StagePageTest.VIEWS.size();
            double nanos = 0;
            for (int i = 1; i <= SAMPLES; i++) {
                try (Listener listener = new Listener(browser)) {
                    for (String view : StagePageTest.VIEWS) {
                        page.locator(".view-select").selectOption(view);
                        nanos += step;
                        runUntil(browser, listener, (long) nanos);
                    }
                }
                samples.add(sample(server, browser, session));
                System.out.println(samples.getLast().row());
            }
        } finally {
            server.destroy();
        }
        check(samples);
    }

    /// A server in a process of its own: this one keeps notes of all that the browser asks for.
    private static Process start(String guest) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-XX:+UseSerialGC"));
        command.add("-Dxenarium.root=" + System.getProperty("xenarium.root"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.addAll(List.of("io.xenarium.cli.Main", "start", "--port", "0", "--guest", guest));
        return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    }

    private static String address(Process server) throws IOException {
        BufferedReader lines =
                new BufferedReader(
                        new InputStreamReader(server.getInputStream(), StandardCharsets.UTF_8));
        Matcher address = ADDRESS.matcher(String.valueOf(lines.readLine()));
        assertTrue(address.find(), "the server did not start");
        return address.group();
    }

    private static void runUntil(Browser browser, Listener listener, long nanos) throws Exception {
        browser.ask("/api/time", "{\"do\":\"run\",\"speed\":1000000000000}");
        while (listener.await("state", _ -> true).path("nanos").asLong() < nanos) {}
        browser.ask("/api/time", "{\"do\":\"pause\"}");
    }

    private static Sample sample(Process server, Browser browser, CDPSession session)
            throws Exception {
        var frame = browser.read("/api/frame");
        int link = browser.read("/api/token").path("token").asString().length();
        session.send("HeapProfiler.collectGarbage");
        ProcessHandle bench = server.children().findFirst().orElseThrow();
        return new Sample(
                frame.path("nanos").asLong() / 3600e9,
                frame.path("t").asLong(),
                heapBytes(bench.pid()),
                heapBytes(server.pid()),
                metric(session, "JSHeapUsedSize"),
                metric(session, "Nodes"),
                metric(session, "JSEventListeners"),
                link);
    }

    private static long metric(CDPSession session, String name) {
        for (JsonElement each : session.send("Performance.getMetrics").getAsJsonArray("metrics")) {
            if (each.getAsJsonObject().get("name").getAsString().equals(name)) {
                return each.getAsJsonObject().get("value").getAsLong();
            }
        }
        throw new AssertionError("Chromium does not tell " + name);
    }

    /// The heap of a JVM after a collection.
    private static long heapBytes(long pid) throws IOException, InterruptedException {
        jcmd(pid, "GC.run");
        long bytes = 0;
        Matcher used = USED.matcher(jcmd(pid, "GC.heap_info"));
        while (used.find()) {
            bytes += Long.parseLong(used.group(1)) * 1024;
        }
        assertTrue(bytes > 0, "jcmd says nothing of the heap");
        return bytes;
    }

    private static String jcmd(long pid, String order) throws IOException, InterruptedException {
        String program = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        Process asked = new ProcessBuilder(program, Long.toString(pid), order).start();
        String answer = new String(asked.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        asked.waitFor();
        return answer;
    }

    /// The largest of the last quarter against the largest of the second one: until then everything
    /// that has a bound may reach it.
    private static void check(List<Sample> samples) {
        List<Sample> early = samples.subList(SAMPLES / 4, SAMPLES / 2);
        List<Sample> late = samples.subList(SAMPLES * 3 / 4, SAMPLES);
        for (var quantity :
                List.<java.util.function.ToLongFunction<Sample>>of(
                        Sample::benchBytes,
                        Sample::serverBytes,
                        Sample::pageBytes,
                        Sample::nodes,
                        Sample::listeners,
                        Sample::linkLength)) {
            long before = early.stream().mapToLong(quantity).max().orElseThrow();
            long after = late.stream().mapToLong(quantity).max().orElseThrow();
            boolean isNoise = before > GROWTH_BYTES && after - before < GROWTH_BYTES;
            assertTrue(
                    after <= before * GROWTH_MAX || isNoise,
                    "from %d to %d: %s".formatted(before, after, samples));
        }
    }
}
