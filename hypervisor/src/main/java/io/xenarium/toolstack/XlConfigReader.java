package io.xenarium.toolstack;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Reads the configuration of a domain: lines of `key = value`, where a value is a text in quotes,
/// a number, or a list; `#` starts a comment. Keys that xl knows and Xenarium has no use for are
/// passed over; keys that nobody knows are refused.
final class XlConfigReader {
    private static final List<String> TEXTS =
            List.of(
                    "name",
                    "kernel",
                    "ramdisk",
                    "cmdline",
                    "cpuid",
                    "cpus",
                    "cpus_soft",
                    "root",
                    "extra",
                    "type",
                    "builder",
                    "on_crash",
                    "on_poweroff",
                    "on_reboot");
    private static final List<String> NUMBERS = List.of("memory", "vcpus", "cpu_weight", "cap");

    /// What xl.cfg(5) has and makes no difference here.
    private static final List<String> PASSED_OVER =
            List.of(
                    "bootloader",
                    "localtime",
                    "maxmem",
                    "maxvcpus",
                    "on_watchdog",
                    "rtc_timeoffset",
                    "seclabel",
                    "uuid",
                    "vfb",
                    "vif");

    private static final int MEMORY_DEFAULT_MIB = 128;

    private final String text;
    private final Map<String, String> texts = new HashMap<>();
    private final Map<String, Integer> numbers = new HashMap<>();
    private final List<DiskSpec> disks = new ArrayList<>();

    XlConfigReader(String text) {
        this.text = text;
    }

    XlConfig read() {
        int number = 0;
        for (String line : joined()) {
            number++;
            readLine(number, line.strip());
        }
        String type = texts.getOrDefault("type", texts.getOrDefault("builder", "pv"));
        if (!type.equals("pv") && !type.equals("generic") && !type.equals("linux")) {
            throw new Refused(
                    "the configuration asks for a guest of type \"%s\"; only type=\"pv\" is known"
                            .formatted(type));
        }
        return new XlConfig(
                required("name"),
                required("kernel"),
                Optional.ofNullable(texts.get("ramdisk")),
                cmdline(),
                positive("memory", MEMORY_DEFAULT_MIB),
                positive("vcpus", 1),
                sharing(),
                CpuidSpec.parse(texts.getOrDefault("cpuid", "host")),
                disks,
                new Ending.Plan(
                        ending("on_poweroff", Ending.Plan.OF_XL.poweroff()),
                        ending("on_reboot", Ending.Plan.OF_XL.reboot()),
                        ending("on_crash", Ending.Plan.OF_XL.crash())));
    }

    private Sharing sharing() {
        return new Sharing(
                positive("cpu_weight", Sharing.PLAIN.weight()),
                numbers.getOrDefault("cap", Sharing.PLAIN.cap()),
                Sharing.processors(texts.getOrDefault("cpus", Sharing.ALL)),
                Sharing.processors(texts.getOrDefault("cpus_soft", Sharing.ALL)));
    }

    private Ending ending(String key, Ending otherwise) {
        return texts.containsKey(key) ? Ending.of(texts.get(key)) : otherwise;
    }

    /// The lines, with those that a list stretches over joined to the line that begins it; the
    /// places of the others are kept by empty lines.
    private List<String> joined() {
        List<String> lines = new ArrayList<>();
        int open = -1;
        for (String raw : text.split("\n", -1)) {
            String line = withoutComment(raw);
            if (open < 0) {
                lines.add(line);
                open = isOpen(line) ? lines.size() - 1 : -1;
            } else {
                lines.set(open, lines.get(open) + " " + line.strip());
                lines.add("");
                open = isOpen(lines.get(open)) ? open : -1;
            }
        }
        return lines;
    }

    private static boolean isOpen(String line) {
        return line.contains("=")
                && line.substring(line.indexOf('=') + 1).strip().startsWith("[")
                && !line.strip().endsWith("]");
    }

    private static String withoutComment(String line) {
        char quote = 0;
        for (int i = 0; i < line.length(); i++) {
            char at = line.charAt(i);
            if (quote != 0) {
                if (at == '\\') {
                    i++;
                } else if (at == quote) {
                    quote = 0;
                }
            } else if (at == '"' || at == '\'') {
                quote = at;
            } else if (at == '#') {
                return line.substring(0, i);
            }
        }
        return line;
    }

    private void readLine(int number, String line) {
        if (line.isEmpty()) {
            return;
        }
        int equals = line.indexOf('=');
        if (equals < 0) {
            throw wrong(number, "is no `key = value`: " + line);
        }
        String key = line.substring(0, equals).strip();
        String value = line.substring(equals + 1).strip();
        if (TEXTS.contains(key)) {
            texts.put(key, unquoted(number, key, value));
        } else if (NUMBERS.contains(key)) {
            numbers.put(key, numberOf(number, key, value));
        } else if (key.equals("disk")) {
            readDisks(number, value);
        } else if (!PASSED_OVER.contains(key)) {
            throw wrong(number, "has a key that xl.cfg(5) does not know: " + key);
        }
    }

    /// A list of texts: `[ 'one', "two" ]`.
    private void readDisks(int number, String value) {
        if (!value.startsWith("[") || !value.endsWith("]")) {
            throw wrong(number, "needs a list: disk = [ '…' ]");
        }
        int at = 1;
        while (at < value.length() - 1) {
            char quote = value.charAt(at);
            if (quote != '"' && quote != '\'') {
                at++;
                continue;
            }
            int end = at + 1;
            while (end < value.length() - 1 && value.charAt(end) != quote) {
                end += value.charAt(end) == '\\' ? 2 : 1;
            }
            String each = value.substring(at, Math.min(end + 1, value.length()));
            disks.add(DiskSpec.parse(unquoted(number, "disk", each)));
            at = end + 1;
        }
    }

    private static String unquoted(int number, String key, String value) {
        char quote = value.isEmpty() ? 0 : value.charAt(0);
        if (value.length() < 2
                || quote != '"' && quote != '\''
                || value.charAt(value.length() - 1) != quote) {
            throw wrong(number, "needs quotes: %s = \"%s\"".formatted(key, value));
        }
        StringBuilder plain = new StringBuilder();
        for (int i = 1; i < value.length() - 1; i++) {
            char at = value.charAt(i);
            if (at == '\\' && i < value.length() - 2) {
                i++;
                at = value.charAt(i) == 'n' ? '\n' : value.charAt(i);
            }
            plain.append(at);
        }
        return plain.toString();
    }

    private static int numberOf(int number, String key, String value) {
        try {
            return Integer.decode(value);
        } catch (NumberFormatException notOne) {
            throw wrong(number, "needs a number: %s = %s".formatted(key, value));
        }
    }

    private static Refused wrong(int number, String what) {
        return new Refused("line %d of the configuration %s".formatted(number, what));
    }

    private String required(String key) {
        String value = texts.getOrDefault(key, "");
        if (value.isEmpty()) {
            throw new Refused(
                    "the configuration does not say %1$s: add a line %1$s = \"…\"".formatted(key));
        }
        return value;
    }

    private int positive(String key, int otherwise) {
        int value = numbers.getOrDefault(key, otherwise);
        if (value <= 0) {
            throw new Refused("%s = %d will not do: it must be above 0".formatted(key, value));
        }
        return value;
    }

    /// The command line as xl puts it together: `cmdline`, or else `root` and `extra`.
    private String cmdline() {
        if (texts.containsKey("cmdline")) {
            return texts.get("cmdline");
        }
        String root = texts.containsKey("root") ? "root=" + texts.get("root") : "";
        return (root + " " + texts.getOrDefault("extra", "")).strip();
    }
}
