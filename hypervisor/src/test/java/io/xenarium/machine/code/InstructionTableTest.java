package io.xenarium.machine.code;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

final class InstructionTableTest {
    @Test
    void everyOperationHasARow() {
        EnumSet<Op> without =
                EnumSet.complementOf(EnumSet.of(Op.INVALID, Op.TRUNCATED, Op.TOO_LONG));
        InstructionTable.rows().forEach(row -> without.remove(row.op()));
        assertEquals(Set.of(), without);
    }

    @Test
    void everyRowCanBeReached() {
        Set<InstructionTable.Row> hidden = Collections.newSetFromMap(new IdentityHashMap<>());
        hidden.addAll(InstructionTable.rows());
        for (int map = 0; map < 4; map++) {
            for (int prefixClass = 0; prefixClass < 8; prefixClass++) {
                for (int opcode = 0; opcode < 256; opcode++) {
                    remove(hidden, InstructionTable.cell(false, map, prefixClass, opcode));
                    remove(hidden, InstructionTable.cell(true, map, prefixClass, opcode));
                }
            }
        }
        assertEquals(List.of(), List.copyOf(hidden));
    }

    @Test
    void noRowIsWrittenTwice() {
        List<String> twice =
                InstructionTable.rows().stream()
                        .collect(Collectors.groupingBy(row -> row.map() + ": " + row.text()))
                        .entrySet()
                        .stream()
                        .filter(entry -> entry.getValue().size() > 1)
                        .map(entry -> entry.getKey())
                        .toList();
        assertEquals(List.of(), twice);
    }

    private static void remove(Set<InstructionTable.Row> rows, InstructionTable.Row[] cell) {
        if (cell != null) {
            rows.removeAll(Arrays.asList(cell));
        }
    }
}
