package io.xenarium.toolstack;

import io.xenarium.xen.Limits;

/// A domain's part in the physical processors, as its configuration says it (xl.cfg(5)).
///
/// @param weight how much it gets beside others: twice the weight, twice the time
/// @param cap the most it gets, in percent of one processor; 0 for no limit
/// @param hard the processors on which it may run, one bit each
/// @param soft the processors on which it should run
public record Sharing(int weight, int cap, long hard, long soft) {
    /// The word for all processors.
    static final String ALL = "all";

    private static final int WEIGHT_DEFAULT = 256;

    /// What a domain gets that does not say anything.
    public static final Sharing PLAIN = new Sharing(WEIGHT_DEFAULT, 0, -1, -1);

    public Sharing {
        if (weight < 1 || weight > Limits.WEIGHT_MAX) {
            throw new Refused(
                    "cpu_weight = %d will not do: between 1 and %d"
                            .formatted(weight, Limits.WEIGHT_MAX));
        }
        if (cap < 0) {
            throw new Refused("cap = %d will not do: percent of a processor".formatted(cap));
        }
    }

    /// The processors that `text` names: `all`, or numbers, ranges and, after a `^`, what is left
    /// out: `0-3,^1`.
    static long processors(String text) {
        long bits = 0;
        for (String each : text.split(",")) {
            String word = each.strip();
            boolean isLeftOut = word.startsWith("^");
            long named = word.equals(ALL) ? -1 : range(text, isLeftOut ? word.substring(1) : word);
            bits = isLeftOut ? bits & ~named : bits | named;
        }
        if (bits == 0) {
            throw new Refused("cpus = \"%s\" leaves no processor to run on".formatted(text));
        }
        return bits;
    }

    private static long range(String text, String word) {
        if (!word.matches("\\d{1,2}(-\\d{1,2})?")) {
            throw new Refused(
                    "cpus = \"%s\" will not do: write all, or as in 0-3,^1".formatted(text));
        }
        int dash = word.indexOf('-');
        int first = Integer.parseInt(dash < 0 ? word : word.substring(0, dash));
        int last = Integer.parseInt(word.substring(dash + 1));
        if (first > last || last >= HostConfig.PROCESSORS_MAX) {
            throw new Refused(
                    "cpus = \"%s\": there is no range %s; the last processor is %d"
                            .formatted(text, word, HostConfig.PROCESSORS_MAX - 1));
        }
        return -1L << first & -1L >>> (HostConfig.PROCESSORS_MAX - 1 - last);
    }

    /// The lines of a configuration that say the same; none for what needs no word.
    String text() {
        StringBuilder text = new StringBuilder();
        if (weight != PLAIN.weight) {
            text.append("cpu_weight = ").append(weight).append('\n');
        }
        if (cap != PLAIN.cap) {
            text.append("cap = ").append(cap).append('\n');
        }
        put(text, "cpus", hard);
        put(text, "cpus_soft", soft);
        return text.toString();
    }

    private static void put(StringBuilder text, String key, long bits) {
        if (bits == -1) {
            return;
        }
        text.append(key).append(" = \"");
        String comma = "";
        for (int i = 0; i < HostConfig.PROCESSORS_MAX; i++) {
            if ((bits >>> i & 1) != 0) {
                text.append(comma).append(i);
                comma = ",";
            }
        }
        text.append("\"\n");
    }
}
