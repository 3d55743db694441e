package io.xenarium.machine.code;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// Where GNU's mnemonics are not Intel's in lower case.
final class AttNames {
    /// Another name: for operand sizes 2, 4 and 8, or one for all.
    private static final String OTHER =
            """
            CBW cbtw cwtl cltq
            CWD cwtd cltd cqto
            IRET iretw iret iretq
            RETF lretw lret lretq
            CALLF lcallw lcall lcallq
            JMPF ljmpw ljmp ljmpq
            FXSAVE fxsave fxsave fxsave64
            FXRSTOR fxrstor fxrstor fxrstor64
            XSAVE xsave xsave xsave64
            XRSTOR xrstor xrstor xrstor64
            XSAVEC xsavec xsavec xsavec64
            XSAVES xsaves xsaves xsaves64
            XSAVEOPT xsaveopt xsaveopt xsaveopt64
            XRSTORS xrstors xrstors xrstors64
            RDSSP rdsspd rdsspd rdsspq
            INCSSP incsspd incsspd incsspq
            WRSS wrssd wrssd wrssq
            WRUSS wrussd wrussd wrussq
            FLDENV fldenvs fldenv fldenv
            FNSTENV fnstenvs fnstenv fnstenv
            FRSTOR frstors frstor frstor
            FNSAVE fnsaves fnsave fnsave
            FNENI fneni(8087_only)
            FNDISI fndisi(8087_only)
            FNSETPM fnsetpm(287_only)
            """;

    /// Registers that GNU shows though they are implied; `%ax` stands for rAX of the address size.
    private static final Map<Op, String> IMPLIED =
            Map.of(
                    Op.MONITOR, "%ax,%ecx,%edx",
                    Op.MONITORX, "%ax,%ecx,%edx",
                    Op.MWAIT, "%eax,%ecx",
                    Op.MWAITX, "%eax,%ecx,%ebx");

    /// A memory operand's width is shown by a suffix where no register shows it.
    private static final Set<Op> SUFFIXED =
            EnumSet.of(
                    Op.ADD, Op.OR, Op.ADC, Op.SBB, Op.AND, Op.SUB, Op.XOR, Op.CMP, Op.TEST, Op.MOV,
                    Op.NOT, Op.NEG, Op.MUL, Op.IMUL, Op.DIV, Op.IDIV, Op.INC, Op.DEC, Op.ROL,
                    Op.ROR, Op.RCL, Op.RCR, Op.SHL, Op.SHR, Op.SAR, Op.BT, Op.BTS, Op.BTR, Op.BTC,
                    Op.NOP, Op.MOVS, Op.CMPS, Op.INS, Op.OUTS);

    /// The same, but only where the integer can have 64 bits.
    private static final Set<Op> SUFFIXED_IN_LONG_MODE =
            EnumSet.of(Op.CVTSI2SS, Op.CVTSI2SD, Op.PTWRITE);

    /// The operand size is in the name where a prefix makes it 2.
    private static final Set<Op> STACK =
            EnumSet.of(
                    Op.PUSH, Op.POP, Op.PUSHF, Op.POPF, Op.PUSHA, Op.POPA, Op.ENTER, Op.LEAVE,
                    Op.RET, Op.CALL, Op.JMP, Op.XBEGIN);

    private static final Map<Op, List<String>> NAMES = new EnumMap<>(Op.class);

    static {
        for (Op op : Op.values()) {
            NAMES.put(op, List.of(op.name().toLowerCase(Locale.ROOT)));
        }
        OTHER.lines()
                .forEach(line -> {
                    List<String> words = List.of(line.split(" "));
                    NAMES.put(
                            Op.valueOf(words.getFirst()),
                            words.stream().skip(1).map(name -> name.replace('_', ' ')).toList());
                });
    }

    private AttNames() {}

    /// The mnemonic, without the suffix for a memory operand.
    static String of(Op op, int operandBytes) {
        List<String> names = NAMES.get(op);
        return names.get(names.size() == 1 ? 0 : operandBytes == 8 ? 2 : operandBytes == 2 ? 0 : 1);
    }

    /// Whether the name follows the operand size though no operand does.
    static boolean followsOperandSize(Op op) {
        return NAMES.get(op).size() > 1 || STACK.contains(op);
    }

    /// Whether REX.W changes the name.
    static boolean followsRexW(Op op) {
        return switch (op) {
            case SYSRET, SYSEXIT, PCMPESTRI, PCMPESTRM -> true;
            default -> !of(op, 8).equals(of(op, 4));
        };
    }

    /// The implied registers to show, or nothing.
    static String implied(Op op, int addressBytes) {
        String text = IMPLIED.getOrDefault(op, "");
        return text.replace("%ax", "%" + RegisterSpelling.general(0, addressBytes));
    }

    static boolean isSuffixed(Op op, Mode mode) {
        return SUFFIXED.contains(op) || mode == Mode.LONG && SUFFIXED_IN_LONG_MODE.contains(op);
    }

    static boolean isStack(Op op) {
        return STACK.contains(op);
    }

    /// The suffix for an integer so wide.
    static String suffix(int bytes) {
        return switch (bytes) {
            case 1 -> "b";
            case 2 -> "w";
            case 4 -> "l";
            case 8 -> "q";
            default -> "";
        };
    }

    /// The suffix of an x87 instruction for a memory operand.
    static String x87Suffix(Op op, int bytes) {
        boolean isInteger = op.name().charAt(1) == 'I';
        return switch (bytes) {
            case 2 -> isInteger ? "s" : "";
            case 4 -> isInteger ? "l" : "s";
            case 8 -> isInteger ? "ll" : "l";
            case 10 -> op == Op.FLD || op == Op.FSTP ? "t" : "";
            default -> "";
        };
    }
}
