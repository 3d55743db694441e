package io.xenarium.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The page's colours, light and dark, against WCAG 2.2: text needs 4.5 to 1 on what it stands on
/// (1.4.3), outlines that carry a meaning need 3 to 1 (1.4.11).
class ContrastTest {
    private static final Pattern PAIR =
            Pattern.compile("--([\\w-]+): light-dark\\((#\\w{6}), (#\\w{6})\\);");
    private static final List<String> GROUNDS =
            List.of("paper", "panel", "raised", "code", "wash", "warn");
    private static final List<String> OWNERS = List.of("xen", "dom0", "dom1", "dom2", "dom3");

    @Test
    void textStandsOutFromEveryGround() throws IOException {
        assertEquals(List.of(), tooFaint(List.of("ink", "quiet", "accent"), GROUNDS, 4.5));
    }

    @Test
    void outlinesStandOutFromWhatTheyLieOn() throws IOException {
        List<String> outlines = new ArrayList<>(OWNERS);
        outlines.addAll(List.of("edge", "focus", "warn-edge"));
        assertEquals(List.of(), tooFaint(outlines, List.of("paper", "panel", "raised"), 3));
    }

    @Test
    void inkIsReadableOnAChangedValue() throws IOException {
        assertEquals(List.of(), tooFaint(List.of("ink"), List.of("changed"), 4.5));
    }

    private static List<String> tooFaint(List<String> fronts, List<String> grounds, double least)
            throws IOException {
        List<String> faint = new ArrayList<>();
        for (int theme = 0; theme < 2; theme++) {
            Map<String, Integer> colours = colours(theme);
            for (String front : fronts) {
                for (String ground : grounds) {
                    double ratio = ratio(colours.get(front), colours.get(ground));
                    if (ratio < least) {
                        faint.add(
                                "%s on %s, theme %d: %.2f".formatted(front, ground, theme, ratio));
                    }
                }
            }
        }
        return faint;
    }

    private static Map<String, Integer> colours(int theme) throws IOException {
        Map<String, Integer> colours = new HashMap<>();
        try (InputStream in = ContrastTest.class.getResourceAsStream("/app/tokens.css")) {
            String css = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            Matcher pair = PAIR.matcher(css);
            while (pair.find()) {
                colours.put(
                        pair.group(1), Integer.parseInt(pair.group(2 + theme).substring(1), 16));
            }
        }
        assertFalse(colours.isEmpty());
        return colours;
    }

    private static double ratio(int one, int other) {
        double lighter = Math.max(luminance(one), luminance(other));
        double darker = Math.min(luminance(one), luminance(other));
        return (lighter + 0.05) / (darker + 0.05);
    }

    private static double luminance(int rgb) {
        return 0.2126 * linear(rgb >> 16) + 0.7152 * linear(rgb >> 8) + 0.0722 * linear(rgb);
    }

    private static double linear(int channel) {
        double value = (channel & 0xff) / 255.0;
        return value <= 0.04045 ? value / 12.92 : Math.pow((value + 0.055) / 1.055, 2.4);
    }
}
