package io.xenarium.bench;

import io.xenarium.abi.Hypercall;
import io.xenarium.bench.cell.Signals;
import io.xenarium.bench.view.Focus;
import io.xenarium.machine.Input;
import io.xenarium.terms.DomId;
import io.xenarium.terms.Port;
import io.xenarium.terms.VcpuId;
import io.xenarium.toolstack.Refused;
import io.xenarium.xen.Domain;

import tools.jackson.databind.JsonNode;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/// What a page asks to be done to a domain, as the input that does it. The journal keeps each, so
/// that going back before it undoes it.
final class PageInputs {
    private static final int WEIGHT_MAX = 65_535;
    private static final int CAP_MAX = 100;

    /// The end of the year 2199: nanoseconds since 1970 have to fit into 63 bits.
    private static final long SECONDS_MAX = 7_258_118_399L;

    /// Forget the one translation (public/xen.h, UVMF_INVLPG).
    private static final long UVMF_INVLPG = 2;

    private PageInputs() {}

    /// @throws Refused where there is no such input, or what it is about does not exist
    static Input of(String kind, Domain domain, JsonNode body) {
        return switch (kind) {
            case "send" -> Signals.through(domain, port(domain, body));
            case "unmask" -> new Input.Unmasked(domain.id(), port(domain, body));
            case "share" -> share(domain.id(), body);
            case "date" -> new Input.DateSet(within(body, "seconds", SECONDS_MAX), 0);
            case "timer" -> timer(domain, body);
            case "entry" -> entry(domain, body);
            case "fault" -> fault(domain.id(), body);
            case "pause", "unpause", "shutdown", "reboot", "destroy" ->
                    new Input.Ordered(
                            domain.id(), Input.Order.valueOf(kind.toUpperCase(Locale.ROOT)));
            default -> throw new Refused("There is no input of kind “" + kind + "”.");
        };
    }

    /// What was done, where no event tells of it.
    static String words(String kind, JsonNode body) {
        return kind.equals("date")
                ? "The wall clock of the machine is set to %s: every guest finds a new date for system time 0."
                        .formatted(Instant.ofEpochSecond(within(body, "seconds", SECONDS_MAX)))
                : "";
    }

    static Port port(Domain domain, JsonNode body) {
        int number = body.path("port").asInt(0);
        if (number < 1 || number >= domain.ports().end()) {
            throw new Refused("%s has no port %d.".formatted(domain.id(), number));
        }
        return new Port(number);
    }

    private static Input share(DomId domain, JsonNode body) {
        int weight = body.path("weight").asInt(0);
        int cap = body.path("cap").asInt(-1);
        if (weight < 1 || weight > WEIGHT_MAX || cap < 0 || cap > CAP_MAX) {
            throw new Refused(
                    "A weight is 1 to %d, a cap 0 (none) to %d percent."
                            .formatted(WEIGHT_MAX, CAP_MAX));
        }
        return new Input.ShareSet(domain, weight, cap);
    }

    /// The hypercall by which a guest asks to be woken at a moment of system time: set_timer_op.
    private static Input timer(Domain domain, JsonNode body) {
        int vcpu = body.path("vcpu").asInt(0);
        if (domain.isControl() || vcpu < 0 || vcpu >= domain.vcpus().size()) {
            throw new Refused("%s has no timer of vCPU %d.".formatted(domain.id(), vcpu));
        }
        return new Input.Hypercalled(
                domain.id(),
                new VcpuId(vcpu),
                Hypercall.SET_TIMER_OP.number(),
                List.of(within(body, "nanos", Long.MAX_VALUE)));
    }

    private static long within(JsonNode body, String name, long max) {
        long value = body.path(name).asLong(-1);
        if (value < 0 || value > max) {
            throw new Refused("Give %s from 0 to %d.".formatted(name, max));
        }
        return value;
    }

    /// The hypercall by which a guest changes one entry of its page tables: update_va_mapping, with
    /// the order to forget the old translation.
    private static Input entry(Domain domain, JsonNode body) {
        int vcpu = body.path("vcpu").asInt(0);
        if (domain.isControl() || vcpu < 0 || vcpu >= domain.vcpus().size()) {
            throw new Refused("%s has no page tables of vCPU %d.".formatted(domain.id(), vcpu));
        }
        Focus words =
                new Focus(
                        new TreeMap<>(
                                Map.of(
                                        "va", body.path("va").asString(""),
                                        "entry", body.path("entry").asString(""))));
        return new Input.Hypercalled(
                domain.id(),
                new VcpuId(vcpu),
                Hypercall.UPDATE_VA_MAPPING.number(),
                List.of(words.number("va", 0), words.number("entry", 0), UVMF_INVLPG));
    }

    private static Input fault(DomId domain, JsonNode body) {
        String name = body.path("fault").asString("").toUpperCase(Locale.ROOT);
        for (Input.Fault fault : Input.Fault.values()) {
            if (fault.name().equals(name)) {
                return new Input.Faulted(domain, fault, body.path("seed").asLong(1));
            }
        }
        throw new Refused("There is no fault “" + body.path("fault").asString("") + "”.");
    }
}
