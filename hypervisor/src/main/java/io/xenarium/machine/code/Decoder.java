package io.xenarium.machine.code;

import static io.xenarium.machine.code.Instruction.ADDRESS_SIZE;
import static io.xenarium.machine.code.Instruction.DISPLACED;
import static io.xenarium.machine.code.Instruction.LOCK;
import static io.xenarium.machine.code.Instruction.OPERAND_SIZE;
import static io.xenarium.machine.code.Instruction.REP;
import static io.xenarium.machine.code.Instruction.REPNE;
import static io.xenarium.machine.code.Instruction.REX;
import static io.xenarium.machine.code.Instruction.REX_B;
import static io.xenarium.machine.code.Instruction.REX_R;
import static io.xenarium.machine.code.Instruction.REX_W;
import static io.xenarium.machine.code.Instruction.REX_X;
import static io.xenarium.machine.code.Instruction.SIB;
import static io.xenarium.machine.code.Instruction.UNDEFINED;

import io.xenarium.machine.code.InstructionTable.Row;
import io.xenarium.machine.code.OperandCode.Width;

import java.util.List;

/// Reads instructions by the [InstructionTable] (Intel SDM vol. 2, chapter 2 has the format).
///
/// 1. Whatever the bytes, it answers: [Op#INVALID], [Op#TRUNCATED] and [Op#TOO_LONG] stand for what
///    is no instruction.
/// 2. It never looks behind the bytes that the instruction has, nor behind `available`.
///
/// A decoder keeps its place in fields, so two threads need two of them.
public final class Decoder {
    /// No instruction is longer.
    public static final int MAX_BYTES = 15;

    private static final InstructionTable.Row NO_ROW = Row.parse(0, "00 INVALID");
    private static final int ES = 0;
    private static final int CS = 1;
    private static final int SS = 2;
    private static final int DS = 3;
    private static final int GS = 5;

    private final RegisterOperands registers = new RegisterOperands();

    private byte[] code;
    private int at;
    private int limit;
    private boolean hasOverrun;

    private Mode mode;
    private int marks;
    private int opcode;
    private int modrm;
    private int operandBytes;
    private int addressBytes;

    /// Decodes the instruction at `code[offset]`.
    ///
    /// @param available how many bytes may be read from there; more than [#MAX_BYTES] do no harm
    public Instruction decode(byte[] code, int offset, int available, Mode mode) {
        this.code = code;
        this.mode = mode;
        at = offset;
        limit = offset + Math.min(available, MAX_BYTES);
        hasOverrun = false;
        readPrefixes();
        Row row = findRow();
        if (row == null || hasOverrun) {
            return none(offset, available);
        }
        operandBytes = effectiveOperandBytes(row);
        List<Operand> operands = readOperands(row);
        if (hasOverrun) {
            return none(offset, available);
        }
        if (has(LOCK)
                && !(row.has(Row.LOCKABLE) && operands.getFirst() instanceof Operand.Memory)) {
            marks |= UNDEFINED;
        }
        marks |= row.has(Row.ABSENT) ? UNDEFINED : 0;
        int condition = row.has(Row.CONDITIONAL) ? opcode & 15 : -1;
        int size = ownOperandBytes(row);
        int form = row.hasModrm() ? modrm : 0;
        return new Instruction(
                row.op(), condition, at - offset, size, addressBytes, form, marks, operands, row);
    }

    /// An instruction of `length` bytes of which somebody else knows what it does.
    static Instruction lent(int length) {
        return new Instruction(Op.NOP, -1, length, 8, 8, 0, 0, List.of(), NO_ROW);
    }

    private Instruction none(int offset, int available) {
        Op op = !hasOverrun ? Op.INVALID : available < MAX_BYTES ? Op.TRUNCATED : Op.TOO_LONG;
        int length = Math.max(1, Math.min(at, limit) - offset);
        return new Instruction(op, -1, length, 0, addressBytes, 0, marks, List.of(), NO_ROW);
    }

    private void readPrefixes() {
        marks = 0;
        int segment = Operand.NONE;
        while (true) {
            int b = nextByte();
            switch (b) {
                case 0x26 -> segment = override(segment, 0);
                case 0x2e -> segment = override(segment, 1);
                case 0x36 -> segment = override(segment, 2);
                case 0x3e -> segment = override(segment, 3);
                case 0x64 -> segment = override(segment, 4);
                case 0x65 -> segment = override(segment, 5);
                case 0x66 -> addPrefix(OPERAND_SIZE, 0);
                case 0x67 -> addPrefix(ADDRESS_SIZE, 0);
                case 0xf0 -> addPrefix(LOCK, 0);
                case 0xf2 -> addPrefix(REPNE, REP);
                case 0xf3 -> addPrefix(REP, REPNE);
                default -> {
                    if (mode == Mode.LONG && (b & 0xf0) == 0x40) {
                        addRex(b);
                    } else {
                        opcode = b;
                        marks |= Instruction.override(segment);
                        addressBytes = effectiveAddressBytes();
                        return;
                    }
                }
            }
        }
    }

    /// The segment to use after one more override. In 64-bit mode those but fs and gs do nothing.
    private int override(int before, int segment) {
        marks &= ~(REX | REX_W | REX_R | REX_X | REX_B);
        return mode == Mode.LONG && segment <= DS ? before : segment;
    }

    /// Notes a legacy prefix; a REX prefix in front of it loses its effect.
    private void addPrefix(int mark, int replaced) {
        marks = marks & ~(replaced | REX | REX_W | REX_R | REX_X | REX_B) | mark;
    }

    private void addRex(int b) {
        marks &= ~(REX_W | REX_R | REX_X | REX_B);
        marks |=
                REX
                        | ((b & 8) != 0 ? REX_W : 0)
                        | ((b & 4) != 0 ? REX_R : 0)
                        | ((b & 2) != 0 ? REX_X : 0)
                        | ((b & 1) != 0 ? REX_B : 0);
    }

    private Row findRow() {
        int map = InstructionTable.ONE_BYTE;
        if (opcode == 0x0f) {
            opcode = nextByte();
            map = InstructionTable.MAP_0F;
            if (opcode == 0x38 || opcode == 0x3a) {
                map = opcode == 0x38 ? InstructionTable.MAP_0F38 : InstructionTable.MAP_0F3A;
                opcode = nextByte();
            }
        } else if (opcode == 0x90 && has(REX_B)) {
            return InstructionTable.cell(true, map, 0, 0x91)[0];
        }
        int prefixClass = has(REPNE) ? 6 : has(REP) ? 4 : has(OPERAND_SIZE) ? 2 : 0;
        prefixClass += has(REX_W) ? 1 : 0;
        Row[] cell = InstructionTable.cell(mode == Mode.LONG, map, prefixClass, opcode);
        if (cell == null) {
            return null;
        }
        if (cell.length > 1) {
            modrm = nextByte();
            return cell[InstructionTable.form(modrm)];
        }
        if (cell[0].hasModrm()) {
            modrm = nextByte();
        }
        return cell[0];
    }

    private int effectiveAddressBytes() {
        return switch (mode) {
            case LONG -> has(ADDRESS_SIZE) ? 4 : 8;
            case PROTECTED_32 -> has(ADDRESS_SIZE) ? 2 : 4;
            case PROTECTED_16 -> has(ADDRESS_SIZE) ? 4 : 2;
        };
    }

    private int effectiveOperandBytes(Row row) {
        if (mode != Mode.LONG) {
            return has(OPERAND_SIZE) == (mode == Mode.PROTECTED_32) ? 2 : 4;
        }
        if (has(REX_W) || row.has(Row.FORCED_64)) {
            return 8;
        }
        return has(OPERAND_SIZE) ? 2 : row.has(Row.DEFAULT_64) ? 8 : 4;
    }

    /// The operand size to tell: what the prefixes say where that matters, else the first
    /// operand's.
    private int ownOperandBytes(Row row) {
        if (row.has(Row.SIZED)) {
            return operandBytes;
        }
        for (OperandCode operand : row.operands()) {
            if (operand.width() == Width.REX_W) {
                return bytes(Width.REX_W);
            }
        }
        return row.has(Row.BYTE) ? 1 : bytes(row.operands().getFirst().memoryWidth());
    }

    private int bytes(Width width) {
        return switch (width) {
            case OPERAND -> operandBytes;
            case OPERAND_32 -> Math.min(operandBytes, 4);
            case REX_W -> has(REX_W) ? 8 : 4;
            case NATIVE -> mode == Mode.LONG ? 8 : 4;
            case ADDRESS -> addressBytes;
            case FAR -> operandBytes + 2;
            case BOUNDS -> 2 * operandBytes;
            case TABLE_REGISTER -> mode == Mode.LONG ? 10 : 6;
            default -> width.bytes;
        };
    }

    /// The operands, in the order of the row, which is that of the encoding: ModRM, then constants.
    private List<Operand> readOperands(Row row) {
        List<OperandCode> codes = row.operands();
        int count = codes.size();
        if (count == 0) {
            return List.of();
        }
        Operand[] operands = new Operand[count];
        for (int i = 0; i < count; i++) {
            operands[i] = readOperand(codes.get(i));
        }
        return switch (count) {
            case 1 -> List.of(operands[0]);
            case 2 -> List.of(operands[0], operands[1]);
            default -> List.of(operands);
        };
    }

    private Operand readOperand(OperandCode code) {
        int bytes = bytes(code.width());
        return switch (code.place()) {
            case RM ->
                    modrm < 0xc0
                            ? readMemory(bytes(code.memoryWidth()))
                            : register(code.bank(), modrm & 7, REX_B, bytes);
            case RM_REGISTER -> register(code.bank(), modrm & 7, REX_B, bytes);
            case REG -> register(code.bank(), modrm >> 3 & 7, REX_R, bytes);
            case OPCODE -> register(code.bank(), opcode & 7, REX_B, bytes);
            case FIXED -> registers.get(code.bank(), code.number(), bytes);
            case NUMBER -> new Operand.Immediate(code.number(), 0);
            case UNSIGNED ->
                    new Operand.Immediate(nextSigned(bytes) & (1L << bytes * 8) - 1, bytes);
            case SIGNED -> new Operand.Immediate(nextSigned(bytes), bytes);
            case RELATIVE -> new Operand.Relative(nextSigned(bytes));
            case FAR -> readFar();
            case OFFSET -> memory(DS, Operand.NONE, nextSigned(addressBytes), bytes);
            case SOURCE -> memory(DS, 6, 0, bytes);
            case DESTINATION -> new Operand.Memory(ES, 7, Operand.NONE, 1, 0, bytes);
            case TABLE -> memory(DS, 3, 0, bytes);
        };
    }

    private Operand readFar() {
        long offset = operandBytes == 2 ? nextSigned(2) & 0xffff : nextSigned(4) & 0xffffffffL;
        return new Operand.Far((int) nextSigned(2) & 0xffff, offset);
    }

    private Operand register(Operand.Bank bank, int low, int rexBit, int bytes) {
        int number = has(rexBit) ? low + 8 : low;
        return switch (bank) {
            case GPR ->
                    bytes == 1 && low == number && low >= 4 && !has(REX)
                            ? registers.get(Operand.Bank.GPR_HIGH, low - 4, 1)
                            : registers.get(bank, number, bytes);
            case SEGMENT -> segmentRegister(low);
            case CONTROL -> {
                boolean exists = number <= 8 && (1 << number & 0b1_0001_1101) != 0;
                marks |= exists ? 0 : UNDEFINED;
                yield registers.get(bank, number, bytes);
            }
            case DEBUG -> {
                marks |= number > 7 ? UNDEFINED : 0;
                yield registers.get(bank, number, bytes);
            }
            case XMM -> registers.get(bank, number, bytes);
            case MMX, X87, GPR_HIGH -> registers.get(bank, low, bytes);
        };
    }

    private Operand segmentRegister(int number) {
        boolean isLoad = opcode == 0x8e;
        marks |= number > GS || isLoad && number == CS ? UNDEFINED : 0;
        return registers.get(Operand.Bank.SEGMENT, number, 2);
    }

    private Operand memory(int segment, int base, long displacement, int bytes) {
        return memory(segment, base, Operand.NONE, 1, displacement, bytes);
    }

    private Operand memory(
            int segment, int base, int index, int scale, long displacement, int bytes) {
        int override = (marks >>> 16) - 1;
        return new Operand.Memory(
                override == Operand.NONE ? segment : override,
                base,
                index,
                scale,
                displacement,
                bytes);
    }

    private Operand readMemory(int bytes) {
        int mod = modrm >> 6;
        int rm = modrm & 7;
        if (addressBytes == 2) {
            return readMemory16(mod, rm, bytes);
        }
        if (rm == 4) {
            return readScaled(mod, bytes);
        }
        if (mod == 0 && rm == 5) {
            marks |= DISPLACED;
            return memory(DS, mode == Mode.LONG ? Operand.RIP : Operand.NONE, nextSigned(4), bytes);
        }
        int base = has(REX_B) ? rm + 8 : rm;
        return memory(stackOrData(base), base, displacement(mod, 4), bytes);
    }

    private Operand readScaled(int mod, int bytes) {
        marks |= SIB;
        int sib = nextByte();
        int scale = 1 << (sib >> 6);
        int index = (sib >> 3 & 7) + (has(REX_X) ? 8 : 0);
        int low = sib & 7;
        boolean hasBase = low != 5 || mod != 0;
        marks |= hasBase ? 0 : DISPLACED;
        int base = hasBase ? low + (has(REX_B) ? 8 : 0) : Operand.NONE;
        long displacement = hasBase ? displacement(mod, 4) : nextSigned(4);
        return memory(
                stackOrData(base),
                base,
                index == 4 ? Operand.NONE : index,
                scale,
                displacement,
                bytes);
    }

    /// The forms of 16-bit addresses (Intel SDM vol. 2, table 2-1).
    private Operand readMemory16(int mod, int rm, int bytes) {
        if (mod == 0 && rm == 6) {
            marks |= DISPLACED;
            return memory(DS, Operand.NONE, nextSigned(2), bytes);
        }
        int base = "\3\3\5\5\6\7\5\3".charAt(rm);
        int index = rm < 4 ? 6 + (rm & 1) : Operand.NONE;
        return memory(stackOrData(base), base, index, 1, displacement(mod, 2), bytes);
    }

    private static int stackOrData(int base) {
        return base == 4 || base == 5 ? SS : DS;
    }

    private long displacement(int mod, int wideBytes) {
        if (mod == 0) {
            return 0;
        }
        marks |= DISPLACED;
        return nextSigned(mod == 1 ? 1 : wideBytes);
    }

    private boolean has(int mark) {
        return (marks & mark) != 0;
    }

    private int nextByte() {
        if (at >= limit) {
            hasOverrun = true;
            return 0;
        }
        return code[at++] & 0xff;
    }

    private long nextSigned(int bytes) {
        long value = 0;
        for (int shift = 0; shift < bytes * 8; shift += 8) {
            value |= (long) nextByte() << shift;
        }
        int unused = 64 - bytes * 8;
        return value << unused >> unused;
    }
}
