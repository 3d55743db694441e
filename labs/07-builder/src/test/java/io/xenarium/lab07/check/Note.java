package io.xenarium.lab07.check;

import io.xenarium.machine.Dice;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/// A note of an ELF file, honest or not.
///
/// @param nameBytes the length of its owner's name, as it says
/// @param bytes the length of its contents, as it says
record Note(String owner, int type, byte[] contents, int nameBytes, int bytes) {
    private static final List<String> OWNERS = List.of("Xen", "Xen", "Xen", "GNU", "Linux", "Xe");
    private static final String[] TEXTS = {"linux", "xen-3.0", "generic", "yes", ""};

    /// A note that tells the truth; its texts end with a zero.
    static Note of(String owner, int type, byte[] contents) {
        return new Note(owner, type, contents, owner.length() + 1, contents.length);
    }

    static Note text(String owner, int type, String text) {
        return of(owner, type, (text + "\0").getBytes(StandardCharsets.US_ASCII));
    }

    static Note number(String owner, int type, long number) {
        return of(owner, type, little(8).putLong(0, number).array());
    }

    static Note shortNumber(int type, int number) {
        return of("Xen", type, little(4).putInt(0, number).array());
    }

    private static ByteBuffer little(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /// The same, with other lengths written in it.
    Note saying(int otherNameBytes, int otherBytes) {
        return new Note(owner, type, contents, otherNameBytes, otherBytes);
    }

    /// As they stand in a file.
    static byte[] file(List<Note> notes) {
        ByteBuffer file = little(notes.size() * 128);
        for (Note note : notes) {
            file.putInt(note.nameBytes).putInt(note.bytes).putInt(note.type);
            file.put((note.owner + "\0").getBytes(StandardCharsets.ISO_8859_1));
            fill(file);
            file.put(note.contents);
            fill(file);
        }
        return java.util.Arrays.copyOf(file.array(), file.position());
    }

    private static void fill(ByteBuffer file) {
        while (file.position() % 4 != 0) {
            file.put((byte) 0);
        }
    }

    /// Notes as kernels have them; with `lies`, every third has lengths that are not its own.
    static List<Note> random(long seed, int count, boolean lies) {
        Dice dice = new Dice(seed);
        List<Note> notes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Note note = random(dice);
            notes.add(lies && dice.below(3) == 0 ? lying(dice, note) : note);
        }
        return notes;
    }

    private static Note random(Dice dice) {
        String owner = OWNERS.get(dice.below(OWNERS.size()));
        int type = 1 + dice.below(18);
        return switch (dice.below(5)) {
            case 0, 1 -> number(owner, type, dice.next());
            case 2 -> shortNumber(type, (int) dice.next());
            case 3 -> text(owner, type, TEXTS[dice.below(TEXTS.length)]);
            default -> of(owner, type, new byte[dice.below(12)]);
        };
    }

    private static Note lying(Dice dice, Note note) {
        return switch (dice.below(5)) {
            case 0 -> note.saying(note.nameBytes, -1 - dice.below(12));
            case 1 -> note.saying(Integer.MIN_VALUE + dice.below(16), note.bytes);
            case 2 -> note.saying(note.nameBytes, note.bytes + dice.below(40));
            case 3 -> note.saying(dice.below(9), note.bytes);
            default -> note.saying(-4, -4);
        };
    }

    @Override
    public String toString() {
        return "note %d of %s, lengths %s and %s: %s"
                .formatted(
                        type,
                        owner,
                        Integer.toUnsignedString(nameBytes),
                        Integer.toUnsignedString(bytes),
                        hex(contents));
    }

    static String hex(byte[] bytes) {
        return bytes.length == 0 ? "nothing" : HexFormat.ofDelimiter(" ").formatHex(bytes);
    }
}
