package io.xenarium.lab00.check;

import io.xenarium.lab.CheckFailed;
import io.xenarium.lab.Subject;
import io.xenarium.parts.ConsoleIo;
import io.xenarium.terms.DomId;
import io.xenarium.terms.Errno;
import io.xenarium.terms.Vaddr;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/// A guest's memory and Xen's console, with nothing else of Xen: what a part is lent in the first
/// tiers. Domains 0 and 1 may write; the others may not.
final class ConsoleWorld implements ConsoleIo.Platform {
    /// Where the guest's memory begins.
    static final long BASE = 0xffffffff80000000L;

    /// The guest's memory; reading past its end fails.
    byte[] memory;

    /// Done after each copy: what the guest does meanwhile on another processor.
    Runnable meanwhile = () -> {};

    /// What happened, in words: the steps of the check that runs.
    private final List<String> told = Subject.current().steps();

    private final ByteArrayOutputStream shown = new ByteArrayOutputStream();
    private boolean hasFailed;

    ConsoleWorld(byte[] memory) {
        this.memory = memory;
    }

    /// A world whose guest has `bytes` bytes of readable text.
    static ConsoleWorld ofText(int bytes) {
        byte[] text = new byte[bytes];
        for (int i = 0; i < bytes; i++) {
            text[i] = (byte) ('a' + i % 26);
        }
        return new ConsoleWorld(text);
    }

    @Override
    public boolean mayWrite(DomId caller) {
        told.add("may " + caller + " write? " + (caller.value() < 2 ? "yes" : "no"));
        return caller.value() < 2;
    }

    @Override
    public boolean copyFromGuest(DomId caller, Vaddr from, byte[] into) {
        if (into.length > ConsoleIo.CHUNK_BYTES) {
            throw new CheckFailed(
                    Rules.CHUNK,
                    "your part copied " + into.length + " bytes at once",
                    "copies at most " + ConsoleIo.CHUNK_BYTES);
        }
        long offset = from.value() - BASE;
        boolean isGood = offset >= 0 && offset + into.length <= memory.length;
        told.add(
                "copy %d bytes from byte %d of the guest's text: %s"
                        .formatted(into.length, offset, isGood ? "done" : "cannot be read"));
        if (isGood) {
            System.arraycopy(memory, (int) offset, into, 0, into.length);
        }
        hasFailed |= !isGood;
        meanwhile.run();
        return isGood;
    }

    @Override
    public void emit(DomId caller, byte[] bytes, int count) {
        if (count < 0 || count > bytes.length) {
            throw new CheckFailed(
                    Rules.TEXT,
                    "your part emitted %d bytes of %d".formatted(count, bytes.length),
                    "emits what it has copied");
        }
        if (hasFailed) {
            throw new CheckFailed(
                    Rules.DISTRUST,
                    "your part emitted %d bytes after a place that could not be read"
                            .formatted(count),
                    "answers -EFAULT at once");
        }
        told.add("emit " + count + " bytes: " + text(Arrays.copyOf(bytes, count)));
        shown.write(bytes, 0, count);
    }

    byte[] shown() {
        return shown.toByteArray();
    }

    /// Lets the learner's part write, and expects this answer.
    ConsoleWorld answers(long wanted, int domain, long offset, int count) {
        Subject subject = Subject.current();
        String asked = "write(d%d, byte %d on, %d bytes)".formatted(domain, offset, count);
        told.add(asked + ":");
        long answer =
                subject.mine()
                        .consoleIo()
                        .make(this)
                        .write(new DomId(domain), new Vaddr(BASE + offset), count);
        if (answer != wanted) {
            throw new CheckFailed(
                    Rules.ANSWER,
                    asked + " answered " + Errno.describe(answer),
                    "answers " + Errno.describe(wanted));
        }
        return this;
    }

    /// Expects exactly these bytes on the console.
    ConsoleWorld shows(byte[] wanted) {
        byte[] is = shown();
        int same = Arrays.mismatch(is, wanted);
        if (same >= 0) {
            throw new CheckFailed(
                    Rules.TEXT,
                    "%d bytes came out for %d; the first wrong one is byte %d, in chunk %d"
                            .formatted(
                                    is.length,
                                    wanted.length,
                                    same,
                                    same / ConsoleIo.CHUNK_BYTES + 1),
                    "shows all %d bytes as the guest wrote them".formatted(wanted.length));
        }
        return this;
    }

    /// The first `count` bytes of the guest's text.
    byte[] text(int count) {
        return Arrays.copyOf(memory, count);
    }

    private static String text(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.ISO_8859_1).replace('\n', '/');
        return text.length() <= 40
                ? text
                : text.substring(0, 20) + " … " + text.substring(text.length() - 12);
    }
}
