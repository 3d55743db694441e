package io.xenarium.tidy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.FormatterException;
import com.google.googlejavaformat.java.ImportOrderer;
import com.google.googlejavaformat.java.JavaFormatterOptions;
import com.google.googlejavaformat.java.RemoveUnusedImports;
import com.google.googlejavaformat.java.StringWrapper;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Every Java file stands as google-java-format --aosp would write it, so that nobody discusses it.
class FormatTest {
    private static final JavaFormatterOptions.Style STYLE = JavaFormatterOptions.Style.AOSP;

    private final Formatter formatter =
            new Formatter(JavaFormatterOptions.builder().style(STYLE).build());

    @Test
    void everyFileIsFormatted() throws IOException {
        List<String> wrong = new ArrayList<>();
        for (Path file : Sources.java()) {
            String text = Sources.read(file);
            String formatted = format(file, text);
            if (formatted.equals(text)) {
                continue;
            }
            if (System.getProperty("update") != null) {
                Files.writeString(file, formatted);
            } else {
                wrong.add(Sources.name(file));
            }
        }
        assertEquals(
                "",
                String.join("\n", wrong),
                "rewrite them: mvn -pl hypervisor test -Dtest=FormatTest -Dupdate");
    }

    private String format(Path file, String text) {
        try {
            String ordered = ImportOrderer.reorderImports(text, STYLE);
            String used = RemoveUnusedImports.removeUnusedImports(ordered);
            return StringWrapper.wrap(formatter.formatSource(used), formatter);
        } catch (FormatterException wrong) {
            throw new AssertionError(Sources.name(file) + ": " + wrong.getMessage(), wrong);
        }
    }
}
