package io.xenarium.dom0;

import io.xenarium.machine.Memory;
import io.xenarium.parts.SplitDriver;

/// A ring of bytes in a page of a guest.
///
/// @param bytes where the ring lies in the machine
/// @param indices where its consumer's index lies; the producer's follows
/// @param size of the ring: a power of two, by which every place is masked
record PageRing(Memory memory, long bytes, long indices, int size) implements SplitDriver.ByteRing {
    private static final int PRODUCER = 4;

    @Override
    public int producer() {
        return memory.getInt(indices + PRODUCER);
    }

    @Override
    public int consumer() {
        return memory.getInt(indices);
    }

    @Override
    public byte get(int place) {
        return memory.getByte(bytes + (place & size - 1));
    }

    @Override
    public void set(int place, byte value) {
        memory.setByte(bytes + (place & size - 1), value);
    }

    @Override
    public void setProducer(int index) {
        memory.setInt(indices + PRODUCER, index);
    }

    @Override
    public void setConsumer(int index) {
        memory.setInt(indices, index);
    }
}
