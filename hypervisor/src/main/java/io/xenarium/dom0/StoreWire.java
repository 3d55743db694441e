package io.xenarium.dom0;

import io.xenarium.terms.Errno;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// Messages of the store as they travel: a header of four u32 (type, request, transaction, length),
/// then the payload, in which texts end with a zero byte (public/io/xs_wire.h).
final class StoreWire {
    static final int HEADER_BYTES = 16;

    /// XENSTORE_PAYLOAD_MAX.
    static final int PAYLOAD_MAX = 4096;

    static final int CONTROL = 0;
    static final int DIRECTORY = 1;
    static final int READ = 2;
    static final int GET_PERMS = 3;
    static final int WATCH = 4;
    static final int UNWATCH = 5;
    static final int TRANSACTION_START = 6;
    static final int TRANSACTION_END = 7;
    static final int INTRODUCE = 8;
    static final int RELEASE = 9;
    static final int GET_DOMAIN_PATH = 10;
    static final int WRITE = 11;
    static final int MKDIR = 12;
    static final int RM = 13;
    static final int SET_PERMS = 14;
    static final int WATCH_EVENT = 15;
    static final int ERROR = 16;
    static final int IS_DOMAIN_INTRODUCED = 17;
    static final int RESUME = 18;
    static final int SET_TARGET = 19;
    static final int RESET_WATCHES = 21;
    static final int DIRECTORY_PART = 22;

    private StoreWire() {}

    /// A message; the payload has one char for each byte.
    record Message(int type, int request, int transaction, String payload) {
        /// The texts in the payload, each of which must end with a zero byte.
        List<String> texts(int expected) {
            List<String> texts = new ArrayList<>();
            int start = 0;
            for (int end = payload.indexOf(0); end >= 0; end = payload.indexOf(0, start)) {
                texts.add(payload.substring(start, end));
                start = end + 1;
            }
            if (start != payload.length() || texts.size() != expected) {
                throw new StoreRefusal(Errno.EINVAL);
            }
            return texts;
        }

        /// The first text, and what comes after its zero byte.
        List<String> textAndRest() {
            int end = payload.indexOf(0);
            if (end < 0) {
                throw new StoreRefusal(Errno.EINVAL);
            }
            return List.of(payload.substring(0, end), payload.substring(end + 1));
        }

        /// The answer to this message.
        Message answer(String with) {
            return new Message(type, request, transaction, with);
        }

        /// The answer that it cannot be done.
        Message refusal(Errno errno) {
            return new Message(ERROR, request, transaction, errno + "\0");
        }

        byte[] bytes() {
            byte[] contents = payload.getBytes(StandardCharsets.ISO_8859_1);
            return ByteBuffer.allocate(HEADER_BYTES + contents.length)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putInt(type)
                    .putInt(request)
                    .putInt(transaction)
                    .putInt(contents.length)
                    .put(contents)
                    .array();
        }
    }

    /// How long the payload of the message is whose header these bytes begin with; unsigned.
    static long payloadBytes(byte[] header) {
        return Integer.toUnsignedLong(little(header).getInt(12));
    }

    /// The message that these bytes are.
    static Message message(byte[] bytes) {
        ByteBuffer little = little(bytes);
        String payload =
                new String(
                        bytes,
                        HEADER_BYTES,
                        bytes.length - HEADER_BYTES,
                        StandardCharsets.ISO_8859_1);
        return new Message(little.getInt(0), little.getInt(4), little.getInt(8), payload);
    }

    private static ByteBuffer little(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /// Texts of any length, for keyframes.
    static void writeText(DataOutput out, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    static String readText(DataInput in) throws IOException {
        byte[] bytes = new byte[in.readInt()];
        in.readFully(bytes);
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }
}
