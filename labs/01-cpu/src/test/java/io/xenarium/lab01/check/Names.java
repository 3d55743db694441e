package io.xenarium.lab01.check;

import io.xenarium.parts.Processor.Calculation;
import io.xenarium.parts.Processor.Instruction;
import io.xenarium.parts.Processor.Operand;
import io.xenarium.parts.Processor.Operation;
import io.xenarium.parts.Processor.Rflags;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// The processor's things in words.
final class Names {
    static final List<String> REGISTERS =
            List.of(
                    "rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi", "r8", "r9", "r10",
                    "r11", "r12", "r13", "r14", "r15");
    static final List<String> CONDITIONS =
            List.of(
                    "o", "no", "b", "ae", "e", "ne", "be", "a", "s", "ns", "p", "np", "l", "ge",
                    "le", "g");
    private static final List<String> FLAGS = List.of("CF", "PF", "AF", "ZF", "SF", "OF");
    private static final int[] BITS = {
        Rflags.CF, Rflags.PF, Rflags.AF, Rflags.ZF, Rflags.SF, Rflags.OF
    };

    private Names() {}

    static String register(int number) {
        return number >= 0 && number < REGISTERS.size()
                ? REGISTERS.get(number)
                : "r" + number + "?";
    }

    /// The arithmetic flags that are set: `CF ZF`, or `no flag`.
    static String flags(long rflags) {
        List<String> set = new ArrayList<>();
        for (int i = 0; i < BITS.length; i++) {
            if ((rflags & BITS[i]) != 0) {
                set.add(FLAGS.get(i));
            }
        }
        return set.isEmpty() ? "no flag" : String.join(" ", set);
    }

    /// The bit of a flag's name.
    static int flag(String name) {
        return BITS[FLAGS.indexOf(name)];
    }

    /// The first flag in which two values differ, empty where none does.
    static String difference(long one, long other) {
        for (int i = 0; i < BITS.length; i++) {
            if (((one ^ other) & BITS[i]) != 0) {
                return FLAGS.get(i);
            }
        }
        return "";
    }

    /// `sub32(3, 5)`, with the carry where it counts.
    static String calculation(Calculation what) {
        boolean isCarried = what.operation() == Operation.ADC || what.operation() == Operation.SBB;
        boolean isAlone = what.operation() == Operation.INC || what.operation() == Operation.DEC;
        return "%s%d(%#x%s%s)"
                .formatted(
                        word(what.operation()),
                        8 * what.bytes(),
                        what.a(),
                        isAlone ? "" : ", %#x".formatted(what.b()),
                        isCarried ? ", carry " + (what.carry() ? 1 : 0) : "");
    }

    /// `add32 rax, [rbx+rcx*4-8], 4 bytes`.
    static String instruction(Instruction it) {
        return switch (it.operation()) {
            case OTHER -> "left to the machine";
            case TOO_LONG -> "too long";
            case BREAKPOINT, UNDEFINED -> word(it.operation()) + ", " + length(it);
            case JUMP -> "jump %s, %s".formatted(operand(it.source()), length(it));
            case JUMP_IF ->
                    "jump if %s %s, %s"
                            .formatted(
                                    CONDITIONS.get(it.condition() & 15),
                                    operand(it.source()),
                                    length(it));
            default -> {
                String operands = operand(it.destination());
                if (!(it.source() instanceof Operand.None)) {
                    operands += (operands.isEmpty() ? "" : ", ") + operand(it.source());
                }
                yield "%s%d %s, %s"
                        .formatted(word(it.operation()), 8 * it.bytes(), operands, length(it));
            }
        };
    }

    private static String length(Instruction it) {
        return it.length() + (it.length() == 1 ? " byte" : " bytes");
    }

    private static String word(Operation operation) {
        return operation.name().toLowerCase(Locale.ROOT);
    }

    static String operand(Operand operand) {
        return switch (operand) {
            case Operand.None _ -> "";
            case Operand.Register register -> register(register.number());
            case Operand.Constant constant -> signed(constant.value());
            case Operand.Memory place -> place(place);
        };
    }

    private static String place(Operand.Memory place) {
        List<String> terms = new ArrayList<>();
        switch (place.base()) {
            case Operand.Memory.ABSENT -> {}
            case Operand.Memory.RIP -> terms.add("rip");
            default -> terms.add(register(place.base()));
        }
        boolean hasIndex = place.index() != Operand.Memory.ABSENT;
        if (hasIndex) {
            terms.add(register(place.index()) + "*" + place.scale());
        }
        String sum = String.join("+", terms);
        if (sum.isEmpty()) {
            return "[" + signed(place.displacement()) + "]";
        }
        String shift =
                place.displacement() == 0
                        ? ""
                        : (place.displacement() > 0 ? "+" : "") + signed(place.displacement());
        return "[" + sum + shift + "]";
    }

    private static String signed(long value) {
        return value < 0 ? "-%#x".formatted(-value) : "%#x".formatted(value);
    }

    /// Bytes as the manual prints them.
    static String bytes(int... code) {
        StringBuilder hex = new StringBuilder();
        for (int each : code) {
            hex.append(hex.isEmpty() ? "" : " ").append("%02x".formatted(each & 0xff));
        }
        return hex.toString();
    }
}
