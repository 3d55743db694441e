package io.xenarium.server;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;

import org.junit.jupiter.api.Test;

/// Which packages of this module know which.
class BordersTest {
    private static final String SERVER = "io.xenarium.server..";
    private static final String WIRE = "io.xenarium.bench.wire..";

    private static final JavaClasses CLASSES =
            new ClassFileImporter()
                    .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                    .importPackages("io.xenarium");

    @Test
    void theServerKnowsNothingOfAMachineOrOfLearnersCode() {
        noClasses()
                .that()
                .resideInAPackage(SERVER)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.xenarium.bench",
                        "io.xenarium.bench.cell..",
                        "io.xenarium.bench.view..",
                        "io.xenarium.lab..",
                        "io.xenarium.xen..",
                        "io.xenarium.machine..",
                        "io.xenarium.parts..",
                        "io.xenarium.toolstack..",
                        "io.xenarium.dom0..")
                .because("its process never runs learners' code")
                .check(CLASSES);
    }

    @Test
    void theDeskReadsLabsAndRunsNone() {
        noClasses()
                .that()
                .resideInAPackage("io.xenarium.desk..")
                .should()
                .dependOnClassesThat()
                .haveNameMatching(
                        "io\\.xenarium\\.(lab\\.(Runner|Compile|Checks|LearnerParts|FreshLoader|Reset)"
                            + "|(bench|xen|machine|parts|toolstack|dom0)\\..*)")
                .because("the server uses it, and never runs learners' code")
                .check(CLASSES);
    }

    @Test
    void theBenchKnowsNoServer() {
        noClasses()
                .that()
                .resideInAPackage("io.xenarium.bench..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(SERVER, "io.xenarium.cli..", "io.javalin..")
                .check(CLASSES);
    }

    @Test
    void theWireKnowsNobody() {
        noClasses()
                .that()
                .resideInAPackage(WIRE)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.xenarium.bench",
                        "io.xenarium.bench.cell..",
                        "io.xenarium.bench.view..",
                        SERVER,
                        "io.xenarium.terms..")
                .check(CLASSES);
    }

    @Test
    void viewsOnlyLookAndKnowNoThread() {
        noClasses()
                .that()
                .resideInAPackage("io.xenarium.bench.view..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.xenarium.bench",
                        "io.xenarium.bench.cell..",
                        WIRE,
                        "java.util.concurrent..")
                .check(CLASSES);
    }
}
