package io.xenarium.server;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.microsoft.playwright.CDPSession;
import com.microsoft.playwright.Page;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// How smooth the stage is while a guest runs, view by view: no test, but a table to read, since
/// the figures are this computer's.
///
/// `mvn -pl visualizer-server -am test -Dtest=SmoothnessTest -Dxenarium.excluded=nothing
/// -Dsurefire.failIfNoSpecifiedTests=false`; `-Dxenarium.views=store,history` for some of them.
@Tag("record")
class SmoothnessTest {
    private static final int WATCHED_MILLIS = 4000;

    /// Of the page's main thread, in processor time: what else the computer does counts little.
    private static final List<String> DURATIONS =
            List.of("TaskDuration", "ScriptDuration", "LayoutDuration", "RecalcStyleDuration");

    private static final String COUNT =
            """
            async (millis) => {
              const { on } = await import('/app/machine.js');
              let frames = 0, bytes = 0, tasks = 0, longest = 0;
              on('state', (now) => { frames++; bytes += JSON.stringify(now).length; });
              new PerformanceObserver((list) => {
                for (const task of list.getEntries()) { tasks++; longest = Math.max(longest, task.duration); }
              }).observe({ type: 'longtask' });
              const gaps = [];
              await new Promise((done) => {
                const start = performance.now();
                let last = start;
                const next = (time) => {
                  gaps.push(time - last);
                  last = time;
                  if (performance.now() - start < millis) requestAnimationFrame(next); else done();
                };
                requestAnimationFrame(next);
              });
              gaps.shift();
              gaps.sort((a, b) => a - b);
              return [gaps.length * 1000 / millis, gaps[Math.floor(gaps.length * 0.95)] ?? 0, tasks, longest, frames, bytes / Math.max(1, frames)];
            }
            """;

    @ParameterizedTest
    @ValueSource(strings = {"hello", "linux"})
    void everyViewWhileAGuestRuns(String guest) {
        Chromium.require(SmoothnessTest.class);
        try (Workbook workbook = Workbook.start(new WorkbookConfig(0, 1, List.of(), guest));
                Chromium chromium = Chromium.on(workbook)) {
            System.out.printf(
                    "%s, for a second:%nview          pictures  95 %% within  long tasks  longest"
                            + "  frames  bytes each  main thread  a frame  script  layout  style%n",
                    guest);
            String chosen = System.getProperty("xenarium.views", "");
            for (String view : StagePageTest.VIEWS) {
                if (chosen.isEmpty() || chosen.contains(view)) {
                    System.out.println(row(workbook, chromium, view));
                }
            }
        }
    }

    private static String row(Workbook workbook, Chromium chromium, String view) {
        Page page = chromium.page();
        page.navigate(workbook.address() + "/chapter/speed?view=" + view);
        page.locator(".where").waitFor();
        page.evaluate(
                "async () => (await import('/app/machine.js')).time({ do: 'run', speed: 1e12 })");
        page.waitForTimeout(1000);
        CDPSession session = page.context().newCDPSession(page);
        JsonObject domain = new JsonObject();
        domain.addProperty("timeDomain", "threadTicks");
        session.send("Performance.enable", domain);
        Map<String, Double> before = metrics(session);
        List<?> seen = (List<?>) page.evaluate(COUNT, WATCHED_MILLIS);
        Map<String, Double> after = metrics(session);
        double[] numbers = seen.stream().mapToDouble(it -> ((Number) it).doubleValue()).toArray();
        double seconds = WATCHED_MILLIS / 1000.0;
        StringBuilder row = new StringBuilder();
        row.append(
                "%-12s  %8.1f  %8.1f ms  %10.1f  %4.0f ms  %6.1f  %10.0f"
                        .formatted(
                                view,
                                numbers[0],
                                numbers[1],
                                numbers[2] / seconds,
                                numbers[3],
                                numbers[4] / seconds,
                                numbers[5]));
        for (int i = 0; i < DURATIONS.size(); i++) {
            String name = DURATIONS.get(i);
            double millis = 1000 * (after.get(name) - before.get(name));
            row.append("  %5.0f ms".formatted(millis / seconds));
            if (i == 0) {
                row.append("  %5.1f ms".formatted(millis / Math.max(1, numbers[4])));
            }
        }
        page.close();
        return row.toString().toLowerCase(Locale.ROOT);
    }

    private static Map<String, Double> metrics(CDPSession session) {
        Map<String, Double> metrics = new HashMap<>();
        for (JsonElement each : session.send("Performance.getMetrics").getAsJsonArray("metrics")) {
            JsonObject metric = each.getAsJsonObject();
            metrics.put(metric.get("name").getAsString(), metric.get("value").getAsDouble());
        }
        return metrics;
    }
}
