package io.xenarium.machine.code;

import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeElement;
import java.lang.classfile.Instruction;
import java.lang.classfile.MethodModel;
import java.lang.classfile.TypeKind;
import java.lang.classfile.attribute.CodeAttribute;
import java.lang.classfile.instruction.BranchInstruction;
import java.lang.classfile.instruction.ConstantInstruction;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.LineNumber;
import java.lang.classfile.instruction.LoadInstruction;
import java.lang.classfile.instruction.LookupSwitchInstruction;
import java.lang.classfile.instruction.StoreInstruction;
import java.lang.classfile.instruction.SwitchCase;
import java.lang.classfile.instruction.TableSwitchInstruction;
import java.lang.constant.DynamicConstantDesc;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// The bytecode of a region's class as text. It reads like `javap -c`, but for the names of locals
/// and constants.
final class BytecodeText {
    private final CodeAttribute code;

    private BytecodeText(CodeAttribute code) {
        this.code = code;
    }

    /// The instructions of the method `run`, each with the place where it stands, by the lines of
    /// the class's source.
    static Map<Integer, List<String>> byLine(byte[] bytes) {
        MethodModel run =
                ClassFile.of().parse(bytes).methods().stream()
                        .filter(method -> method.methodName().equalsString("run"))
                        .findFirst()
                        .orElseThrow();
        return new BytecodeText(run.findAttribute(Attributes.code()).orElseThrow()).byLine();
    }

    private Map<Integer, List<String>> byLine() {
        Map<Integer, List<String>> lines = new TreeMap<>();
        int line = 0;
        int at = 0;
        for (CodeElement element : code) {
            if (element instanceof LineNumber number) {
                line = number.line();
            } else if (element instanceof Instruction instruction) {
                lines.computeIfAbsent(line, _ -> new ArrayList<>())
                        .add("%4d: %s".formatted(at, words(instruction)));
                at += instruction.sizeInBytes();
            }
        }
        return lines;
    }

    private String words(Instruction instruction) {
        String name = instruction.opcode().name().toLowerCase(Locale.ROOT);
        return switch (instruction) {
            case LoadInstruction it -> letter(it.typeKind()) + "load " + RegionCode.name(it.slot());
            case StoreInstruction it ->
                    letter(it.typeKind()) + "store " + RegionCode.name(it.slot());
            case ConstantInstruction.LoadConstantInstruction it ->
                    name + " " + constant(it.constantValue());
            case ConstantInstruction.ArgumentConstantInstruction it ->
                    name + " " + it.constantValue();
            case BranchInstruction it -> name.replace("_w", "") + " " + place(it.target());
            case InvokeInstruction it -> name + " " + it.name().stringValue();
            case FieldInstruction it -> name + " " + it.name().stringValue();
            case TableSwitchInstruction it ->
                    name + " " + cases(it.cases()) + " else " + place(it.defaultTarget());
            case LookupSwitchInstruction it ->
                    name + " " + cases(it.cases()) + " else " + place(it.defaultTarget());
            default -> name;
        };
    }

    private static String letter(TypeKind kind) {
        return switch (kind) {
            case LONG -> "l";
            case INT -> "i";
            default -> "a";
        };
    }

    /// A constant of the class by its type: there is one of each.
    private static String constant(Object value) {
        if (value instanceof DynamicConstantDesc<?> constant) {
            String type = constant.constantType().displayName();
            return switch (type) {
                case "long[]" -> "REGISTERS";
                case "FreePages" -> "MEMORY";
                case "FreeCode" -> "CODE";
                default -> type.toUpperCase(Locale.ROOT);
            };
        }
        return String.valueOf(value);
    }

    private int place(java.lang.classfile.Label label) {
        return code.labelToBci(label);
    }

    private String cases(List<SwitchCase> cases) {
        return cases.stream()
                .map(it -> it.caseValue() + "→" + place(it.target()))
                .collect(Collectors.joining(" "));
    }
}
