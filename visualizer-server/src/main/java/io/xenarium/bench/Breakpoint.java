package io.xenarium.bench;

import io.xenarium.abi.Hypercall;
import io.xenarium.terms.DomId;
import io.xenarium.terms.Port;
import io.xenarium.toolstack.Refused;
import io.xenarium.trace.CpuEvent;
import io.xenarium.trace.DomainEvent;
import io.xenarium.trace.GrantEvent;
import io.xenarium.trace.MemoryEvent;
import io.xenarium.trace.PortEvent;
import io.xenarium.trace.StoreEvent;
import io.xenarium.trace.XenEvent;

import tools.jackson.databind.JsonNode;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/// What a running machine stops at: an event of some kind. Set by a reader, of the page and not of
/// the machine: it changes no run, only where one looks.
///
/// @param words what it is, for people; also its name
/// @param wanted which events
record Breakpoint(String words, Predicate<XenEvent> wanted) {
    /// The breakpoint that a page describes: `kind` is one of hypercall, trap, event, port, frame,
    /// domain, path; `value` says which.
    ///
    /// @throws Refused where it makes no sense
    static Breakpoint of(JsonNode json) {
        String kind = json.path("kind").asString();
        String value = json.path("value").asString("").strip();
        return switch (kind) {
            case "hypercall" -> hypercall(value);
            case "trap" -> trap(number(value));
            case "event" -> event(value);
            case "port" -> port(json.path("domain").asInt(-1), (int) number(value));
            case "frame" -> frame(number(value));
            case "domain" -> domain((int) number(value));
            case "path" -> path(value);
            default ->
                    throw new Refused(
                            "One can stop at a hypercall, trap, event, port, frame, domain or"
                                    + " path.");
        };
    }

    private static Breakpoint hypercall(String name) {
        Hypercall call =
                Arrays.stream(Hypercall.values())
                        .filter(each -> each.text().equals(name.toLowerCase(Locale.ROOT)))
                        .findFirst()
                        .orElseThrow(() -> new Refused("There is no hypercall “" + name + "”."));
        return new Breakpoint(
                "hypercall " + call.text(),
                event ->
                        event instanceof CpuEvent.HypercallEntered entered
                                && entered.number() == call.number());
    }

    private static Breakpoint trap(long vector) {
        return new Breakpoint(
                "trap " + vector,
                event -> event instanceof CpuEvent.Trapped trapped && trapped.vector() == vector);
    }

    /// By the name of the event's record, such as Sent or TypeChanged.
    private static Breakpoint event(String name) {
        Optional<Class<?>> kind =
                Arrays.stream(XenEvent.class.getPermittedSubclasses())
                        .flatMap(family -> Arrays.stream(family.getPermittedSubclasses()))
                        .filter(each -> each.getSimpleName().equalsIgnoreCase(name))
                        .findFirst();
        Class<?> found =
                kind.orElseThrow(() -> new Refused("There is no kind of event “" + name + "”."));
        return new Breakpoint("event " + words(found), found::isInstance);
    }

    private static String words(Class<?> kind) {
        return Arrays.stream(kind.getSimpleName().split("(?=[A-Z])"))
                .map(word -> word.toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(" "));
    }

    private static Breakpoint port(int domain, int port) {
        DomId whose = new DomId(domain);
        return new Breakpoint(
                "port %d of d%d".formatted(port, domain),
                event ->
                        switch (event) {
                            case PortEvent.Bound it -> is(it.subject(), it.port(), whose, port);
                            case PortEvent.Closed it -> is(it.subject(), it.port(), whose, port);
                            case PortEvent.Sent it -> is(it.to(), it.port(), whose, port);
                            case PortEvent.PendingChanged it ->
                                    is(it.subject(), it.port(), whose, port);
                            case PortEvent.MaskChanged it ->
                                    is(it.subject(), it.port(), whose, port);
                            default -> false;
                        });
    }

    private static boolean is(DomId subject, Port port, DomId whose, int number) {
        return subject.equals(whose) && port.value() == number;
    }

    private static Breakpoint frame(long mfn) {
        return new Breakpoint(
                "frame 0x%05x".formatted(mfn),
                event ->
                        switch (event) {
                            case MemoryEvent.TypeChanged it -> it.mfn().value() == mfn;
                            case MemoryEvent.Pinned it -> it.mfn().value() == mfn;
                            case MemoryEvent.EntryWritten it -> it.entry().value() >>> 12 == mfn;
                            case MemoryEvent.BaseSwitched it ->
                                    it.from().value() == mfn || it.to().value() == mfn;
                            case GrantEvent.Mapped it -> it.mfn().value() == mfn;
                            case GrantEvent.Unmapped it -> it.mfn().value() == mfn;
                            default -> false;
                        });
    }

    private static Breakpoint domain(int domain) {
        return new Breakpoint(
                "life of d" + domain,
                event ->
                        switch (event) {
                            case DomainEvent.Created it -> it.subject().value() == domain;
                            case DomainEvent.StateChanged it -> it.subject().value() == domain;
                            case DomainEvent.ShutDown it -> it.subject().value() == domain;
                            case DomainEvent.Crashed it -> it.subject().value() == domain;
                            case DomainEvent.Broken it -> it.subject().value() == domain;
                            case DomainEvent.Destroyed it -> it.subject().value() == domain;
                            default -> false;
                        });
    }

    private static Breakpoint path(String path) {
        if (path.isEmpty()) {
            throw new Refused("Which node of the XenStore?");
        }
        return new Breakpoint(
                "node " + path,
                event ->
                        switch (event) {
                            case StoreEvent.Written it -> it.path().startsWith(path);
                            case StoreEvent.Removed it -> it.path().startsWith(path);
                            case StoreEvent.WatchSet it -> it.path().startsWith(path);
                            case StoreEvent.WatchFired it -> it.path().startsWith(path);
                            case StoreEvent.Answered it -> it.path().startsWith(path);
                            default -> false;
                        });
    }

    private static long number(String text) {
        try {
            return Long.decode(text);
        } catch (NumberFormatException notOne) {
            throw new Refused("“%s” is no number: give one such as 12 or 0x1a2f.".formatted(text));
        }
    }
}
