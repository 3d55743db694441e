package io.xenarium.toolstack;

import io.xenarium.parts.DomainBuilder;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A 64-bit little-endian ELF file for x86-64, as far as a loader needs it: what to put where, and
/// where its notes are (System V ABI, "Object Files" and AMD64 supplement).
///
/// Whatever is in the file, reading it ends in an answer or in [Refused]: every offset is checked
/// against the file's length.
final class Elf {
    private static final int HEADER_BYTES = 64;
    private static final int PROGRAM_HEADER_BYTES = 56;
    private static final int SECTION_HEADER_BYTES = 64;
    private static final int NOTE_HEADER_BYTES = 12;
    private static final int MACHINE_386 = 3;
    private static final int MACHINE_X86_64 = 62;
    private static final int PT_LOAD = 1;
    private static final int PT_NOTE = 4;
    private static final int SHT_NOTE = 7;
    private static final int SHT_NOBITS = 8;

    /// A stretch of the file that is loaded.
    ///
    /// @param fileOffset where it begins in the file
    /// @param fileBytes how much of it comes from the file
    /// @param vaddr the address that its linker thought of
    /// @param paddr its address in the guest's memory, before any offset is taken off
    /// @param memoryBytes how much memory it takes; what the file does not fill is zero
    record Segment(long fileOffset, long fileBytes, long vaddr, long paddr, long memoryBytes) {}

    private record Range(long offset, long bytes) {}

    private final ByteBuffer file;
    private final List<Segment> segments = new ArrayList<>();
    private final List<byte[]> notes = new ArrayList<>();

    private Elf(byte[] bytes) {
        file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /// Reads a file.
    ///
    /// @throws Refused where it is none that could be a guest's kernel
    static Elf read(byte[] bytes) {
        Elf elf = new Elf(bytes);
        elf.readHeader();
        elf.readSegments();
        if (elf.notes.isEmpty()) {
            elf.readNoteSections();
        }
        return elf;
    }

    /// Reads a file of which only the sections matter.
    static Elf readModule(byte[] bytes) {
        Elf elf = new Elf(bytes);
        elf.readHeader();
        return elf;
    }

    /// What is loaded, in the order of the file.
    List<Segment> segments() {
        return segments;
    }

    /// Stretches that hold notes, in the order of the file.
    List<byte[]> notes() {
        return notes;
    }

    /// The bytes that a segment brings.
    byte[] contents(Segment segment) {
        return slice(segment.fileOffset, segment.fileBytes, "a segment");
    }

    /// A segment with the bytes that it brings.
    DomainBuilder.Segment loadable(Segment segment) {
        return new DomainBuilder.Segment(
                segment.vaddr, segment.paddr, contents(segment), segment.memoryBytes);
    }

    /// The contents of the section of this name, where there is one with contents.
    Optional<byte[]> section(String name) {
        for (int index = 0; index < sectionCount(); index++) {
            int at = sectionHeader(index);
            if (sectionName(at).equals(name) && file.getInt(at + 4) != SHT_NOBITS) {
                return Optional.of(sectionContents(at));
            }
        }
        return Optional.empty();
    }

    private void readHeader() {
        if (file.limit() < 4 || file.getInt(0) != 0x464c457f) {
            throw new Refused("is no ELF file: give a paravirtual kernel, such as pvgrub");
        }
        if (file.limit() < HEADER_BYTES) {
            throw truncated("its header");
        }
        if (file.get(4) != 2 || file.getShort(18) == MACHINE_386) {
            throw new Refused("is a 32-bit kernel: give its 64-bit build, like Xen without PV32");
        }
        if (file.get(5) != 1 || file.getShort(18) != MACHINE_X86_64) {
            throw new Refused("is built for another processor: give an x86-64 build");
        }
    }

    private void readSegments() {
        long table = file.getLong(32);
        int size = Short.toUnsignedInt(file.getShort(54));
        int count = Short.toUnsignedInt(file.getShort(56));
        if (count > 0 && size < PROGRAM_HEADER_BYTES) {
            throw new Refused(
                    "has program headers of %d bytes: the file is damaged".formatted(size));
        }
        check(table, (long) size * count, "its program headers");
        for (int index = 0; index < count; index++) {
            readSegment((int) table + index * size);
        }
        if (segments.isEmpty()) {
            throw new Refused("has nothing to load: give a linked kernel, not an object file");
        }
    }

    private void readSegment(int at) {
        int type = file.getInt(at);
        Range range = new Range(file.getLong(at + 8), file.getLong(at + 32));
        long memoryBytes = file.getLong(at + 40);
        if (type == PT_NOTE) {
            check(range.offset, range.bytes, "its notes");
            readNotes(range);
        } else if (type == PT_LOAD && memoryBytes != 0) {
            check(range.offset, range.bytes, "what is to be loaded");
            if (memoryBytes < range.bytes) {
                throw new Refused("has a segment longer in the file than in memory: it is damaged");
            }
            segments.add(
                    new Segment(
                            range.offset,
                            range.bytes,
                            file.getLong(at + 16),
                            file.getLong(at + 24),
                            memoryBytes));
        }
    }

    /// Kernels that carry their notes in sections only: found by type.
    private void readNoteSections() {
        for (int index = 0; index < sectionCount(); index++) {
            int at = sectionHeader(index);
            if (file.getInt(at + 4) == SHT_NOTE) {
                Range range = new Range(file.getLong(at + 24), file.getLong(at + 32));
                check(range.offset, range.bytes, "a section of notes");
                readNotes(range);
            }
        }
    }

    private void readNotes(Range range) {
        if (range.bytes >= NOTE_HEADER_BYTES) {
            notes.add(slice(range.offset, range.bytes, "a note"));
        }
    }

    private int sectionCount() {
        long table = file.getLong(40);
        int size = Short.toUnsignedInt(file.getShort(58));
        int count = Short.toUnsignedInt(file.getShort(60));
        boolean isReadable =
                table > 0
                        && size >= SECTION_HEADER_BYTES
                        && table <= file.limit() - (long) size * count;
        return isReadable ? count : 0;
    }

    private int sectionHeader(int index) {
        return (int) file.getLong(40) + index * Short.toUnsignedInt(file.getShort(58));
    }

    private String sectionName(int header) {
        int namesIndex = Short.toUnsignedInt(file.getShort(62));
        if (namesIndex >= sectionCount()) {
            return "";
        }
        byte[] names = sectionContents(sectionHeader(namesIndex));
        long start = Integer.toUnsignedLong(file.getInt(header));
        return start >= names.length
                ? ""
                : text(java.util.Arrays.copyOfRange(names, (int) start, names.length));
    }

    private byte[] sectionContents(int header) {
        return slice(file.getLong(header + 24), file.getLong(header + 32), "a section");
    }

    private byte[] slice(long offset, long bytes, String what) {
        check(offset, bytes, what);
        byte[] slice = new byte[(int) bytes];
        file.get((int) offset, slice);
        return slice;
    }

    private void check(long offset, long bytes, String what) {
        if (offset < 0 || bytes < 0 || offset > file.limit() || bytes > file.limit() - offset) {
            throw truncated(what);
        }
    }

    /// The refusal of a file in which `what` would have to be longer than the file.
    Refused truncated(String what) {
        return new Refused(
                "is truncated: %s would lie beyond its %d bytes; copy the file again"
                        .formatted(what, file.limit()));
    }

    /// A text that ends at the first zero byte, or with the bytes.
    static String text(byte[] bytes) {
        int end = 0;
        while (end < bytes.length && bytes[end] != 0) {
            end++;
        }
        return new String(bytes, 0, end, StandardCharsets.ISO_8859_1);
    }
}
