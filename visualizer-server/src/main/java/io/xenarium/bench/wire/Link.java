package io.xenarium.bench.wire;

import tools.jackson.databind.json.JsonMapper;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/// One end of a connection that carries messages: four bytes of length, then that many bytes of
/// JSON in UTF-8. Any thread may send; one thread receives.
public final class Link implements AutoCloseable {
    /// A frame of the largest machine has some hundred KiB; a longer record is a mistake.
    static final int RECORD_MAX_BYTES = 16 << 20;

    private final SocketChannel channel;
    private final ReentrantLock sending = new ReentrantLock();

    public Link(SocketChannel channel) {
        this.channel = channel;
    }

    /// Sends one message, whole.
    public void send(Message message) throws IOException {
        byte[] json = JsonMapper.shared().writeValueAsBytes(message.toJson());
        ByteBuffer record = ByteBuffer.allocate(4 + json.length);
        record.putInt(json.length).put(json).flip();
        sending.lock();
        try {
            while (record.hasRemaining()) {
                channel.write(record);
            }
        } finally {
            sending.unlock();
        }
    }

    /// The next message; nothing once the other end is gone.
    public Optional<Message> receive() throws IOException {
        try {
            int length = read(4).getInt();
            if (length < 0 || length > RECORD_MAX_BYTES) {
                throw new IOException("a record of " + length + " bytes");
            }
            return Optional.of(Message.of(JsonMapper.shared().readTree(read(length).array())));
        } catch (EOFException | ClosedChannelException gone) {
            return Optional.empty();
        }
    }

    private ByteBuffer read(int bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(bytes);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer) < 0) {
                throw new EOFException();
            }
        }
        return buffer.flip();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
