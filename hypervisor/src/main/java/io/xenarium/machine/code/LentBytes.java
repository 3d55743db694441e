package io.xenarium.machine.code;

import java.util.Optional;

/// The bytes of one instruction, as they are lent to [Microcode].
final class LentBytes implements Microcode.Bytes {
    private static final Overrun OVERRUN = new Overrun();

    private final byte[] bytes;
    private int at;
    private int limit;
    private boolean hasOverrun;

    LentBytes(byte[] bytes) {
        this.bytes = bytes;
    }

    void start(int offset, int available) {
        at = offset;
        limit = offset + available;
        hasOverrun = false;
    }

    /// What `microcode` makes of the bytes; empty where it leaves them to us or wants more of them
    /// than there are.
    Optional<Microcode.Routine> decode(Microcode microcode) {
        try {
            return microcode.decode(this);
        } catch (Overrun _) {
            return Optional.empty();
        }
    }

    /// Whether more bytes were asked for than there are.
    boolean hasOverrun() {
        return hasOverrun;
    }

    @Override
    public int next() {
        if (at >= limit) {
            hasOverrun = true;
            throw OVERRUN;
        }
        return bytes[at++] & 0xff;
    }

    /// The bytes end here.
    private static final class Overrun extends Error {
        private static final long serialVersionUID = 1;

        Overrun() {
            super("the page ends here", null, false, false);
        }
    }
}
