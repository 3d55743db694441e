package io.xenarium.machine.code;

import io.xenarium.terms.Bug;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.StringTokenizer;

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
/// | `I`, `sI` | constant; zero-extended if `Ib` or `Iw`, else sign-extended |
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
/// operand size is as for an operand of that width, though the first one is not; `ud` it is only an
/// instruction of other processors: ours raises #UD.
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

    // Plain loops from here on: the table is read while a learner waits for the first instruction,
    // and streams and regular expressions cost more to start than the whole table.

    private static void read(int map, String rows) {
        StringTokenizer tokens = new StringTokenizer(rows, "|\n");
        while (tokens.hasMoreTokens()) {
            String row = tokens.nextToken().strip();
            if (!row.isEmpty()) {
                place(Row.parse(map, row));
            }
        }
    }

    private static void place(Row row) {
        ROWS.add(row);
        OpcodeKey key = row.key();
        int[] forms = key.usesModrm() ? key.forms(FORMS) : null;
        for (int mode = 0; mode < 2; mode++) {
            if (row.has(mode == 1 ? Row.NOT_LONG : Row.ONLY_LONG)) {
                continue;
            }
            Row[][] map = CELLS[mode][row.map()];
            for (int prefixClass = 0; prefixClass < CLASSES; prefixClass++) {
                for (int i = 0; key.takes(prefixClass) && i < key.opcodes(); i++) {
                    int index = prefixClass * OPCODES + key.opcode() + i;
                    map[index] = placed(row, forms, map[index]);
                }
            }
        }
    }

    /// The cell with the row in it, at these forms or at all.
    private static Row[] placed(Row row, int[] forms, Row[] cell) {
        if (forms == null && cell == null) {
            return new Row[] {row};
        }
        if (forms == null) {
            for (int form = 0; form < cell.length; form++) {
                cell[form] = heavier(row, cell[form]);
            }
            return cell;
        }
        Row[] wide = cell != null && cell.length == FORMS ? cell : new Row[FORMS];
        if (cell != null && cell.length == 1) {
            Arrays.fill(wide, cell[0]);
        }
        for (int form : forms) {
            wide[form] = heavier(row, wide[form]);
        }
        return wide;
    }

    private static Row heavier(Row row, Row rival) {
        if (rival == null) {
            return row;
        }
        if (rival.key().weight() == row.key().weight()) {
            throw new Bug("rows tie: " + row + " and " + rival);
        }
        return rival.key().weight() < row.key().weight() ? row : rival;
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

        /// The processor does not have it.
        static final int ABSENT = 256;

        private static final Map<String, Integer> ATTRIBUTES =
                Map.of(
                        "i64", NOT_LONG,
                        "o64", ONLY_LONG,
                        "d64", DEFAULT_64 | SIZED,
                        "f64", FORCED_64 | SIZED,
                        "lock", LOCKABLE,
                        "v", SIZED,
                        "b", BYTE,
                        "ud", ABSENT);

        static Row parse(int map, String text) {
            StringTokenizer words = new StringTokenizer(text);
            OpcodeKey key = OpcodeKey.parse(words.nextToken());
            Op op = Op.valueOf(words.nextToken());
            List<OperandCode> operands = new ArrayList<>();
            int attributes = key.opcodes() == 16 ? CONDITIONAL : 0;
            while (words.hasMoreTokens()) {
                String word = words.nextToken();
                Integer attribute = ATTRIBUTES.get(word);
                if (attribute == null) {
                    key = readOperands(word, key, operands);
                } else {
                    attributes |= attribute;
                }
            }
            boolean isSized = operands.isEmpty();
            boolean hasModrm = key.usesModrm();
            for (OperandCode operand : operands) {
                isSized |= operand.width().followsOperandSize();
                hasModrm |= operand.place().isModrm();
            }
            attributes |= isSized ? SIZED : 0;
            return new Row(map, key, op, List.copyOf(operands), attributes, hasModrm, text);
        }

        /// Reads `Ev,Gv`. The key returned has the kind of ModRM that the operands allow.
        private static OpcodeKey readOperands(
                String text, OpcodeKey key, List<OperandCode> operands) {
            StringTokenizer codes = new StringTokenizer(text, ",");
            OpcodeKey narrowed = key;
            while (codes.hasMoreTokens()) {
                String code = codes.nextToken();
                operands.add(OperandCode.parse(code));
                narrowed =
                        switch (code.charAt(0)) {
                            case 'M' -> narrowed.only(OpcodeKey.Mod.MEMORY);
                            case 'N', 'U' -> narrowed.only(OpcodeKey.Mod.REGISTER);
                            default -> narrowed;
                        };
            }
            return narrowed;
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
