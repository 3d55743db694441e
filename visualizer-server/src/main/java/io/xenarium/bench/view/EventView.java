package io.xenarium.bench.view;

import io.xenarium.abi.PortState;
import io.xenarium.terms.DomId;
import io.xenarium.terms.GrantRef;
import io.xenarium.terms.Maddr;
import io.xenarium.terms.Mfn;
import io.xenarium.terms.Nanos;
import io.xenarium.terms.Port;
import io.xenarium.terms.Vaddr;
import io.xenarium.terms.VcpuId;
import io.xenarium.trace.CpuEvent;
import io.xenarium.trace.Sentence;
import io.xenarium.trace.Stamp;
import io.xenarium.trace.XenEvent;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

import java.lang.reflect.RecordComponent;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/// An event as JSON: its stamp, its kind, its facts under their own names, and its sentence. Facts
/// are taken from the record, so that a new kind of event needs nothing here. Numbers of 64 bits
/// that are no counts are hex strings, because a browser's numbers have 53.
public final class EventView {
    private static final Set<String> COUNTS = Set.of("pages", "typeCount");

    private EventView() {}

    /// The event as JSON.
    public static ObjectNode of(XenEvent event) {
        Stamp stamp = event.stamp();
        ObjectNode json = JsonMapper.shared().createObjectNode();
        json.put("seq", stamp.seq());
        json.put("topic", event.topic().name());
        json.put("kind", event.getClass().getSimpleName());
        json.put("nanos", stamp.time().value());
        json.put("pcpu", stamp.pcpu());
        json.put("domain", stamp.domain().value());
        json.put("vcpu", stamp.vcpu().value());
        json.put("cause", stamp.cause());
        json.put("sentence", Sentence.of(event));
        facts((Record) event, json);
        return json;
    }

    private static void facts(Record record, ObjectNode into) {
        for (RecordComponent component : record.getClass().getRecordComponents()) {
            Object value = value(component, record);
            if (!(value instanceof Stamp)) {
                into.set(component.getName(), fact(component.getName(), value));
            }
        }
    }

    private static Object value(RecordComponent component, Record record) {
        try {
            return component.getAccessor().invoke(record);
        } catch (ReflectiveOperationException closed) {
            throw new IllegalStateException("an event must be open to look at", closed);
        }
    }

    private static JsonNode fact(String name, Object value) {
        JsonNodeFactory make = JsonNodeFactory.instance;
        return switch (value) {
            case DomId domain -> make.numberNode(domain.value());
            case VcpuId vcpu -> make.numberNode(vcpu.value());
            case Port port -> make.numberNode(port.value());
            case GrantRef ref -> make.numberNode(ref.value());
            case Nanos nanos -> make.numberNode(nanos.value());
            case Mfn mfn -> hex(mfn.value());
            case Maddr maddr -> hex(maddr.value());
            case Vaddr vaddr -> hex(vaddr.value());
            case Long number -> COUNTS.contains(name) ? make.numberNode(number) : hex(number);
            case Integer number -> make.numberNode(number);
            case Boolean truth -> make.booleanNode(truth);
            case Enum<?> constant -> make.stringNode(constant.name().toLowerCase(Locale.ROOT));
            case Optional<?> maybe -> maybe.isPresent() ? fact(name, maybe.get()) : make.nullNode();
            case PortState state -> nested(state.getClass().getSimpleName(), (Record) state);
            case CpuEvent.Args args -> nested("Args", args);
            default -> make.stringNode(value.toString());
        };
    }

    private static JsonNode nested(String kind, Record record) {
        ObjectNode json = JsonMapper.shared().createObjectNode();
        json.put("kind", kind.toLowerCase(Locale.ROOT));
        facts(record, json);
        return json;
    }

    private static JsonNode hex(long value) {
        return JsonNodeFactory.instance.stringNode("0x" + Long.toHexString(value));
    }
}
