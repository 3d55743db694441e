package io.xenarium.toolstack;

import io.xenarium.machine.code.Engine;
import io.xenarium.parts.Parts;
import io.xenarium.terms.Bug;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.function.BooleanSupplier;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;
import java.util.zip.CheckedOutputStream;

/// A machine in a file: what it was made with, and one keyframe of it.
///
/// 1. The file begins with a word and a version, and ends with a checksum (CRC-32C) of all before.
/// 2. What was read says the same when it is saved again: a file of a version that keeps its state
///    otherwise is refused, though its number may be the same.
final class MachineFile {
    private static final long WORD = 0x58656e617269756dL;
    private static final int VERSION = 4;
    private static final int BUFFER = 1 << 20;

    private MachineFile() {}

    static void write(Path file, Host host) {
        try {
            Path part = file.resolveSibling(file.getFileName() + ".part");
            try (OutputStream stream =
                    new BufferedOutputStream(Files.newOutputStream(part), BUFFER)) {
                CheckedOutputStream checked = new CheckedOutputStream(stream, new CRC32C());
                DataOutputStream out = new DataOutputStream(checked);
                out.writeLong(WORD);
                out.writeInt(VERSION);
                out.writeLong(host.config().seed());
                out.writeInt(host.config().memoryMiB());
                out.writeInt(host.config().processors());
                out.writeInt(host.machine().journal().past());
                host.keyframe().write(out);
                out.writeLong(checked.getChecksum().getValue());
                out.flush();
            }
            Files.move(
                    part,
                    file,
                    StandardCopyOption.REPLACE_EXISTING,
                    StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException failed) {
            throw new Refused(
                    "the machine cannot be kept in %s: %s".formatted(file, failed.getMessage()));
        }
    }

    static Host read(Path file, Parts parts) {
        try (InputStream stream = new BufferedInputStream(Files.newInputStream(file), BUFFER)) {
            CheckedInputStream checked = new CheckedInputStream(stream, new CRC32C());
            DataInputStream in = new DataInputStream(checked);
            if (in.readLong() != WORD) {
                throw new Refused("%s keeps no machine: see --keep".formatted(file));
            }
            if (in.readInt() != VERSION) {
                throw another(file);
            }
            HostConfig config = config(in, parts);
            Host host = Host.of(config);
            host.machine().journal().beginAfter(in.readInt());
            BooleanSupplier rest = host.read(in);
            long sum = checked.getChecksum().getValue();
            if (in.readLong() != sum) {
                throw damaged(file);
            }
            if (!isSame(rest)) {
                throw another(file);
            }
            return host;
        } catch (NoSuchFileException missing) {
            throw new Refused("%s does not exist: check the path".formatted(file));
        } catch (IOException | RuntimeException failed) {
            if (failed instanceof Refused refused) {
                throw refused;
            }
            throw damaged(file);
        }
    }

    private static HostConfig config(DataInputStream in, Parts parts) throws IOException {
        return new HostConfig(in.readLong(), in.readInt(), in.readInt(), parts, Engine.TRANSLATOR);
    }

    private static boolean isSame(BooleanSupplier rest) {
        try {
            return rest.getAsBoolean();
        } catch (Bug otherwise) {
            return false;
        }
    }

    private static Refused damaged(Path file) {
        return new Refused("%s is damaged: keep the machine again".formatted(file));
    }

    private static Refused another(Path file) {
        return new Refused(
                "%s was kept by another version of Xenarium: keep the machine again"
                        .formatted(file));
    }
}
