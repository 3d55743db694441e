package io.xenarium.lab;

import java.io.ByteArrayInputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.Label;
import java.lang.classfile.instruction.BranchInstruction;
import java.lang.classfile.instruction.LabelTarget;
import java.lang.classfile.instruction.LineNumber;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// Makes compiled code spend from the [StepBudget]: one step where a method begins, and one before
/// every jump back, which every loop has.
final class Weave {
    private static final ClassDesc BUDGET = StepBudget.class.describeConstable().orElseThrow();
    private static final MethodTypeDesc SPEND =
            MethodTypeDesc.of(ConstantDescs.CD_void, ConstantDescs.CD_int);

    private Weave() {}

    /// The same classes, with steps counted.
    static Map<String, byte[]> classes(Map<String, byte[]> plain) {
        ClassHierarchyResolver own =
                ClassHierarchyResolver.ofResourceParsing(type -> {
                    byte[] bytes = plain.get(binaryName(type));
                    return bytes == null ? null : new ByteArrayInputStream(bytes);
                });
        ClassFile classFile =
                ClassFile.of(
                        ClassFile.ClassHierarchyResolverOption.of(
                                own.orElse(ClassHierarchyResolver.defaultResolver())));
        ClassTransform counting =
                ClassTransform.transformingMethodBodies(CodeTransform.ofStateful(Steps::new));
        Map<String, byte[]> woven = new TreeMap<>();
        plain.forEach((name, bytes) -> {
            ClassModel model = classFile.parse(bytes);
            woven.put(name, classFile.transformClass(model, counting));
        });
        return woven;
    }

    private static String binaryName(ClassDesc type) {
        String descriptor = type.descriptorString();
        return descriptor.substring(1, descriptor.length() - 1).replace('/', '.');
    }

    private static final class Steps implements CodeTransform {
        private final Set<Label> passed = new HashSet<>();
        private boolean hasBegun;
        private int line;

        @Override
        public void accept(CodeBuilder builder, CodeElement element) {
            switch (element) {
                case LabelTarget target -> passed.add(target.label());
                case LineNumber number -> line = number.line();
                case BranchInstruction jump when passed.contains(jump.target()) -> spend(builder);
                default -> {}
            }
            builder.with(element);
            if (element instanceof LineNumber && !hasBegun) {
                hasBegun = true;
                spend(builder);
            }
        }

        private void spend(CodeBuilder builder) {
            builder.loadConstant(line);
            builder.invokestatic(BUDGET, "spend", SPEND);
        }
    }
}
