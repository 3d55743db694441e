package io.xenarium.toolstack;

import java.util.Optional;

/// What a domain is made from, as the configuration file of `xl create` says it (xl.cfg(5)).
///
/// @param name what the domain is called
/// @param kernel the image: the path of a file, `hello` for our own small guest, or the name under
///   which an image was put into [Host#images]
/// @param ramdisk the initial ram disk, named in the same way
/// @param cmdline what the kernel is told
/// @param memoryMiB memory of the domain
/// @param vcpus virtual processors of the domain
public record XlConfig(
        String name,
        String kernel,
        Optional<String> ramdisk,
        String cmdline,
        int memoryMiB,
        int vcpus) {
    /// A domain with one vCPU, no ram disk and no command line.
    public static XlConfig of(String name, String kernel, int memoryMiB) {
        return new XlConfig(name, kernel, Optional.empty(), "", memoryMiB, 1);
    }

    /// Reads the text of a configuration file.
    ///
    /// @throws Refused naming the line that is wrong
    public static XlConfig parse(String text) {
        return new XlConfigReader(text).read();
    }

    /// The text of a configuration file that says the same.
    public String text() {
        StringBuilder text = new StringBuilder();
        put(text, "name", name);
        put(text, "kernel", kernel);
        ramdisk.ifPresent(path -> put(text, "ramdisk", path));
        if (!cmdline.isEmpty()) {
            put(text, "cmdline", cmdline);
        }
        text.append("memory = ").append(memoryMiB).append('\n');
        text.append("vcpus = ").append(vcpus).append('\n');
        return text.toString();
    }

    private static void put(StringBuilder text, String key, String value) {
        String quoted = value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
        text.append(key).append(" = \"").append(quoted).append("\"\n");
    }
}
