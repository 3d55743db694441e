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
/// The guest writes the producer's index, so it can be anything; nothing is used unmasked.
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

    int slots() {
        return slots;
    }

    /// How many requests the guest says it has put in.
    int requestsProduced(Memory memory) {
        return memory.getInt(pages[0] + BlockRing.REQ_PROD);
    }

    int requestsTaken() {
        return requestsTaken;
    }

    int responsesPut() {
        return responsesPut;
    }

    /// Takes the next request out, whole.
    BlockSlot take(Memory memory) {
        byte[] slot = new byte[BlockRing.SLOT_BYTES];
        long at = BlockRing.SLOTS + (long) (requestsTaken & slots - 1) * BlockRing.SLOT_BYTES;
        for (int i = 0; i < slot.length; i++) {
            slot[i] = memory.getByte(maddr(at + i));
        }
        requestsTaken++;
        return new BlockSlot(ByteBuffer.wrap(slot).order(ByteOrder.LITTLE_ENDIAN));
    }

    /// Asks to be told of request number `index`.
    void wakeAt(Memory memory, int index) {
        memory.setInt(pages[0] + BlockRing.REQ_EVENT, index);
    }

    /// Puts a response in, which is not to be seen yet.
    void put(Memory memory, long id, int operation, int status) {
        long at = BlockRing.SLOTS + (long) (responsesPut & slots - 1) * BlockRing.SLOT_BYTES;
        for (int i = 0; i < 8; i++) {
            memory.setByte(maddr(at + i), (byte) (id >>> 8 * i));
        }
        memory.setByte(maddr(at + BlockRing.RESPONSE_OPERATION), (byte) operation);
        memory.setByte(maddr(at + BlockRing.RESPONSE_STATUS), (byte) status);
        memory.setByte(maddr(at + BlockRing.RESPONSE_STATUS + 1), (byte) (status >> 8));
        responsesPut++;
    }

    /// Shows the guest what has been put in.
    void publish(Memory memory) {
        memory.setInt(pages[0] + BlockRing.RSP_PROD, responsesPut);
    }

    /// The response at which the guest wants to be told.
    int guestWakesAt(Memory memory) {
        return memory.getInt(pages[0] + BlockRing.RSP_EVENT);
    }

    /// Pages of a ring need not follow each other in the machine.
    private long maddr(long offset) {
        return pages[(int) (offset / Memory.FRAME_BYTES)] + offset % Memory.FRAME_BYTES;
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
