package io.xenarium.dom0;

import io.xenarium.abi.BlockRing;
import io.xenarium.machine.Memory;
import io.xenarium.terms.Port;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// A connected ring of a block device: its mapped pages, its end of the event channel, and how far
/// the back-end has got.
///
/// The guest writes the producer's index, so it can be anything: a distance greater than the ring
/// is a breach of the protocol, and nothing is used unmasked.
final class BlockWire {
    private final int[] handles;
    private final long[] pages;
    private final Port port;
    private final int slots;
    private int requestsTaken;
    private int responsesPut;

    /// @param handles of the mappings
    /// @param pages their machine addresses
    BlockWire(int[] handles, long[] pages, Port port) {
        this.handles = handles;
        this.pages = pages;
        this.port = port;
        slots = BlockRing.slots(pages.length);
    }

    int[] handles() {
        return handles;
    }

    Port port() {
        return port;
    }

    /// Requests that wait, or -1 where the guest says what cannot be.
    int waiting(Memory memory) {
        int distance = memory.getInt(pages[0] + BlockRing.REQ_PROD) - requestsTaken;
        return distance < 0 || distance > slots - (requestsTaken - responsesPut) ? -1 : distance;
    }

    /// Takes the next request out, whole.
    ByteBuffer take(Memory memory) {
        byte[] slot = new byte[BlockRing.SLOT_BYTES];
        long at = BlockRing.SLOTS + (long) (requestsTaken & slots - 1) * BlockRing.SLOT_BYTES;
        for (int i = 0; i < slot.length; i++) {
            slot[i] = memory.getByte(maddr(at + i));
        }
        requestsTaken++;
        return ByteBuffer.wrap(slot).order(ByteOrder.LITTLE_ENDIAN);
    }

    /// Asks to be told of the next request. Returns whether one has come meanwhile.
    boolean sleeps(Memory memory) {
        memory.setInt(pages[0] + BlockRing.REQ_EVENT, requestsTaken + 1);
        return waiting(memory) == 0;
    }

    /// Puts a response in. Returns whether the guest wants to be told.
    boolean put(Memory memory, BlockRequest request, int status) {
        long at = BlockRing.SLOTS + (long) (responsesPut & slots - 1) * BlockRing.SLOT_BYTES;
        for (int i = 0; i < 8; i++) {
            memory.setByte(maddr(at + i), (byte) (request.id() >>> 8 * i));
        }
        memory.setByte(maddr(at + BlockRing.RESPONSE_OPERATION), (byte) request.operation());
        memory.setByte(maddr(at + BlockRing.RESPONSE_STATUS), (byte) status);
        memory.setByte(maddr(at + BlockRing.RESPONSE_STATUS + 1), (byte) (status >> 8));
        int before = responsesPut++;
        memory.setInt(pages[0] + BlockRing.RSP_PROD, responsesPut);
        int wanted = memory.getInt(pages[0] + BlockRing.RSP_EVENT);
        return Integer.compareUnsigned(responsesPut - wanted, responsesPut - before) < 0;
    }

    /// Pages of a ring need not follow each other in the machine.
    private long maddr(long offset) {
        return pages[(int) (offset / Memory.FRAME_BYTES)] + offset % Memory.FRAME_BYTES;
    }

    int taken() {
        return requestsTaken;
    }

    void save(DataOutput out) throws IOException {
        out.writeInt(handles.length);
        for (int i = 0; i < handles.length; i++) {
            out.writeInt(handles[i]);
            out.writeLong(pages[i]);
        }
        out.writeInt(port.value());
        out.writeInt(requestsTaken);
        out.writeInt(responsesPut);
    }

    static BlockWire read(DataInput in) throws IOException {
        int[] handles = new int[in.readInt()];
        long[] pages = new long[handles.length];
        for (int i = 0; i < handles.length; i++) {
            handles[i] = in.readInt();
            pages[i] = in.readLong();
        }
        BlockWire wire = new BlockWire(handles, pages, new Port(in.readInt()));
        wire.requestsTaken = in.readInt();
        wire.responsesPut = in.readInt();
        return wire;
    }
}
