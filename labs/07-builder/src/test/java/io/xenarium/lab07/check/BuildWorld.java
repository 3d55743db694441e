package io.xenarium.lab07.check;

import io.xenarium.lab.CheckFailed;
import io.xenarium.machine.Dice;
import io.xenarium.parts.DomainBuilder;
import io.xenarium.terms.Mfn;
import io.xenarium.terms.Pfn;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// The frames of a domain that is being built. They do not follow each other in the machine, and
/// each is full of what its last owner left: bytes of 0xa5.
final class BuildWorld implements DomainBuilder.Platform {
    static final byte LEFT = (byte) 0xa5;
    private static final long LEFT_ENTRY = 0xa5a5_a5a5_a5a5_a5a5L;
    private static final int FRAME = DomainBuilder.FRAME_BYTES;
    private static final int FIRST_MFN = 0x5000;
    private static final int LINES_MAX = 200;

    private final int[] mfns;
    private final Map<Long, Integer> pfns = new HashMap<>();
    private final Map<Integer, ByteBuffer> frames = new TreeMap<>();

    /// Where what happens is told; nowhere where null.
    List<String> told;

    /// A domain of `pages` frames; `seed` says which.
    BuildWorld(int pages, long seed) {
        Dice dice = new Dice(seed);
        mfns = new int[pages];
        for (int pfn = 0; pfn < pages; pfn++) {
            int other = dice.below(pfn + 1);
            mfns[pfn] = mfns[other];
            mfns[other] = FIRST_MFN + pfn;
        }
        for (int pfn = 0; pfn < pages; pfn++) {
            pfns.put((long) mfns[pfn], pfn);
        }
    }

    void tell(String format, Object... values) {
        if (told != null && told.size() < LINES_MAX) {
            told.add(format.formatted(values));
        }
    }

    /// The bytes of a frame, by the domain's own number.
    ByteBuffer frame(int pfn) {
        return frames.computeIfAbsent(
                pfn,
                _ -> {
                    byte[] bytes = new byte[FRAME];
                    Arrays.fill(bytes, LEFT);
                    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
                });
    }

    /// The frames that somebody has looked at or written to, by the domain's own numbers.
    Iterable<Integer> used() {
        return List.copyOf(frames.keySet());
    }

    /// The domain's number of a machine frame; -1 where it has none.
    int pfn(long mfn) {
        return pfns.getOrDefault(mfn, -1);
    }

    /// The bytes at an address of the guest's memory.
    String bytes(long paddr, int count) {
        StringBuilder hex = new StringBuilder();
        for (long at = paddr; at < paddr + count; at++) {
            hex.append("%02x ".formatted(frame((int) (at / FRAME)).get((int) (at % FRAME))));
        }
        return hex.toString().strip();
    }

    /// The 8-byte word at an offset of a frame.
    long word(Pfn pfn, int offset) {
        return frame((int) pfn.value()).getLong(offset);
    }

    @Override
    public int pages() {
        return mfns.length;
    }

    @Override
    public Mfn mfn(Pfn pfn) {
        if (pfn.value() >= mfns.length) {
            tell("  asks for the frame behind %s", pfn);
            throw new CheckFailed(
                    Rules.OUTSIDE,
                    "you asked for the frame behind %s".formatted(pfn),
                    "the domain has %d frames, the last is %s"
                            .formatted(mfns.length, new Pfn(mfns.length - 1L)));
        }
        return new Mfn(mfns[(int) pfn.value()]);
    }

    @Override
    public void write(Mfn frame, int offset, byte[] bytes, int from, int count) {
        ByteBuffer place = place(frame, offset, count, "write");
        if (from < 0 || from + count > bytes.length) {
            throw new CheckFailed(
                    Rules.SEGMENT,
                    "you write %d bytes from byte %d on of %d".formatted(count, from, bytes.length),
                    "writes what there is");
        }
        place.put(offset, bytes, from, count);
    }

    @Override
    public void clear(Mfn frame, int offset, int count) {
        place(frame, offset, count, "clear").put(offset, new byte[count]);
    }

    @Override
    public long readLong(Mfn frame, int offset) {
        return place(frame, offset, 8, "read").getLong(offset);
    }

    @Override
    public void writeLong(Mfn frame, int offset, long value) {
        place(frame, offset, 8, "write").putLong(offset, value);
    }

    private ByteBuffer place(Mfn frame, int offset, int count, String what) {
        int pfn = pfn(frame.value());
        tell("  %s %d bytes at offset 0x%x of %s", what, count, offset, frame);
        if (frame.value() == LEFT_ENTRY >>> 12) {
            throw new CheckFailed(
                    Rules.TABLE,
                    "you follow an entry that was left in the frame from before",
                    "finds each table empty when it begins");
        }
        if (pfn < 0) {
            throw new CheckFailed(
                    Rules.OUTSIDE,
                    "you %s %d bytes in %s, which is not the domain's"
                            .formatted(what, count, frame),
                    "touches the frames of this domain alone");
        }
        if (offset < 0 || count < 0 || offset + count > FRAME) {
            throw new CheckFailed(
                    Rules.OUTSIDE,
                    "you %s %d bytes at offset 0x%x of %s, beyond its end"
                            .formatted(what, count, offset, frame),
                    "stays within the frame: what follows it is somebody else's");
        }
        return frame(pfn);
    }
}
