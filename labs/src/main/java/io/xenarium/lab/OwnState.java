package io.xenarium.lab;

import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.FieldModel;
import java.lang.constant.ClassDesc;
import java.lang.reflect.AccessFlag;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/// Finds what a part keeps for itself between two calls. The machine goes back in time by loading
/// its own state; what a part keeps does not go back with it, and the second run would be another
/// one. So a part has no field but its platform and constants: state lives in the hypervisor.
///
/// Objects that live for one call may have fields of their own.
final class OwnState {
    private static final String PARTS = "io/xenarium/parts/";
    private static final Set<String> VALUES =
            Set.of("I", "J", "Z", "B", "S", "C", "F", "D", "Ljava/lang/String;");
    private static final String PLAINLY =
            "A part keeps nothing between two calls: when the stage goes back in time, this would"
                    + " stay as it is. Ask the platform for it, or keep it in a local variable.";

    private OwnState() {}

    /// What is wrong with the classes of a part, as complaints about the lines of its sources.
    ///
    /// @param classes by binary name
    /// @param sources by path
    static List<Compile.Complaint> complaints(
            Map<String, byte[]> classes, Map<String, String> sources) {
        List<Compile.Complaint> complaints = new ArrayList<>();
        classes.forEach((name, bytes) -> {
            ClassModel model = ClassFile.of().parse(bytes);
            boolean isPart =
                    model.interfaces().stream()
                            .anyMatch(it -> it.asInternalName().startsWith(PARTS));
            for (FieldModel field : model.fields()) {
                if (isState(field, isPart)) {
                    complaints.add(complaint(name, field.fieldName().stringValue(), sources));
                }
            }
        });
        return complaints;
    }

    private static boolean isState(FieldModel field, boolean isPart) {
        boolean isFinal = field.flags().has(AccessFlag.FINAL);
        if (field.flags().has(AccessFlag.STATIC)) {
            return !isFinal;
        }
        return isPart && !(isFinal && isHarmless(field.fieldTypeSymbol()));
    }

    /// What is lent to the part, and values that never change.
    private static boolean isHarmless(ClassDesc type) {
        String descriptor = type.descriptorString();
        return descriptor.startsWith("L" + PARTS) || VALUES.contains(descriptor);
    }

    private static Compile.Complaint complaint(
            String className, String field, Map<String, String> sources) {
        String file = className.replaceAll("\\$.*", "").replace('.', '/') + ".java";
        List<String> lines = sources.getOrDefault(file, "").lines().toList();
        Pattern declaration = Pattern.compile("\\b" + Pattern.quote(field) + "\\b");
        int line = 0;
        while (line < lines.size() && !declaration.matcher(lines.get(line)).find()) {
            line++;
        }
        boolean isFound = line < lines.size();
        return new Compile.Complaint(
                file.substring(file.lastIndexOf('/') + 1),
                isFound ? line + 1L : 1L,
                isFound ? lines.get(line) : "",
                "the part keeps `%s` for itself".formatted(field),
                PLAINLY);
    }
}
