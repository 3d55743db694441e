package io.xenarium.bench;

import io.xenarium.bench.cell.CellRoom;
import io.xenarium.bench.view.EventView;
import io.xenarium.bench.view.Focus;
import io.xenarium.bench.view.Frame;
import io.xenarium.bench.wire.Child;
import io.xenarium.bench.wire.Link;
import io.xenarium.bench.wire.Message;
import io.xenarium.lab.LabFolder;
import io.xenarium.lab.LabProblem;
import io.xenarium.lab.Mutant;
import io.xenarium.machine.Input;
import io.xenarium.machine.Journal;
import io.xenarium.parts.Parts;
import io.xenarium.terms.Port;
import io.xenarium.toolstack.Images;
import io.xenarium.toolstack.Refused;
import io.xenarium.toolstack.Timeline;
import io.xenarium.toolstack.XlConfig;
import io.xenarium.trace.XenEvent;
import io.xenarium.xen.Domain;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

import java.io.IOException;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.Supplier;

/// Answers the server's requests: each is carried to the thread that it belongs to, and answered
/// from there.
final class Bench implements Child.Taker, MachineRoom.Audience {
    private static final int STEPS_MAX = 100_000;
    private static final int EVENTS_MAX = 1_000;
    private static final int BUCKETS_MAX = 2_000;

    private final Link link;
    private final Pulse pulse;
    private final Consoles consoles = new Consoles();
    private Opening opening;
    private Parts parts;
    private long start;
    private MachineRoom room;
    private CellRoom cells;
    private List<Journal.Entry> toldJournal = List.of();
    private long toldPosition = -1;
    private int toldBranch = -1;
    private int toldBranches;

    Bench(Link link) {
        this.link = link;
        pulse = new Pulse(link);
        pulse.start();
    }

    @Override
    public void take(Message.Request request) {
        if (request.about().equals("open")) {
            open(request);
        } else if (room == null) {
            refuse(request, "There is no computer on the bench.");
        } else {
            JsonNode body = request.body();
            switch (request.about()) {
                case "time" -> onMachine(request, () -> json(time(body)));
                case "console" -> onMachine(request, () -> json(type(body)));
                case "input" -> onMachine(request, () -> json(input(body)));
                case "frame" -> onMachine(request, () -> json(room.show()));
                case "greet" -> onMachine(request, this::greet);
                case "ticks" -> onMachine(request, () -> ticks(body));
                case "why" ->
                        onMachine(request, () -> events(room.computer().log().why(seq(body))));
                case "events" -> onMachine(request, () -> someEvents(body));
                case "break" -> onMachine(request, () -> json(stopAt(body)));
                case "translator" -> onMachine(request, () -> json(translate(body)));
                case "view" -> onMachine(request, () -> view(body));
                case "compare" -> onMachine(request, () -> json(compare(body)));
                case "mutants" -> onMachine(request, () -> mutants(body));
                case "parts" -> onMachine(request, this::parts);
                case "checkMoment" -> onMachine(request, () -> checkMoment(body));
                case "checkParts" -> checkParts(request);
                case "cell" -> runCell(request);
                case "complete" -> complete(request);
                case "stop" -> {
                    cells.stop();
                    reply(request, JsonMapper.shared().createObjectNode());
                }
                default ->
                        refuse(request, "The bench knows nothing about " + request.about() + ".");
            }
        }
    }

    private void open(Message.Request request) {
        try {
            opening = Opening.of(request.body());
            parts = LearnersParts.of(opening.mine());
            Computer computer = Computer.open(opening, parts);
            start = opening.start() > 0 ? opening.start() : computer.timeline().now().seq();
            room = new MachineRoom(computer, this, pulse);
            room.start();
            cells = new CellRoom(new MachineGrip(room));
            pulse.watchCells(cells::overdueMillis);
            onMachine(
                    request,
                    () -> {
                        Frame frame =
                                opening.position() > 0
                                        ? room.arriveAt(opening.position())
                                        : room.show();
                        return json(frame);
                    });
        } catch (Refused | LabProblem refused) {
            refuse(request, refused.getMessage());
        } catch (RuntimeException | Error failed) {
            refuse(request, PartFailure.describe(failed));
        }
    }

    /// Answers from the machine's thread.
    private void onMachine(Message.Request request, Supplier<JsonNode> answer) {
        room.post(() -> {
            try {
                reply(request, answer.get());
            } catch (Refused | LabProblem refused) {
                refuse(request, refused.getMessage());
            } catch (RuntimeException | Error failed) {
                refuse(request, PartFailure.describe(failed));
                throw failed;
            }
        });
    }

    private Frame time(JsonNode body) {
        return switch (body.path("do").asString()) {
            case "run" -> room.run(body.path("speed").asLong(Pace.DEFAULT_SPEED));
            case "pause" -> room.pause();
            case "step" -> room.step(unit(body), count(body));
            case "back" -> room.step(unit(body), -count(body));
            case "seek" -> seek(body);
            case "reset" -> room.seek(start);
            case "before" -> room.before(ofTopic(body.path("topic").asString("")));
            case "runBack" -> room.runBack();
            case "branch" -> room.switchTo(body.path("branch").asInt(-1));
            default ->
                    throw new Refused(
                            "“do” must be one of run, pause, step, back, runBack, seek, before,"
                                    + " reset, branch.");
        };
    }

    /// To an event of this branch, or of the one that is named where there is such a one.
    private Frame seek(JsonNode body) {
        int branch = body.path("branch").asInt(-1);
        if (room.hasBranch(branch)) {
            room.switchTo(branch);
        }
        return room.seek(Math.max(0, body.path("t").asLong()));
    }

    /// Events of one topic, or all where none is named.
    private static Predicate<XenEvent> ofTopic(String name) {
        return event -> name.isEmpty() || event.topic().name().equalsIgnoreCase(name);
    }

    private static Timeline.Unit unit(JsonNode body) {
        String name = body.path("unit").asString("event").toUpperCase(Locale.ROOT);
        for (Timeline.Unit unit : Timeline.Unit.values()) {
            if (unit.name().equals(name)) {
                return unit;
            }
        }
        throw new Refused("“unit” must be one of instruction, trap, event, slice.");
    }

    private static int count(JsonNode body) {
        return Math.clamp(body.path("count").asLong(1), 1, STEPS_MAX);
    }

    private static long seq(JsonNode body) {
        return body.path("seq").asLong(0);
    }

    private Frame type(JsonNode body) {
        Domain domain = domain(body);
        byte[] bytes = Base64.getDecoder().decode(body.path("data").asString());
        return room.act("", () -> room.host().type(domain.id(), bytes));
    }

    private Domain domain(JsonNode body) {
        int number = body.path("domain").asInt(-1);
        return room.host().hypervisor().domains().stream()
                .filter(domain -> domain.id().value() == number)
                .findFirst()
                .orElseThrow(() -> new Refused("There is no domain " + number + "."));
    }

    private Frame input(JsonNode body) {
        String kind = body.path("kind").asString();
        if (kind.equals("store")) {
            String path = body.path("path").asString();
            String value = body.path("value").asString("");
            return room.act("", () -> room.host().writeStore(path, value));
        }
        if (kind.equals("guest")) {
            return room.act("", () -> room.host().xl().create(oneMore()));
        }
        Domain domain = domain(body);
        return kind.equals("mask")
                ? mask(domain, PageInputs.port(domain, body))
                : room.act(PageInputs.words(kind, body), inputOf(kind, domain, body));
    }

    /// Another of our own guests, under a name that is free.
    private XlConfig oneMore() {
        int number = 2;
        while (room.host().xl().find("hello-" + number).isPresent()) {
            number++;
        }
        return XlConfig.of("hello-" + number, Images.HELLO, GuestChoice.SMALL_MIB);
    }

    /// What is wrong with it is told before time is touched.
    private Runnable inputOf(String kind, Domain domain, JsonNode body) {
        Input input = PageInputs.of(kind, domain, body);
        return () -> room.host().post(input);
    }

    private Frame mask(Domain domain, Port port) {
        if (domain.ports().isMasked(port)) {
            return room.show();
        }
        return room.act(
                "You set the mask bit of %s of domain %d.".formatted(port, domain.id().value()),
                () -> room.host().flip(domain.id(), port, Input.Bit.MASK));
    }

    /// Sets a breakpoint, or takes away the one whose words are given under `remove`.
    private Frame stopAt(JsonNode body) {
        if (body.has("remove")) {
            room.breakpoints().remove(body.path("remove").asString());
        } else {
            room.breakpoints().toggle(Breakpoint.of(body));
        }
        return room.show();
    }

    private Frame translate(JsonNode body) {
        return room.act(TranslatorOrders.obey(room.host(), body), () -> {});
    }

    /// Begins to watch a view, or goes on with it: `name`, and all else is its focus.
    private JsonNode view(JsonNode body) {
        SortedMap<String, String> values = new TreeMap<>();
        body.properties().forEach(value -> values.put(value.getKey(), value.getValue().asString()));
        String name = values.remove("name");
        String page = values.remove("page");
        String key =
                room.watch(page == null ? "" : page, name == null ? "" : name, new Focus(values));
        Frame frame = room.show();
        ObjectNode answer = JsonMapper.shared().createObjectNode().put("key", key);
        answer.set("frame", json(frame));
        return answer;
    }

    private JsonNode greet() {
        ObjectNode greeting = JsonMapper.shared().createObjectNode();
        greeting.set("frame", json(room.show()));
        ArrayNode all = greeting.putArray("consoles");
        Consoles.all(room.host()).forEach(all::add);
        return greeting;
    }

    private JsonNode ticks(JsonNode body) {
        long from = Math.max(0, body.path("from").asLong());
        long to = Math.max(from, body.path("to").asLong(room.timeline().endSeq()));
        int buckets = Math.clamp(body.path("buckets").asLong(240), 1, BUCKETS_MAX);
        return JsonMapper.shared()
                .createObjectNode()
                .put("from", from)
                .put("to", to)
                .set("ticks", json(room.timeline().ticks(from, to, buckets)));
    }

    private JsonNode someEvents(JsonNode body) {
        long to = body.path("to").asLong(room.timeline().now().seq());
        long from = Math.max(body.path("from").asLong(to - 99), to - EVENTS_MAX + 1);
        return events(room.computer().log().range(from, to));
    }

    private static JsonNode events(List<XenEvent> events) {
        ObjectNode answer = JsonMapper.shared().createObjectNode();
        ArrayNode list = answer.putArray("events");
        events.forEach(event -> list.add(EventView.of(event)));
        return answer;
    }

    private Frame compare(JsonNode body) {
        return body.path("on").asBoolean(true)
                ? room.compare(opening, parts)
                : room.compareNoMore();
    }

    /// The parts with one known bug that a lab has, as `mine` of an opening names them.
    private static JsonNode mutants(JsonNode body) {
        LabFolder lab = LabFolder.of(LabFolder.root(), body.path("lab").asString(""));
        ArrayNode list = JsonMapper.shared().createArrayNode();
        for (Mutant mutant : Mutant.all(lab)) {
            list.addObject().put("id", lab.id() + ":" + mutant.id()).put("name", mutant.name());
        }
        return list;
    }

    private JsonNode parts() {
        ObjectNode answer = JsonMapper.shared().createObjectNode();
        answer.put("guest", opening.guest());
        answer.set("mine", json(opening.mine()));
        answer.set("slots", json(room.computer().slots()));
        answer.set("guests", json(GuestChoice.all()));
        return answer;
    }

    /// Whether a computer can be made from this; returns it with what was left out filled in.
    private void checkParts(Message.Request request) {
        JsonNode body = request.body();
        List<String> mine = body.has("mine") ? Opening.labs(body) : opening.mine();
        String guest = body.path("guest").asString(opening.guest());
        Opening wanted = new Opening(opening.seed(), guest, mine, List.of());
        ObjectNode answer = JsonMapper.shared().createObjectNode().put("guest", guest);
        answer.set("mine", json(mine));
        Thread.ofPlatform()
                .daemon()
                .name("compile")
                .start(() -> {
                    try {
                        Parts compiled = LearnersParts.of(mine);
                        onMachine(request, () -> tryToBuild(wanted, compiled, answer));
                    } catch (LabProblem refused) {
                        refuse(request, refused.getMessage());
                    }
                });
    }

    /// Whether a run that somebody else recorded may be put on this bench; returns it as it is
    /// here.
    private JsonNode checkMoment(JsonNode body) {
        try {
            Opening wanted = Opening.of(body).asHere();
            ObjectNode answer = JsonMapper.shared().createObjectNode();
            answer.put("seed", wanted.seed()).put("guest", wanted.guest());
            answer.put("start", wanted.start()).put("t", wanted.position());
            answer.set("mine", json(wanted.mine()));
            answer.set("journal", JournalJson.of(wanted.journal()));
            return answer;
        } catch (IllegalArgumentException | JacksonException malformed) {
            throw new Refused("This link holds inputs that are none.");
        }
    }

    /// Builds a computer and its guest for nothing but the words of what fails: a part that is not
    /// written yet fails before the guest has executed an instruction, and the machine that runs
    /// should not be given up for that.
    private static JsonNode tryToBuild(Opening wanted, Parts compiled, JsonNode answer) {
        try {
            Computer.open(wanted, compiled);
            return answer;
        } catch (Refused | LabProblem refused) {
            throw refused;
        } catch (RuntimeException | Error failed) {
            throw new Refused(PartFailure.describe(failed));
        }
    }

    private void runCell(Message.Request request) {
        String code = request.body().path("code").asString();
        boolean isTaken = cells.run(code, outputs -> answerCell(request, outputs));
        if (!isTaken) {
            refuse(request, "Another cell is running; stop it first.");
        }
    }

    private void answerCell(Message.Request request, List<CellRoom.CellOutput> outputs) {
        onMachine(
                request,
                () -> {
                    Frame frame = room.show();
                    ObjectNode answer = JsonMapper.shared().createObjectNode();
                    answer.set("outputs", json(outputs));
                    answer.put("t", frame.t());
                    answer.set("frame", json(frame));
                    return answer;
                });
    }

    private void complete(Message.Request request) {
        JsonNode body = request.body();
        cells.complete(
                body.path("code").asString(),
                body.path("cursor").asInt(),
                found -> reply(request, json(found)));
    }

    @Override
    public void looked(Frame frame) {
        tell("state", json(frame));
        consoles.news(room.host()).forEach(news -> tell("console", news));
        remember(frame.t());
    }

    @Override
    public void wentBack() {
        consoles.goneBack();
    }

    @Override
    public void stopped(String why) {
        tell(
                "bench",
                JsonMapper.shared()
                        .createObjectNode()
                        .put("status", "stopped")
                        .put("message", why));
    }

    /// Tells the server what the next bench would need, where that has changed.
    private void remember(long position) {
        List<Journal.Entry> journal = room.host().machine().journal().entries();
        int same = 0;
        while (same < journal.size()
                && same < toldJournal.size()
                && journal.get(same).equals(toldJournal.get(same))) {
            same++;
        }
        Timeline timeline = room.timeline();
        Timeline.Branch branch = timeline.branch();
        int branches = timeline.branches().size();
        boolean isSamePast = branch.id() == toldBranch && branches == toldBranches;
        if (position == toldPosition
                && same == journal.size()
                && same == toldJournal.size()
                && isSamePast) {
            return;
        }
        ObjectNode memory = JsonMapper.shared().createObjectNode();
        memory.put("t", position).put("start", start).put("from", same);
        memory.put("end", branch.endSeq()).put("endNanos", branch.endNanos());
        memory.set("entries", JournalJson.of(journal.subList(same, journal.size())));
        if (!isSamePast) {
            memory.set("past", RememberedPast.of(timeline).json());
        }
        tell("memory", memory);
        toldJournal = journal;
        toldPosition = position;
        toldBranch = branch.id();
        toldBranches = branches;
    }

    private static JsonNode json(Object value) {
        return JsonMapper.shared().valueToTree(value);
    }

    private void tell(String about, JsonNode body) {
        send(new Message.Event(about, body));
    }

    private void reply(Message.Request request, JsonNode body) {
        send(new Message.Reply(request.id(), body));
    }

    private void refuse(Message.Request request, String error) {
        send(new Message.Refusal(request.id(), error));
    }

    private void send(Message message) {
        try {
            link.send(message);
        } catch (IOException parentIsGone) {
            Runtime.getRuntime().halt(0);
        }
    }
}
