package io.xenarium.lab11.check;

import io.xenarium.lab.CheckFailed;
import io.xenarium.lab.Search;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/// One ring of four bytes with nothing around it. Both ends count on from any number.
final class RingWorld implements Probe, Search.World<RingWorld> {
    static final int SIZE = 4;

    final byte[] bytes = new byte[SIZE];
    int producer;
    int consumer;

    /// What the part answered, and what the guest took out.
    String answer = "";

    String taken = "";

    /// Takes what happens, in words; null while nobody wants to know.
    List<String> told;

    /// A ring with a text in it whose indices have come as far as this.
    static RingWorld with(String text, int index) {
        RingWorld ring = new RingWorld();
        Arrays.fill(ring.bytes, (byte) '?');
        ring.consumer = index;
        ring.producer = index;
        ring.guestWrites(text);
        return ring;
    }

    @Override
    public RingWorld copy() {
        RingWorld copy = new RingWorld();
        System.arraycopy(bytes, 0, copy.bytes, 0, SIZE);
        copy.producer = producer;
        copy.consumer = consumer;
        copy.answer = answer;
        copy.taken = taken;
        return copy;
    }

    @Override
    public long fingerprint() {
        long hash = Arrays.hashCode(bytes) * 31L + producer;
        return (hash * 31 + consumer) * 31 * 31 + answer.hashCode() * 31L + taken.hashCode();
    }

    @Override
    public void tell(String format, Object... values) {
        if (told != null) {
            told.add(format.formatted(values));
        }
    }

    /// The guest puts bytes in, and shows them.
    void guestWrites(String text) {
        for (byte each : text.getBytes(StandardCharsets.US_ASCII)) {
            bytes[producer & SIZE - 1] = each;
            producer++;
        }
    }

    /// The guest takes all that it sees.
    void guestReads() {
        if (used() < 0 || used() > SIZE) {
            throw new CheckFailed(
                    Rules.BYTES,
                    "your part moved an index until %d bytes seem to be in a ring of %d"
                            .formatted(used(), SIZE),
                    "moves an index by as many bytes as it put in or took out");
        }
        StringBuilder text = new StringBuilder(taken);
        while (consumer != producer) {
            text.append((char) bytes[consumer & SIZE - 1]);
            consumer++;
        }
        taken = text.toString();
    }

    /// How many bytes the indices say there are.
    int used() {
        return producer - consumer;
    }

    @Override
    public int size() {
        return SIZE;
    }

    @Override
    public int producer() {
        tell("  the producer is at %s", Integer.toUnsignedString(producer));
        return producer;
    }

    @Override
    public int consumer() {
        tell("  the consumer is at %s", Integer.toUnsignedString(consumer));
        return consumer;
    }

    @Override
    public byte get(int place) {
        byte value = bytes[within(place)];
        tell("  reads '%c' at place %d", (char) value, place);
        return value;
    }

    @Override
    public void set(int place, byte value) {
        bytes[within(place)] = value;
        tell("  writes '%c' at place %d", (char) value, place);
    }

    private static int within(int place) {
        if (place < 0 || place >= SIZE) {
            throw new CheckFailed(
                    Rules.FORBIDDEN,
                    "your part touched place %d of a ring of %d bytes".formatted(place, SIZE),
                    "takes of an index what lies within the ring");
        }
        return place;
    }

    @Override
    public void setProducer(int index) {
        producer = index;
        tell("  moves the producer to %s", Integer.toUnsignedString(index));
    }

    @Override
    public void setConsumer(int index) {
        consumer = index;
        tell("  moves the consumer to %s", Integer.toUnsignedString(index));
    }

    @Override
    public void answered(String newAnswer) {
        answer = newAnswer;
        tell("  the answer is %s", newAnswer);
    }

    static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.US_ASCII);
    }

    @Override
    public String toString() {
        return "ring '%s' with producer %d, consumer %d".formatted(text(bytes), producer, consumer);
    }
}
