package io.xenarium.toolstack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.xenarium.guest.Guests;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;

class KernelImageTest {
    private static final int NOTES = 0x1000 + 0x1ff0;

    @Test
    void ourGuestSaysWhereItWantsToBe() {
        XenNotes notes = XenNotes.of(KernelImage.elf(Guests.hello()));
        assertEquals(0xffffffff80000000L, notes.virtBase());
        assertEquals("xenarium-hello", notes.text(XenNotes.Kind.GUEST_OS));
        assertEquals("xen-3.0", notes.text(XenNotes.Kind.XEN_VERSION));
    }

    @Test
    void whatIsNoKernelIsRefusedInOneLine() {
        refuses("is no ELF file: give a paravirtual kernel, such as pvgrub", new byte[0]);
        refuses("is no ELF file: give a paravirtual kernel, such as pvgrub", "#!/bin/sh\n");
        refuses("is truncated: its header would lie beyond its 20 bytes; copy the file again", 20);
        byte[] narrow = Guests.hello();
        narrow[4] = 1;
        refuses("is a 32-bit kernel: give its 64-bit build, like Xen without PV32", narrow);
        byte[] arm = Guests.hello();
        arm[18] = (byte) 183;
        refuses("is built for another processor: give an x86-64 build", arm);
        byte[] linux = new byte[1024];
        System.arraycopy("HdrS".getBytes(StandardCharsets.US_ASCII), 0, linux, 0x202, 4);
        refuses("is a Linux kernel from before 2.6.26: give a newer one", linux);
    }

    @Test
    void aKernelForAnotherInterfaceOrNoneIsRefused() {
        byte[] other = Guests.hello();
        replace(other, "xen-3.0", "xen-2.0");
        refuses("is built for Xen interface \"xen-2.0\": give one built for \"xen-3.0\"", other);
        byte[] broken = Guests.hello();
        replace(broken, "xen-3.0", "x\n\u001b[2J");
        refuses(
                "is built for Xen interface \"x\\x0a\\x1b[2J0\": give one built for \"xen-3.0\"",
                broken);
        byte[] none = Guests.hello();
        for (int at = indexOf(none, "Xen\0"); at >= 0; at = indexOf(none, "Xen\0")) {
            none[at] = 'Y';
        }
        refuses(
                "has no Xen notes, so it is no paravirtual kernel: give one built for Xen PV",
                none);
    }

    @Test
    void aKernelThatNeedsMoreMemoryIsToldHowMuch() {
        Elf elf = KernelImage.elf(Guests.hello());
        XenNotes notes = XenNotes.of(elf);
        Refused refused =
                assertThrows(
                        Refused.class, () -> Layout.of(notes, elf.segments(), 3 << 20, 2 * 256));
        assertEquals(
                "needs 4 MiB of memory, but the domain has 2: ask for more memory",
                refused.getMessage());
    }

    @Property(tries = 300)
    void aFileThatEndsAnywhereIsReadOrRefused(@ForAll @IntRange(max = 16567) int length) {
        survives(java.util.Arrays.copyOf(Guests.hello(), length));
    }

    @Property(tries = 2000)
    void aFileWithAWrongByteInItsHeadersIsReadOrRefused(
            @ForAll @IntRange(max = 1023) int place, @ForAll byte value) {
        byte[] image = Guests.hello();
        List<Integer> starts = List.of(0, NOTES, image.length - 512);
        int start = starts.get(place % starts.size());
        image[Math.min(image.length - 1, start + place / 3)] = value;
        survives(image);
    }

    @Test
    void theLayoutOfALinuxKernelIsXens() {
        XenNotes notes = XenNotes.of(Elf.read(linuxLike()));
        List<Elf.Segment> kernel = List.of(new Elf.Segment(0, 0, 0, 0x1000000, 0x2e00L * 4096));
        Layout layout = Layout.of(notes, kernel, 0x1e43dc, 65536);
        assertEquals(0x3e00, layout.startInfoPfn);
        assertEquals(0x3e01, layout.storePfn);
        assertEquals(0x3e02, layout.consolePfn);
        assertEquals(0x3e03, layout.tablesPfn);
        assertEquals(0x23, layout.tables);
        assertEquals(0x3e26, layout.stackPfn);
        assertEquals(0x4000, layout.mapped);
        assertEquals(0x4000, layout.ramdiskPfn);
        assertEquals(0x41e5, layout.p2mPfn);
        assertEquals(0x83, layout.p2mFrames + layout.p2mTables);
    }

    /// An ELF file with the notes of a Linux kernel that matter to the layout.
    private static byte[] linuxLike() {
        ByteBuffer file = ByteBuffer.allocate(0x1000).order(ByteOrder.LITTLE_ENDIAN);
        file.put(Guests.hello(), 0, 64);
        file.putLong(32, 64).putLong(40, 0).putShort(56, (short) 2);
        header(file, 64, 1, 0, 16);
        header(file, 64 + 56, 4, 0x400, 5 * 24);
        file.position(0x400);
        note(file, 1, 0xffffffff81000000L);
        note(file, 3, 0xffffffff80000000L);
        note(file, 5, 0x00302e332d6e6578L);
        note(file, 15, 0x8000000000L);
        note(file, 16, 1);
        return file.array();
    }

    private static void header(ByteBuffer file, int at, int type, long offset, long bytes) {
        file.putInt(at, type).putLong(at + 8, offset);
        file.putLong(at + 32, bytes).putLong(at + 40, bytes);
    }

    private static void note(ByteBuffer file, int type, long value) {
        file.putInt(4).putInt(8).putInt(type).put("Xen\0".getBytes(StandardCharsets.US_ASCII));
        file.putLong(value);
    }

    private static void survives(byte[] image) {
        try {
            Elf elf = KernelImage.elf(image);
            Layout.of(XenNotes.of(elf), elf.segments(), 0, 1024);
            elf.segments().forEach(elf::contents);
        } catch (Refused refused) {
            assertEquals(1, refused.getMessage().lines().count());
        }
    }

    private static void refuses(String message, String file) {
        refuses(message, file.getBytes(StandardCharsets.US_ASCII));
    }

    private static void refuses(String message, int length) {
        refuses(message, java.util.Arrays.copyOf(Guests.hello(), length));
    }

    private static void refuses(String message, byte[] image) {
        assertEquals(
                message,
                assertThrows(Refused.class, () -> XenNotes.of(KernelImage.elf(image)))
                        .getMessage());
    }

    private static void replace(byte[] image, String from, String to) {
        byte[] bytes = to.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(bytes, 0, image, indexOf(image, from), bytes.length);
    }

    private static int indexOf(byte[] image, String text) {
        return new String(image, StandardCharsets.ISO_8859_1).indexOf(text);
    }
}
