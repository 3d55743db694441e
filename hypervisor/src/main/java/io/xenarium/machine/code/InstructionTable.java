package io.xenarium.machine.code;

import io.xenarium.terms.Bug;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/// The opcode map, in a notation close to that of the Intel SDM (vol. 2, appendix A), so that a
/// reader can check it against the manual. The rows stand in [OneByteOpcodes], [TwoByteOpcodes],
/// [VectorOpcodes] and [X87Opcodes]; they are read once, when this class is loaded.
///
/// A row is `key mnemonic operands attributes`; `|` parts rows on one line.
///
/// **Key**: the opcode in hex, after it what else selects the row: `/3` that reg field of ModRM,
/// `m` only memory, `r` only registers (mod = 3), `/3.5` mod = 3 with that reg and rm field. `+r`
/// stands for eight opcodes with a register in the low three bits, `+c` for sixteen with a
/// condition in the low four. Before it, with a dot: `66`, `F3`, `F2` a mandatory prefix, `NP` none
/// of the three, `W` REX.W. The row with most of these wins; two rows must not tie.
///
/// **Operands**: a letter for where, and one or two for how wide.
///
/// | | |
/// |---|---|
/// | `E` / `G` | general register or memory by ModRM.rm / general register by ModRM.reg |
/// | `M` / `R` | memory only / register only by ModRM.rm; `Rd/Mw` either, of different widths |
/// | `Z` | general register in the low three bits of the opcode |
/// | `S`, `C`, `D` | segment, control, debug register by ModRM.reg |
/// | `P`, `Q`, `N` | MMX register by reg, MMX or memory by rm, MMX only by rm |
/// | `V`, `W`, `U` | XMM register by reg, XMM or memory by rm, XMM only by rm |
/// | `ST0`, `STi` | x87 stack top, x87 register by rm |
/// | `I`, `sI` | constant, zero-extended for `b` and `w`, else sign-extended; `sIb` sign-extended byte |
/// | `J`, `A` | relative branch target, far pointer |
/// | `O` | memory at a constant address |
/// | `X`, `Y`, `B` | memory at ds:rSI, at es:rDI, at ds:rBX |
/// | `AL`, `rAX`, `eAX`, `DX`, `ES`, `1` … | that very register or number |
///
/// Widths: `b` 1, `w` 2, `d` 4, `q` 8, `dq` 16, `t` 10 bytes; `v` the operand size; `z` the same
/// but at most 4; `y` 8 with REX.W, else 4; `n` 8 in 64-bit mode, else 4; `a` the address size; `p`
/// a far pointer; `B` a pair of bounds; `s` a descriptor-table register; `ps`, `pd` 16, `ss` 4,
/// `sd` 8. None: only the address counts.
///
/// **Attributes**: `i64` not in 64-bit mode, `o64` only there; `d64` the operand size is 8 there
/// unless 66 makes it 2, `f64` always 8; `lock` allowed with a memory destination; `v`, `b` the
/// operand size is as for an operand of that width, though the first one is not.
public final class InstructionTable {
    static final int ONE_BYTE = 0;
    static final int MAP_0F = 1;
    static final int MAP_0F38 = 2;
    static final int MAP_0F3A = 3;

    private static final int MAPS = 4;
    private static final int OPCODES = 256;

    /// Mandatory prefixes none, 66, F3, F2, each without and with REX.W.
    private static final int CLASSES = 8;

    /// Eight reg fields with memory, then 64 pairs of reg and rm.
    private static final int FORMS = 72;

    /// By mode (0 legacy, 1 long) and map; within, by prefix class and opcode; within, one row, or
    /// one for each form.
    private static final Row[][][][] CELLS = new Row[2][MAPS][CLASSES * OPCODES][];

    private static final List<Row> ROWS = new ArrayList<>();

    static {
        read(ONE_BYTE, OneByteOpcodes.ROWS);
        read(MAP_0F, TwoByteOpcodes.ROWS);
        read(MAP_0F38, TwoByteOpcodes.ROWS_0F38);
        read(ONE_BYTE, X87Opcodes.ROWS);
        read(MAP_0F, VectorOpcodes.ROWS);
        read(MAP_0F, VectorOpcodes.ROWS_PAIRED);
        read(MAP_0F38, VectorOpcodes.ROWS_0F38);
        read(MAP_0F3A, VectorOpcodes.ROWS_0F3A);
        for (Row[][][] mode : CELLS) {
            for (Row[][] map : mode) {
                Arrays.setAll(map, i -> map[i] == null ? null : compact(map[i]));
            }
        }
    }

    private InstructionTable() {}

    /// Every row, in the order of the table.
    public static List<Row> rows() {
        return List.copyOf(ROWS);
    }

    /// The rows for an opcode: null if there are none, one if ModRM does not matter, else one or
    /// null for each [#form].
    static Row[] cell(boolean isLong, int map, int prefixClass, int opcode) {
        return CELLS[isLong ? 1 : 0][map][prefixClass * OPCODES + opcode];
    }

    /// The index of a ModRM byte among the forms.
    static int form(int modrm) {
        return modrm >= 0xc0 ? 8 + (modrm & 63) : modrm >> 3 & 7;
    }

    private static void read(int map, String rows) {
        rows.lines()
                .flatMap(line -> Arrays.stream(line.split("\\|")))
                .map(String::strip)
                .filter(row -> !row.isEmpty())
                .forEach(row -> place(Row.parse(map, row)));
    }

    private static void place(Row row) {
        ROWS.add(row);
        for (int mode = 0; mode < 2; mode++) {
            if (row.has(mode == 1 ? Row.NOT_LONG : Row.ONLY_LONG)) {
                continue;
            }
            Row[][] map = CELLS[mode][row.map()];
            for (int prefixClass = 0; prefixClass < CLASSES; prefixClass++) {
                for (int i = 0; row.key().takes(prefixClass) && i < row.key().opcodes(); i++) {
                    int index = prefixClass * OPCODES + row.key().opcode() + i;
                    map[index] = map[index] == null ? new Row[FORMS] : map[index];
                    place(row, map[index]);
                }
            }
        }
    }

    private static void place(Row row, Row[] cell) {
        for (int form = 0; form < FORMS; form++) {
            if (!row.key().matches(form)) {
                continue;
            }
            int rival = cell[form] == null ? -1 : cell[form].key().weight();
            if (rival == row.key().weight()) {
                throw new Bug("rows tie: " + row + " and " + cell[form]);
            }
            if (rival < row.key().weight()) {
                cell[form] = row;
            }
        }
    }

    private static Row[] compact(Row[] cell) {
        boolean isOne = Arrays.stream(cell).allMatch(row -> row == cell[0]);
        return isOne ? new Row[] {cell[0]} : cell;
    }

    /// One row.
    ///
    /// @param map which opcode map it stands in: 0 one byte, 1 after 0F, 2 after 0F 38, 3 after 0F
    ///   3A
    /// @param text the row as written
    public record Row(
            int map,
            OpcodeKey key,
            Op op,
            List<OperandCode> operands,
            int attributes,
            boolean hasModrm,
            String text) {
        static final int NOT_LONG = 1;
        static final int ONLY_LONG = 2;
        static final int DEFAULT_64 = 4;
        static final int FORCED_64 = 8;
        static final int LOCKABLE = 16;

        /// The operand size of the instruction is that of the prefixes.
        static final int SIZED = 32;

        /// The operand size of the instruction is one byte.
        static final int BYTE = 64;

        /// The row's condition stands in the opcode.
        static final int CONDITIONAL = 128;

        private static final Map<String, Integer> ATTRIBUTES =
                Map.of(
                        "i64", NOT_LONG,
                        "o64", ONLY_LONG,
                        "d64", DEFAULT_64 | SIZED,
                        "f64", FORCED_64 | SIZED,
                        "lock", LOCKABLE,
                        "v", SIZED,
                        "b", BYTE);

        static Row parse(int map, String text) {
            String[] words = text.split("\\s+");
            OpcodeKey key = OpcodeKey.parse(words[0]);
            boolean hasOperands = words.length > 2 && !ATTRIBUTES.containsKey(words[2]);
            List<String> codes = hasOperands ? List.of(words[2].split(",")) : List.of();
            List<OperandCode> operands = codes.stream().map(OperandCode::parse).toList();
            int attributes = key.opcodes() == 16 ? CONDITIONAL : 0;
            for (int i = hasOperands ? 3 : 2; i < words.length; i++) {
                attributes |= ATTRIBUTES.get(words[i]);
            }
            if (operands.isEmpty()
                    || operands.stream().anyMatch(o -> o.width().followsOperandSize())) {
                attributes |= SIZED;
            }
            if (codes.stream().anyMatch(code -> code.startsWith("M"))) {
                key = key.only(OpcodeKey.Mod.MEMORY);
            } else if (codes.stream().anyMatch(code -> code.matches("[NU][a-z]+"))) {
                key = key.only(OpcodeKey.Mod.REGISTER);
            }
            boolean hasModrm =
                    key.usesModrm() || operands.stream().anyMatch(o -> o.place().isModrm());
            return new Row(map, key, Op.valueOf(words[1]), operands, attributes, hasModrm, text);
        }

        boolean has(int attribute) {
            return (attributes & attribute) != 0;
        }

        @Override
        public String toString() {
            return text;
        }
    }
}
