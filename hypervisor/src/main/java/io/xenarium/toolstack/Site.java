package io.xenarium.toolstack;

import io.xenarium.machine.Memory;
import io.xenarium.parts.DomainBuilder;
import io.xenarium.terms.Check;
import io.xenarium.terms.Mfn;
import io.xenarium.terms.Pfn;

/// What is lent to [DomainBuilder]: the frames of a domain that is being built, and no other.
final class Site implements DomainBuilder.Platform {
    private final Memory memory;
    private final long[] mfns;

    /// The frames of a domain, in the order of its own numbers.
    Site(Memory memory, long[] mfns) {
        this.memory = memory;
        this.mfns = mfns;
    }

    /// No frames: for whoever only reads images.
    static Site none() {
        return new Site(new Memory(1), new long[0]);
    }

    @Override
    public int pages() {
        return mfns.length;
    }

    @Override
    public Mfn mfn(Pfn pfn) {
        Check.that(pfn.value() < mfns.length, "the domain has no pfn %#x", pfn.value());
        return new Mfn(mfns[(int) pfn.value()]);
    }

    @Override
    public void write(Mfn frame, int offset, byte[] bytes, int from, int count) {
        boolean isThere = from >= 0 && count >= 0 && from <= bytes.length - count;
        Check.that(isThere, "%d bytes of more than there are", count);
        memory.write(
                maddr(frame, offset, count),
                count == bytes.length
                        ? bytes
                        : java.util.Arrays.copyOfRange(bytes, from, from + count));
    }

    @Override
    public void clear(Mfn frame, int offset, int count) {
        memory.write(maddr(frame, offset, count), new byte[count]);
    }

    @Override
    public long readLong(Mfn frame, int offset) {
        return memory.getLong(maddr(frame, offset, 8));
    }

    @Override
    public void writeLong(Mfn frame, int offset, long value) {
        memory.setLong(maddr(frame, offset, 8), value);
    }

    /// The frames were given in ascending order.
    private long maddr(Mfn frame, int offset, int count) {
        Check.that(
                java.util.Arrays.binarySearch(mfns, frame.value()) >= 0,
                "mfn %#x is no frame of the domain",
                frame.value());
        boolean fits = offset >= 0 && count >= 0 && offset <= DomainBuilder.FRAME_BYTES - count;
        Check.that(fits, "what is at offset %#x does not fit into a frame", offset);
        return frame.toMaddr().value() + offset;
    }
}
