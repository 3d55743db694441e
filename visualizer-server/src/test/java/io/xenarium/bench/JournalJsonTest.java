package io.xenarium.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.xenarium.machine.Input;
import io.xenarium.machine.Journal;
import io.xenarium.terms.DomId;
import io.xenarium.terms.Port;
import io.xenarium.terms.VcpuId;

import org.junit.jupiter.api.Test;

import tools.jackson.databind.json.JsonMapper;

import java.util.List;

class JournalJsonTest {
    private static final DomId GUEST = new DomId(1);
    private static final List<Input> ONE_OF_EACH =
            List.of(
                    new Input.Typed(GUEST, "ls \u00ff\r\"\\"),
                    new Input.Created("name = \"a\"\n"),
                    new Input.Ordered(GUEST, Input.Order.UNPAUSE),
                    new Input.StoreWritten("/tool/x", "1"),
                    new Input.Hypercalled(GUEST, new VcpuId(0), 29, List.of(-1L, Long.MIN_VALUE)),
                    new Input.Signalled(GUEST, new Port(3)),
                    new Input.Unmasked(GUEST, new Port(3)),
                    new Input.BitFlipped(GUEST, new Port(4095), Input.Bit.PENDING),
                    new Input.DateSet(1_767_225_600L, 5),
                    new Input.Faulted(GUEST, Input.Fault.CRASH, 7),
                    new Input.ShareSet(GUEST, 512, 50),
                    new Input.AffinitySet(GUEST, new VcpuId(1), -1L, 2));

    @Test
    void everyKindOfInputComesBackAsItWas() {
        assertEquals(Input.class.getPermittedSubclasses().length, ONE_OF_EACH.size());
        List<Journal.Entry> journal =
                ONE_OF_EACH.stream().map(input -> new Journal.Entry(1L << 60, input)).toList();
        String text = JournalJson.of(journal).toString();
        assertEquals(journal, JournalJson.entries(JsonMapper.shared().readTree(text)));
    }
}
