package io.xenarium.toolstack;

import io.xenarium.machine.cpu.Feature;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/// What `cpuid = "host,popcnt=0"` in a configuration says (xl.cfg(5), CPUID): the host's policy,
/// with features that the domain is not to see. A feature can be hidden with `=0`; `=1`, `=x` and
/// `=k` leave it as it is, because there is none that the host hides.
final class CpuidSpec {
    private static final String HOST = "host";

    private CpuidSpec() {}

    /// The features that `text` hides.
    static Set<Feature> parse(String text) {
        Set<Feature> hidden = EnumSet.noneOf(Feature.class);
        String[] words = text.split(",");
        if (!words[0].strip().equals(HOST)) {
            throw new Refused(
                    "cpuid = \"%s\" will not do: begin with \"host,\", then name features"
                            .formatted(text));
        }
        for (int i = 1; i < words.length; i++) {
            String[] sides = words[i].strip().split("=", 2);
            Feature feature = feature(sides[0].strip());
            String value = sides.length == 2 ? sides[1].strip() : "";
            switch (value) {
                case "0" -> hidden.add(feature);
                case "1", "x", "k" -> {}
                default ->
                        throw new Refused(
                                "cpuid: %s=%s will not do: write %1$s=0 to hide it"
                                        .formatted(sides[0], value));
            }
        }
        return hidden;
    }

    private static Feature feature(String name) {
        String plain = name.replace('-', '_').replace('.', '_');
        for (Feature feature : Feature.values()) {
            if (feature.name().equalsIgnoreCase(plain)) {
                return feature;
            }
        }
        throw new Refused("cpuid: the processor has no feature \"%s\"".formatted(name));
    }

    /// The text that hides these features.
    static String text(Set<Feature> hidden) {
        StringBuilder text = new StringBuilder(HOST);
        for (Feature feature : hidden) {
            text.append(',').append(feature.name().toLowerCase(Locale.ROOT)).append("=0");
        }
        return text.toString();
    }
}
