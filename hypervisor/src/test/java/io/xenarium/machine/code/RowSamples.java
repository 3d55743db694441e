package io.xenarium.machine.code;

import java.util.Arrays;
import java.util.List;
import java.util.Random;

/// Code that has every row of the [InstructionTable] in it, with random registers, addresses and
/// constants. Each instruction stands in a slot of its own; the rest of the slot is NOPs, so that a
/// wrong length does not spoil its successors.
final class RowSamples {
    static final int SLOT_BYTES = 32;
    private static final int NOP = 0x90;
    private static final List<List<Integer>> ESCAPES =
            List.of(List.of(), List.of(0x0f), List.of(0x0f, 0x38), List.of(0x0f, 0x3a));

    private final Random random = new Random(0x5eed);
    private final Mode mode;
    private final List<InstructionTable.Row> rows;

    RowSamples(Mode mode) {
        this.mode = mode;
        int absent =
                mode == Mode.LONG ? InstructionTable.Row.NOT_LONG : InstructionTable.Row.ONLY_LONG;
        rows = InstructionTable.rows().stream().filter(row -> !row.has(absent)).toList();
    }

    /// Every row, `times` times.
    byte[] code(int times) {
        byte[] code = new byte[rows.size() * times * SLOT_BYTES];
        Arrays.fill(code, (byte) NOP);
        for (int slot = 0; slot < rows.size() * times; slot++) {
            byte[] one = instruction(rows.get(slot / times));
            System.arraycopy(one, 0, code, slot * SLOT_BYTES, one.length);
        }
        return code;
    }

    /// Every opcode of every map, behind every mandatory prefix and none, with every ModRM.reg and
    /// each of: two places in memory, two registers.
    static byte[] everyOpcode() {
        int[] prefixes = {NOP, 0x66, 0xf3, 0xf2};
        int[] places = {0x03, 0x46, 0xc0, 0xc5};
        int count = prefixes.length * ESCAPES.size() * 256 * 8 * places.length;
        byte[] code = new byte[count * SLOT_BYTES];
        Arrays.fill(code, (byte) NOP);
        for (int slot = 0; slot < count; slot++) {
            int at = slot * SLOT_BYTES;
            int prefix = prefixes[slot / places.length / 8 / 256 % prefixes.length];
            if (prefix != NOP) {
                code[at++] = (byte) prefix;
            }
            for (int escape : ESCAPES.get(slot / places.length / 8 / 256 / prefixes.length)) {
                code[at++] = (byte) escape;
            }
            code[at++] = (byte) (slot / places.length / 8);
            code[at] = (byte) (places[slot % places.length] | slot / places.length % 8 << 3);
        }
        return code;
    }

    List<InstructionTable.Row> rows() {
        return rows;
    }

    byte[] instruction(InstructionTable.Row row) {
        OpcodeKey key = row.key();
        byte[] bytes = new byte[SLOT_BYTES];
        random.nextBytes(bytes);
        int at = 0;
        if (key.prefix() > 0) {
            bytes[at++] = (byte) List.of(0, 0x66, 0xf3, 0xf2).get(key.prefix()).intValue();
        } else if (key.prefix() < 0 && random.nextInt(8) == 0 && row.map() == 0) {
            bytes[at++] = 0x66;
        }
        if (mode == Mode.LONG && (key.needsRexW() || random.nextInt(3) == 0)) {
            bytes[at++] = (byte) (0x40 | random.nextInt(16) | (key.needsRexW() ? 8 : 0));
        }
        for (int escape : ESCAPES.get(row.map())) {
            bytes[at++] = (byte) escape;
        }
        bytes[at++] = (byte) (key.opcode() + random.nextInt(key.opcodes()));
        if (row.hasModrm()) {
            bytes[at] = (byte) modrm(key, bytes[at] & 0xff);
        }
        int length = new Decoder().decode(bytes, 0, Decoder.MAX_BYTES, mode).length();
        return Arrays.copyOf(bytes, length);
    }

    private int modrm(OpcodeKey key, int some) {
        int mod =
                switch (key.mod()) {
                    case ANY -> some & 0xc0;
                    case MEMORY -> (some >> 6) % 3 << 6;
                    case REGISTER -> 0xc0;
                };
        int reg = key.reg() < 0 ? some >> 3 & 7 : key.reg();
        int rm = key.rm() < 0 ? some & 7 : key.rm();
        return mod | reg << 3 | rm;
    }
}
