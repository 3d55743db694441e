package io.xenarium.toolstack;

import io.xenarium.terms.Bug;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// What a small Linux system consists of beside its kernel: one program that is all its commands, a
/// program that mends file systems, and a handful of texts of ours. It comes in two forms: as the
/// archive that the kernel begins with, and as files for a disk.
final class SmallLinux {
    static final int EXECUTABLE = 0755;
    private static final int PLAIN = 0644;
    private static final int MEMORY_MAJOR = 1;
    private static final int CONSOLE_MAJOR = 5;
    private static final String COMMANDS = "bin/busybox";
    private static final String E2FSCK = "sbin/e2fsck";

    /// The empty folders of every system.
    private static final List<String> FOLDERS =
            List.of(
                    "bin",
                    "dev",
                    "etc",
                    "lib",
                    "lib/modules",
                    "mnt",
                    "proc",
                    "root",
                    "sbin",
                    "sys",
                    "tmp",
                    "var");

    private static final Map<String, String> TEXTS =
            Map.of(
                    "etc/passwd", "root::0:0:root:/root:/bin/sh\n",
                    "etc/group", "root:x:0:\n",
                    "etc/nsswitch.conf", "passwd: files\ngroup: files\n",
                    "etc/hostname", "xenarium\n");

    /// A file of the system.
    record Item(int mode, byte[] contents) {}

    private final byte[] busybox;
    private final byte[] e2fsck;
    private final List<String> commands;

    /// A system with this busybox and this e2fsck, both linked statically.
    ///
    /// @throws Refused where the busybox cannot be used
    SmallLinux(byte[] busybox, byte[] e2fsck) {
        this.busybox = busybox;
        this.e2fsck = e2fsck;
        commands = Busybox.commands(busybox);
    }

    /// The archive that a kernel begins with.
    ///
    /// @param modules in the order in which they are to be loaded
    byte[] initramfs(List<KernelModule> modules) throws IOException {
        CpioArchive archive = new CpioArchive();
        for (String folder : FOLDERS) {
            archive.folder(folder);
        }
        archive.characterDevice("dev/console", CONSOLE_MAJOR, 1);
        archive.characterDevice("dev/null", MEMORY_MAJOR, 3);
        archive.file("init", EXECUTABLE, text("init"));
        Map<String, Item> files = files();
        files.remove(E2FSCK);
        for (Map.Entry<String, Item> file : files.entrySet()) {
            archive.file(file.getKey(), file.getValue().mode, file.getValue().contents);
        }
        for (Map.Entry<String, String> link : links().entrySet()) {
            archive.link(link.getKey(), link.getValue());
        }
        StringBuilder order = new StringBuilder();
        for (KernelModule module : modules) {
            archive.file("lib/modules/" + module.name() + ".ko", PLAIN, module.file());
            order.append(module.name()).append('\n');
        }
        archive.file("lib/modules/order", PLAIN, ascii(order.toString()));
        return archive.end();
    }

    /// The folders of a disk with the system on it, by path.
    List<String> folders() {
        return FOLDERS;
    }

    /// The files, by path.
    Map<String, Item> files() {
        Map<String, Item> files = new TreeMap<>();
        TEXTS.forEach((path, text) -> files.put(path, new Item(PLAIN, ascii(text))));
        files.put("etc/inittab", new Item(PLAIN, text("inittab")));
        files.put("etc/profile", new Item(PLAIN, text("profile")));
        files.put("etc/rc", new Item(EXECUTABLE, text("rc")));
        files.put(COMMANDS, new Item(EXECUTABLE, busybox));
        files.put(E2FSCK, new Item(EXECUTABLE, e2fsck));
        return files;
    }

    /// The symbolic links, by path, and where they lead.
    Map<String, String> links() {
        Map<String, String> links = new TreeMap<>();
        for (String command : commands) {
            links.put("bin/" + command, "busybox");
        }
        links.remove(COMMANDS);
        for (String command : List.of("init", "halt", "poweroff", "reboot")) {
            links.put("sbin/" + command, "../" + COMMANDS);
        }
        links.put("sbin/fsck.ext4", "e2fsck");
        return links;
    }

    private static byte[] text(String name) {
        try (InputStream text = SmallLinux.class.getResourceAsStream("linux/" + name)) {
            if (text == null) {
                throw new Bug("there is no resource linux/" + name);
            }
            return text.readAllBytes();
        } catch (IOException unreadable) {
            throw new Bug("the resource linux/" + name + " cannot be read", unreadable);
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
