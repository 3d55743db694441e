package io.xenarium.bench;

import io.xenarium.bench.wire.Child;
import io.xenarium.bench.wire.Link;
import io.xenarium.bench.wire.Message;
import io.xenarium.lab.CheckEvent;
import io.xenarium.lab.LabFolder;
import io.xenarium.lab.LabProblem;
import io.xenarium.lab.Recording;
import io.xenarium.lab.Report;
import io.xenarium.lab.Runner;
import io.xenarium.lab.Token;
import io.xenarium.lab.Verdict;
import io.xenarium.lab.Words;
import io.xenarium.lab.Workspace;
import io.xenarium.parts.Parts;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

import java.io.IOException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// The process in which a learner's part is checked: it stays, because the second check is ten
/// times as fast as the first, and it may be ended at any time.
public final class CheckerMain {
    private final Link link;
    private final Runner runner =
            new Runner(LabFolder.root(), Parts.reference(CheckerMain.class.getClassLoader()));
    private final Workspace workspace = new Workspace(LabFolder.root());
    private final ExecutorService thread = Executors.newSingleThreadExecutor();

    private CheckerMain(Link link) {
        this.link = link;
    }

    public static void main(String[] arguments) throws IOException {
        Child.serve(
                arguments[0],
                link -> {
                    CheckerMain checker = new CheckerMain(link);
                    return request -> checker.thread.execute(() -> checker.take(request));
                });
    }

    private void take(Message.Request request) {
        try {
            JsonNode answer =
                    request.about().equals("beside")
                            ? beside(Token.parse(request.body().path("token").asString("")))
                            : check(request.body().path("what").asString());
            send(new Message.Reply(request.id(), answer));
        } catch (LabProblem problem) {
            send(new Message.Refusal(request.id(), problem.getMessage()));
        }
    }

    private ObjectNode check(String what) {
        Report report = runner.check(what, this::tell);
        workspace.remember(report);
        return verdict(report);
    }

    /// One case with the learner's part and with the reference, step by step.
    private ObjectNode beside(Token token) {
        Runner.Replay mine = runner.replay(token);
        ObjectNode answer = JsonMapper.shared().createObjectNode();
        answer.set("verdict", line(mine.verdict()));
        answer.set("mine", JsonMapper.shared().valueToTree(mine.steps()));
        answer.set("reference", JsonMapper.shared().valueToTree(runner.referenceSteps(token)));
        mine.recording()
                .ifPresent(
                        run -> answer.set("recorded", recorded(token.lab(), mine.verdict(), run)));
        return answer;
    }

    private void tell(CheckEvent event) {
        ObjectNode news = JsonMapper.shared().createObjectNode();
        switch (event) {
            case CheckEvent.Checking(String lab, String title) ->
                    news.put("lab", lab).put("started", title);
            case CheckEvent.Compiled(String lab, long millis) ->
                    news.put("lab", lab).put("compiledMillis", millis);
            case CheckEvent.Judged(String lab, Verdict verdict) ->
                    news.put("lab", lab).set("line", line(verdict));
            case CheckEvent.Recorded(String lab, Verdict verdict, Recording run) ->
                    news.put("lab", lab).set("recorded", recorded(lab, verdict, run));
            case CheckEvent.Finished(_, Report report) -> news = verdict(report);
        }
        send(new Message.Event("check", news));
    }

    /// The run as a bench opens it, with the learner's part in it.
    private static ObjectNode recorded(String lab, Verdict verdict, Recording run) {
        ObjectNode opening = JsonMapper.shared().createObjectNode();
        opening.put("seed", run.seed()).put("guest", "hello").put("start", 0);
        opening.put("t", Math.max(0, run.seq() - 1));
        opening.putArray("mine").add(lab);
        opening.set("journal", JournalJson.of(run.inputs()));
        ObjectNode recorded = JsonMapper.shared().createObjectNode();
        recorded.put(
                "headline", verdict.headline().isEmpty() ? verdict.sentence() : verdict.headline());
        recorded.set("opening", opening);
        return recorded;
    }

    private static ObjectNode line(Verdict verdict) {
        ObjectNode line = JsonMapper.shared().valueToTree(verdict);
        line.put("details", verdict.text());
        line.put("text", Words.line(verdict));
        line.put("tierName", verdict.tierName());
        line.put("status", verdict.status().name().toLowerCase(java.util.Locale.ROOT));
        return line;
    }

    private static ObjectNode verdict(Report report) {
        ObjectNode verdict = JsonMapper.shared().createObjectNode();
        verdict.put("green", report.isGreen());
        verdict.put("text", Words.report(report));
        verdict.put("millis", report.millis());
        verdict.set("complaints", JsonMapper.shared().valueToTree(report.complaints()));
        verdict.set("tasks", JsonMapper.shared().valueToTree(report.tasks()));
        ObjectNode news = JsonMapper.shared().createObjectNode().put("lab", report.lab());
        news.set("verdict", verdict);
        return news;
    }

    private void send(Message message) {
        try {
            link.send(message);
        } catch (IOException parentIsGone) {
            Runtime.getRuntime().halt(0);
        }
    }
}
