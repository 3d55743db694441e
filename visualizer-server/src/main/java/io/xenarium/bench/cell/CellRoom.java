package io.xenarium.bench.cell;

import io.xenarium.bench.wire.WakefulClock;

import jdk.jshell.Diag;
import jdk.jshell.EvalException;
import jdk.jshell.JShell;
import jdk.jshell.JShellException;
import jdk.jshell.Snippet;
import jdk.jshell.SnippetEvent;
import jdk.jshell.SourceCodeAnalysis;
import jdk.jshell.SourceCodeAnalysis.Completeness;
import jdk.jshell.SourceCodeAnalysis.CompletionInfo;
import jdk.jshell.execution.LocalExecutionControl;
import jdk.jshell.spi.ExecutionControl;
import jdk.jshell.spi.ExecutionControlProvider;
import jdk.jshell.spi.ExecutionEnv;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/// Where cells run: one JShell, one thread, one cell at a time.
///
/// 1. A cell has [#BUDGET_SECONDS]; then it is stopped as by the button. What JShell cannot stop (a
///    call into other code that never returns) ends with the whole bench, by the server.
/// 2. What a cell prints is part of its outputs, as much of it as fits.
public final class CellRoom {
    /// How long a cell may run.
    public static final int BUDGET_SECONDS = 10;

    private static final int STOP_AGAIN_MILLIS = 100;
    private static final int SUGGESTIONS_MAX = 200;

    private static final List<String> PRELUDE =
            List.of(
                    "import java.util.*;",
                    "import java.util.function.*;",
                    "import java.util.stream.*;",
                    "import io.xenarium.abi.*;",
                    "import io.xenarium.machine.*;",
                    "import io.xenarium.terms.*;",
                    "import io.xenarium.trace.*;",
                    "import io.xenarium.bench.cell.*;",
                    "Xen xen = Xen.live();",
                    "Store store = xen.store();",
                    "Dom dom(int id) { return xen.dom(id); }");

    /// One thing that a cell gave.
    ///
    /// @param kind value, out or error
    public record CellOutput(String kind, String text) {}

    /// What could stand at the cursor.
    ///
    /// @param anchor where the text begins that an item replaces
    public record Suggestions(int anchor, List<String> items) {}

    private final ExecutorService thread =
            Executors.newSingleThreadExecutor(
                    work -> Thread.ofPlatform().daemon().name("cells").unstarted(work));
    private final ScheduledExecutorService budget =
            Executors.newSingleThreadScheduledExecutor(
                    work -> Thread.ofPlatform().daemon().name("cell budget").unstarted(work));
    private final WakefulClock clock = new WakefulClock();
    private final AtomicBoolean isBusy = new AtomicBoolean();

    /// When the cell that runs was told to stop, in milliseconds; 0 where it was not.
    private final AtomicLong stoppedMillis = new AtomicLong();

    private final Printed printed = new Printed();
    private volatile JShell shell;

    /// What the cell that runs has declared last: said where it says nothing else.
    private Optional<CellOutput> declared = Optional.empty();

    /// A room whose cells see the computer behind `grip`. JShell is made and warmed up in the
    /// background.
    public CellRoom(Grip grip) {
        Xen.hold(grip);
        System.setOut(printed.stream());
        thread.execute(this::prepare);
    }

    private void prepare() {
        JShell made =
                JShell.builder()
                        .executionEngine(new InThisProcess(), Map.of())
                        .compilerOptions("-Xlint:none")
                        .build();
        PRELUDE.forEach(made::eval);
        made.sourceCodeAnalysis().completionSuggestions("xen.", 4, new int[1]);
        shell = made;
    }

    /// Runs a cell in the background; `done` hears its outputs on the cells' thread. Refused while
    /// another one runs.
    public boolean run(String code, Consumer<List<CellOutput>> done) {
        if (!isBusy.compareAndSet(false, true)) {
            return false;
        }
        thread.execute(() -> {
            List<CellOutput> outputs;
            try {
                outputs = evaluate(code);
            } finally {
                stoppedMillis.set(0);
                isBusy.set(false);
            }
            done.accept(outputs);
        });
        return true;
    }

    /// Stops the cell that runs: asks again and again until it has ended, because JShell only stops
    /// what is running at this very moment, not what it is about to run.
    public void stop() {
        if (isBusy.get() && stoppedMillis.compareAndSet(0, 1 + clock.millis())) {
            askToStop();
        }
    }

    private void askToStop() {
        if (isBusy.get() && stoppedMillis.get() != 0) {
            JShell made = shell;
            if (made != null) {
                made.stop();
            }
            budget.schedule(this::askToStop, STOP_AGAIN_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    /// How long the cell that runs has gone on after it was told to stop.
    public long overdueMillis() {
        long now = 1 + clock.millis();
        long since = stoppedMillis.get();
        return since == 0 ? 0 : now - since;
    }

    /// What could stand at the cursor; nothing while a cell runs. `done` hears it on the cells'
    /// thread.
    public void complete(String code, int cursor, Consumer<Suggestions> done) {
        if (isBusy.get()) {
            done.accept(new Suggestions(cursor, List.of()));
        } else {
            thread.execute(() -> done.accept(suggestions(code, cursor)));
        }
    }

    private Suggestions suggestions(String code, int cursor) {
        int[] anchor = new int[1];
        List<String> items =
                shell
                        .sourceCodeAnalysis()
                        .completionSuggestions(code, Math.clamp(cursor, 0, code.length()), anchor)
                        .stream()
                        .map(SourceCodeAnalysis.Suggestion::continuation)
                        .distinct()
                        .limit(SUGGESTIONS_MAX)
                        .toList();
        return new Suggestions(anchor[0], items);
    }

    private List<CellOutput> evaluate(String code) {
        List<CellOutput> outputs = new ArrayList<>();
        declared = Optional.empty();
        ScheduledFuture<?> alarm = budget.schedule(this::stop, BUDGET_SECONDS, TimeUnit.SECONDS);
        String rest = code;
        boolean goesOn = true;
        while (goesOn && !rest.isBlank() && stoppedMillis.get() == 0) {
            CompletionInfo first = shell.sourceCodeAnalysis().analyzeCompletion(rest);
            String source = first.completeness() == Completeness.EMPTY ? "" : first.source();
            goesOn = evaluateOne(source == null ? rest : source, outputs);
            rest = source == null ? "" : first.remaining();
        }
        boolean wasTimeUp = !alarm.cancel(false);
        if (stoppedMillis.get() != 0) {
            outputs.add(new CellOutput("error", stopped(wasTimeUp)));
        }
        if (outputs.isEmpty()) {
            declared.ifPresent(outputs::add);
        }
        return outputs;
    }

    private static String stopped(boolean wasTimeUp) {
        return wasTimeUp ? "Stopped after %d seconds.".formatted(BUDGET_SECONDS) : "Stopped.";
    }

    /// Evaluates one snippet; whether the next one may follow.
    private boolean evaluateOne(String source, List<CellOutput> outputs) {
        boolean isGood = true;
        printed.begin();
        List<SnippetEvent> events = source.isBlank() ? List.of() : shell.eval(source);
        String out = printed.end();
        if (!out.isEmpty()) {
            outputs.add(new CellOutput("out", out));
        }
        for (SnippetEvent event : events) {
            isGood &= tell(event, outputs);
        }
        return isGood;
    }

    private boolean tell(SnippetEvent event, List<CellOutput> outputs) {
        if (event.causeSnippet() != null) {
            return true;
        }
        if (event.status() == Snippet.Status.REJECTED) {
            shell.diagnostics(event.snippet())
                    .map(diagnostic -> words(diagnostic, event.snippet().source()))
                    .forEach(words -> outputs.add(new CellOutput("error", words)));
            return false;
        }
        if (event.exception() != null) {
            outputs.add(new CellOutput("error", words(event.exception())));
            return false;
        }
        if (event.value() != null && !event.value().isEmpty()) {
            CellOutput value = new CellOutput("value", event.value());
            switch (event.snippet().subKind()) {
                case VAR_DECLARATION_SUBKIND, VAR_DECLARATION_WITH_INITIALIZER_SUBKIND ->
                        declared = Optional.of(value);
                default -> outputs.add(value);
            }
        }
        return true;
    }

    private static String words(Diag diagnostic, String source) {
        int at = Math.clamp(diagnostic.getPosition(), 0, source.length());
        long line = source.substring(0, at).chars().filter(letter -> letter == '\n').count() + 1;
        String message = diagnostic.getMessage(java.util.Locale.ENGLISH);
        return source.contains("\n") ? "line " + line + ": " + message : message;
    }

    private static String words(JShellException exception) {
        if (exception instanceof EvalException thrown) {
            String message = thrown.getMessage() == null ? "" : ": " + thrown.getMessage();
            return thrown.getExceptionClassName() + message;
        }
        return String.valueOf(exception.getMessage());
    }

    /// The engine that runs snippets in this very process.
    private static final class InThisProcess implements ExecutionControlProvider {
        @Override
        public String name() {
            return "here";
        }

        @Override
        public ExecutionControl generate(ExecutionEnv environment, Map<String, String> settings) {
            return new LocalExecutionControl(CellRoom.class.getClassLoader());
        }
    }
}
