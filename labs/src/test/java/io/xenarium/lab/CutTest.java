package io.xenarium.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

class CutTest {
    private static final String SOLUTION =
            """
            package a;

            import io.xenarium.parts.B;
            import io.xenarium.terms.Port;

            class A {
                // tag::show-a[]
                int a() {
                    // step: 05.2 a(): say
                    // step: one
                    // tag::lab-05-a[]
                    // ? Think.
                    return 1;
                    // end::lab-05-a[]
                }
                // end::show-a[]
            }
            """;

    @Test
    void aTaggedBodyBecomesNotYetAndHintsSurvive() {
        assertEquals(
                """
                package a;

                import io.xenarium.parts.B;
                import io.xenarium.terms.NotYet;
                import io.xenarium.terms.Port;

                class A {
                    int a() {
                        // Think.
                        throw new NotYet(
                                "05.2",
                                "a(): say one");
                    }
                }
                """,
                Cut.skeleton("A.java", SOLUTION));
    }

    @Test
    void whatIsWrongInASolutionIsSaid() {
        assertWrong("A.java: lab-05-a is never ended", "        // end::lab-05-a[]\n", "");
        assertWrong(
                "A.java: lab-05-a has no `// step: NN.k …` above it",
                "        // step: 05.2 a(): say\n        // step: one\n",
                "");
        assertWrong(
                "A.java: a step is followed by no tag: 05.2 a(): say",
                "        // tag::lab-05-a[]\n",
                "");
    }

    private static void assertWrong(String message, String target, String replacement) {
        LabProblem problem =
                assertThrows(
                        LabProblem.class,
                        () -> Cut.skeleton("A.java", SOLUTION.replace(target, replacement)));
        assertEquals(message, problem.getMessage());
    }

    @Test
    void everySkeletonIsCutFromItsSolution() throws IOException {
        List<String> wrong = new ArrayList<>();
        for (LabFolder lab : LabFolder.all(LabFolder.root())) {
            compare(lab, wrong);
        }
        assertEquals(
                "",
                String.join("\n", wrong),
                "rewrite them: mvn -pl labs -am test -Dtest=CutTest -Dupdate");
    }

    private static void compare(LabFolder lab, List<String> wrong) throws IOException {
        Path main = lab.folder().resolve("src/main");
        Map<String, String> cut = Cut.of(lab);
        Set<String> paths = new TreeSet<>(cut.keySet());
        LabFolder.files(main)
                .forEach(file -> paths.add(main.relativize(file).toString().replace('\\', '/')));
        for (String path : paths) {
            Path file = main.resolve(path);
            String is = Files.exists(file) ? Files.readString(file) : null;
            if (!java.util.Objects.equals(is, cut.get(path))) {
                wrong.add(file.toString());
                if (System.getProperty("update") != null) {
                    update(file, cut.get(path));
                }
            }
        }
    }

    private static void update(Path file, String text) throws IOException {
        if (text == null) {
            Files.delete(file);
        } else {
            Files.createDirectories(file.getParent());
            Files.writeString(file, text);
        }
    }
}
