package io.xenarium.lab07.check;

import io.xenarium.guest.Guests;
import io.xenarium.parts.Parts;
import io.xenarium.terms.DomId;
import io.xenarium.toolstack.Ending;
import io.xenarium.toolstack.Host;
import io.xenarium.toolstack.HostConfig;
import io.xenarium.toolstack.Refused;
import io.xenarium.toolstack.XlConfig;
import io.xenarium.xen.Domain;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// A whole computer that is asked to make a domain of an image, and what came of it.
final class Birth {
    private static final int GUEST_MIB = 8;
    private static final long BOOT_NANOS = 20_000_000;
    private static final int PT_NOTE = 4;
    private static final int HEADERS = 64;
    private static final int HEADER_BYTES = 56;

    private final Host host;
    private Optional<DomId> guest = Optional.empty();
    private String refusal = "";

    /// Makes the domain, and lets it run until it waits at its prompt.
    Birth(Parts parts, byte[] image, Optional<byte[]> ramdisk) {
        host = Host.of(new HostConfig(1, HostConfig.memoryFor(GUEST_MIB), parts));
        host.images().put("image", image);
        ramdisk.ifPresent(bytes -> host.images().put("ramdisk", bytes));
        XlConfig config =
                new XlConfig("guest", "image", ramdisk.map(_ -> "ramdisk"), "a line", GUEST_MIB, 1);
        try {
            guest = Optional.of(host.xl().create(config.ending(Ending.Plan.LOOK)));
            host.run(BOOT_NANOS);
        } catch (Refused refused) {
            refusal = "refused: it " + refused.getMessage();
        }
    }

    /// What the guest answers to a line.
    Birth asked(String line) {
        guest.ifPresent(id -> {
            host.type(id, (line + "\r").getBytes(StandardCharsets.US_ASCII));
            host.run(host.machine().clock().nanos() + BOOT_NANOS);
        });
        return this;
    }

    /// All that it said, or why there is none.
    List<String> lines() {
        if (guest.isEmpty()) {
            return List.of(refusal);
        }
        Domain domain = host.hypervisor().domain(guest.get());
        String said = host.consoleOutput(guest.get()).text();
        return domain.hasCrashed()
                ? List.of(said + "crashed: " + domain.crashReason())
                : said.lines().toList();
    }

    /// Our guest's image with more notes behind those that it has.
    static byte[] helloWith(Note... more) {
        byte[] hello = Guests.hello();
        ByteBuffer file = ByteBuffer.wrap(hello).order(ByteOrder.LITTLE_ENDIAN);
        byte[] added = Note.file(List.of(more));
        for (int header = 0; header < file.getShort(56); header++) {
            int at = HEADERS + header * HEADER_BYTES;
            if (file.getInt(at) == PT_NOTE) {
                int from = (int) file.getLong(at + 8);
                int bytes = (int) file.getLong(at + 32);
                byte[] longer = Arrays.copyOf(hello, hello.length + bytes + added.length);
                System.arraycopy(hello, from, longer, hello.length, bytes);
                System.arraycopy(added, 0, longer, hello.length + bytes, added.length);
                ByteBuffer headers = ByteBuffer.wrap(longer).order(ByteOrder.LITTLE_ENDIAN);
                headers.putLong(at + 8, hello.length).putLong(at + 32, bytes + added.length);
                return longer;
            }
        }
        throw new AssertionError("our guest has no notes");
    }
}
