package io.xenarium.tidy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.TreeSet;

/// The order of the packages of `hypervisor`: each may import those above it, none below.
class BordersTest {
    private static final String ROOT = "io.xenarium.";

    /// From the words that all use to the checkers that look from outside. The packages in one line
    /// are one floor: they may import each other.
    private static final List<List<String>> FLOORS =
            List.of(
                    List.of("terms"),
                    List.of("abi"),
                    List.of("trace"),
                    List.of("machine", "machine.cpu", "machine.code"),
                    List.of("machine.device"),
                    List.of("parts"),
                    List.of("xen"),
                    List.of("guest"),
                    List.of("dom0"),
                    List.of("toolstack"),
                    List.of("check"));

    private static final JavaClasses CLASSES =
            new ClassFileImporter()
                    .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                    .importPackages("io.xenarium");

    @Test
    void aPackageImportsOnlyWhatStandsAboveIt() {
        var wrong = new TreeSet<String>();
        for (JavaClass from : CLASSES) {
            for (Dependency dependency : from.getDirectDependenciesFromSelf()) {
                JavaClass to = dependency.getTargetClass().getBaseComponentType();
                if (to.getName().startsWith(ROOT) && floor(from) < floor(to)) {
                    wrong.add(from.getName() + " uses " + to.getName());
                }
            }
        }
        assertEquals("", String.join("\n", wrong), "design: each imports only packages above it");
    }

    @Test
    void everyPackageHasItsFloor() {
        var homeless = new TreeSet<String>();
        for (JavaClass from : CLASSES) {
            if (floor(from) < 0) {
                homeless.add(from.getPackageName());
            }
        }
        assertEquals("[]", homeless.toString());
    }

    private static int floor(JavaClass member) {
        String name = member.getPackageName().substring(ROOT.length());
        for (int floor = 0; floor < FLOORS.size(); floor++) {
            if (FLOORS.get(floor).contains(name)) {
                return floor;
            }
        }
        return -1;
    }
}
