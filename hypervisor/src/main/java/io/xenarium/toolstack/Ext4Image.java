package io.xenarium.toolstack;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// A disk with a small Linux on it, as a file: an ext4 file system without partitions, made with
/// mke2fs and debugfs of e2fsprogs, which need no rights for that. All in it belongs to root.
final class Ext4Image {
    private static final String SIZE = "256M";

    /// The same for every image, so that the same contents are the same bytes.
    private static final String UUID = "78656e61-7269-4d00-8000-000000000001";

    /// 2026-01-01: what all files say they were made.
    private static final long SECONDS = 1_767_225_600L;

    private static final int MINUTES = 2;

    /// Where such programs are, though a user's PATH may not say so.
    private static final List<String> FOLDERS = List.of("/sbin", "/usr/sbin", "/usr/local/sbin");

    private final SmallLinux system;

    Ext4Image(SmallLinux system) {
        this.system = system;
    }

    /// Makes the image.
    ///
    /// @throws Refused where the programs for it are missing or fail
    void make(Path image) throws IOException {
        String mke2fs = program("mke2fs");
        String debugfs = program("debugfs");
        Path work = Files.createTempDirectory("xenarium-disk");
        try {
            Path root = Files.createDirectory(work.resolve("root"));
            List<String> paths = fill(root);
            Path made = work.resolve("image");
            run(work, makeCommand(mke2fs, root, made));
            Path script = Files.writeString(work.resolve("owners"), ownersScript(paths));
            run(work, List.of(debugfs, "-w", "-f", script.toString(), made.toString()));
            Files.createDirectories(image.getParent());
            Files.move(made, image, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Folders.remove(work);
        }
    }

    private static List<String> makeCommand(String mke2fs, Path root, Path image) {
        List<String> command = new ArrayList<>();
        command.add(mke2fs);
        command.addAll(List.of("-q", "-t", "ext4", "-b", "4096", "-m", "1", "-N", "8192"));
        command.addAll(List.of("-J", "size=4", "-L", "xenarium", "-U", UUID));
        command.addAll(List.of("-E", "root_owner=0:0,lazy_itable_init=0,hash_seed=" + UUID));
        command.addAll(List.of("-d", root.toString(), image.toString(), SIZE));
        return command;
    }

    /// Lays the system out in a folder. Returns all its paths.
    private List<String> fill(Path root) throws IOException {
        List<String> paths = new ArrayList<>();
        for (String folder : system.folders()) {
            Files.createDirectories(root.resolve(folder));
            paths.add(folder);
        }
        for (Map.Entry<String, SmallLinux.Item> file : system.files().entrySet()) {
            Path path = Files.write(root.resolve(file.getKey()), file.getValue().contents());
            boolean isExecutable = file.getValue().mode() == SmallLinux.EXECUTABLE;
            if (isExecutable && !path.toFile().setExecutable(true, false)) {
                throw new IOException(path + " cannot be made executable");
            }
            paths.add(file.getKey());
        }
        for (Map.Entry<String, String> link : system.links().entrySet()) {
            Files.createSymbolicLink(root.resolve(link.getKey()), Path.of(link.getValue()));
            paths.add(link.getKey());
        }
        for (String path : paths) {
            if (!Files.isSymbolicLink(root.resolve(path))) {
                Files.setLastModifiedTime(
                        root.resolve(path), FileTime.from(SECONDS, TimeUnit.SECONDS));
            }
        }
        return paths;
    }

    /// Who made the files is nobody in the guest.
    private static String ownersScript(List<String> paths) {
        StringBuilder script = new StringBuilder();
        for (String path : paths) {
            for (String field : List.of("uid", "gid")) {
                script.append("set_inode_field /%s %s 0\n".formatted(path, field));
            }
        }
        return script.toString();
    }

    private static String program(String name) {
        List<String> folders = new ArrayList<>();
        folders.addAll(List.of(System.getenv().getOrDefault("PATH", "").split(":")));
        folders.addAll(FOLDERS);
        return folders.stream()
                .map(folder -> Path.of(folder, name))
                .filter(Files::isExecutable)
                .map(Path::toString)
                .findFirst()
                .orElseThrow(() ->
                        new Refused(
                                "there is no %s to make a disk with: install the package e2fsprogs"
                                        + " and fetch again; `xenarium boot linux` works"
                                        + " without a disk until then".formatted(name)));
    }

    private static void run(Path work, List<String> command) throws IOException {
        Path log = work.resolve("log");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().put("E2FSPROGS_FAKE_TIME", Long.toString(SECONDS));
        builder.environment().put("SOURCE_DATE_EPOCH", Long.toString(SECONDS));
        Process process = builder.start();
        try {
            boolean isOver = process.waitFor(MINUTES, TimeUnit.MINUTES);
            if (!isOver || process.exitValue() != 0) {
                process.destroy();
                throw new Refused("%s failed: %s".formatted(command.getFirst(), lastLine(log)));
            }
        } catch (InterruptedException interrupted) {
            process.destroy();
            throw new Refused("%s was interrupted".formatted(command.getFirst()));
        }
    }

    private static String lastLine(Path log) throws IOException {
        try (Stream<String> lines = Files.lines(log, StandardCharsets.ISO_8859_1)) {
            return lines.reduce((_, last) -> last).orElse("it said nothing");
        }
    }
}
