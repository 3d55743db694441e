package io.xenarium.lab07.check;

import io.xenarium.abi.StartInfo;
import io.xenarium.lab.Tier;
import io.xenarium.parts.DomainBuilder;
import io.xenarium.parts.DomainBuilder.Segment;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import java.util.Arrays;
import java.util.List;

/// The first tier: what each method does when it is alone. Most are asked to build Debian's kernel
/// in 256 MiB.
@Tier(1)
public final class T1Contract {
    private static final long BASE = 0xffff_ffff_8000_0000L;
    private static final String UPPER = " present writable user accessed dirty";
    private static final String LEAF = " present writable accessed";

    private static void reads(String what, String wanted, Note... notes) {
        byte[] file = Note.file(List.of(notes));
        Scene scene = Scene.grub();
        scene.world.tell("notes: %s", Note.hex(file));
        scene.is(Rules.NOTES, what, Scene.read(scene.part, file), wanted);
    }

    @Test
    @Tag("07.1")
    void theNotesOfTheOwnerXenAreKept() {
        reads(
                "two notes of Xen and GNU's build-id between them",
                "1: c0 e1 04 83 ff ff ff ff; 3: 00 00 00 80 ff ff ff ff",
                Note.number("Xen", 1, 0xffff_ffff_8304_e1c0L),
                Note.number("Xen", 3, BASE),
                Note.number("GNU", 3, 0x1234));
        reads("a note of Linux", "no notes", Note.text("Linux", 5, "xen-3.0"));
    }

    @Test
    @Tag("07.1")
    void aNameAndContentsAreFilledUpToFourBytes() {
        reads(
                "a text of six bytes and what follows it",
                "6: 6c 69 6e 75 78 00; 9: 79 65 73 00",
                Note.text("Xen", 6, "linux"),
                Note.text("Linux", 2, "x"),
                Note.text("Xen", 9, "yes"));
    }

    @Test
    @Tag("07.1")
    void ofTwoNotesOfATypeTheLastCounts() {
        reads(
                "two notes of type 1",
                "1: 02 00 00 00",
                Note.shortNumber(1, 1),
                Note.shortNumber(1, 2));
    }

    @Test
    @Tag("07.1")
    void aNoteThatReachesBeyondTheEndIsRefused() {
        Note note = Note.number("Xen", 1, 0x1000);
        reads("contents of nine bytes, of which eight are there", "refused", note.saying(4, 9));
        reads("contents of 4,294,967,295 bytes", "refused", note, note.saying(4, -1));
        reads("a name of 4,294,967,292 bytes", "refused", note.saying(-4, 8), note);
        Scene scene = Scene.grub();
        byte[] half = Arrays.copyOf(Note.file(List.of(note, note)), 24 + 11);
        String one = "1: 00 10 00 00 00 00 00 00";
        scene.is(Rules.NOTES, "a note and half a header", Scene.read(scene.part, half), one);
    }

    @Test
    @Tag("07.1")
    void numbersHaveFourOrEightBytesAndNoSign() {
        Scene scene = Scene.grub();
        scene.is(Rules.NUMBER, "50 08 00 01", number(scene, 0x50, 8, 0, 1), "0x1000850")
                .is(Rules.NUMBER, "ff ff ff ff", number(scene, -1, -1, -1, -1), "0xffffffff")
                .is(
                        Rules.NUMBER,
                        "00 00 00 80 ff ff ff ff",
                        number(scene, 0, 0, 0, 0x80, -1, -1, -1, -1),
                        "0xffffffff80000000")
                .is(Rules.NUMBER, "three bytes", number(scene, 1, 2, 3), "no number")
                .is(Rules.NUMBER, "nothing", number(scene), "no number");
    }

    private static String number(Scene scene, int... bytes) {
        byte[] contents = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            contents[i] = (byte) bytes[i];
        }
        return Scene.number(scene.part, contents);
    }

    private static Segment segment(long vaddr, long paddr, int zeros, int... bytes) {
        byte[] contents = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            contents[i] = (byte) bytes[i];
        }
        return new Segment(vaddr, paddr, contents, bytes.length + zeros);
    }

    @Test
    @Tag("07.2")
    void aSegmentGoesToItsPhysicalAddress() {
        Scene.debian()
                .loads(0, segment(0, 0x301_a000, 0, 4, 5))
                .has(0x301_a000, 2, "04 05")
                .has(0, 2, "a5 a5")
                .loads(0, segment(BASE + 0x100_0000, 0x100_0000, 0, 1, 2, 3))
                .has(0x100_0000, 3, "01 02 03");
    }

    @Test
    @Tag("07.2")
    void theOffsetIsTakenOff() {
        Scene.grub()
                .loads(0x100_0000, segment(0x2000, 0x100_2000, 2, 5, 6))
                .has(0x2000, 4, "05 06 00 00")
                .loads(BASE, segment(BASE + 0x2000, BASE + 0x2000, 2, 7, 8))
                .has(0x2000, 4, "07 08 00 00");
    }

    @Test
    @Tag("07.2")
    void aSegmentGoesOnInTheNextFrameOfTheGuest() {
        Scene.grub()
                .loads(0, segment(0, 0x2ffe, 0, 1, 2, 3, 4))
                .has(0x2ffc, 8, "a5 a5 01 02 03 04 a5 a5");
    }

    @Test
    @Tag("07.2")
    void whatTheFileDoesNotFillIsZero() {
        Scene.grub()
                .loads(0, segment(0, 0x2ffc, 0x1008, 9, 9))
                .has(0x2ffa, 6, "a5 a5 09 09 00 00")
                .has(0x3000, 4, "00 00 00 00")
                .has(0x3ffe, 12, "00 00 00 00 00 00 00 00 a5 a5 a5 a5");
    }

    @Test
    @Tag("07.3")
    void theListHasTheFrameBehindEachPfn() {
        Scene scene = Scene.debian().lists();
        for (int pfn : new int[] {0, 1, 511, 512, 0x3e00, 65535}) {
            String wanted = "pfn 0x%05x".formatted(pfn);
            scene.is(Rules.P2M, "entry " + pfn, scene.laid.listed(pfn), wanted);
        }
    }

    @Test
    @Tag("07.4")
    void theKernelIsSeenFromItsBaseOn() {
        Scene.debian()
                .maps()
                .entry(Rules.TABLE, BASE, 1, "pfn 0x00000" + LEAF)
                .entry(Rules.TABLE, BASE + 0x100_0000, 1, "pfn 0x01000" + LEAF)
                .entry(Rules.TABLE, BASE + 0x3ff_f000, 1, "pfn 0x03fff" + LEAF)
                .entry(Rules.TABLE, BASE + 0x400_0000, 1, "no table");
    }

    @Test
    @Tag("07.4")
    void tablesTakeTheFramesThatWerePlanned() {
        Scene.debian()
                .maps()
                .entry(Rules.TABLE, BASE, 4, "pfn 0x03e04" + UPPER)
                .entry(Rules.TABLE, BASE, 3, "pfn 0x03e05" + UPPER)
                .entry(Rules.TABLE, BASE, 2, "pfn 0x03e06" + UPPER)
                .entry(Rules.TABLE, BASE + 0x20_0000, 2, "pfn 0x03e07" + UPPER)
                .entry(Rules.TABLE, BASE + 0x3e0_0000, 2, "pfn 0x03e25" + UPPER);
    }

    @Test
    @Tag("07.4")
    void aTableBeginsEmpty() {
        Scene.debian()
                .maps()
                .entry(Rules.TABLE, 0, 4, "nothing")
                .entry(Rules.TABLE, BASE + 0x4000_0000, 3, "nothing")
                .entry(Rules.TABLE, BASE + 0x400_0000, 2, "nothing");
    }

    @Test
    @Tag("07.4")
    void pageTablesCanBeReadAndNotWritten() {
        Scene.debian()
                .maps()
                .entry(Rules.WRITABLE, BASE + 0x3e0_3000, 1, "pfn 0x03e03 present accessed")
                .entry(Rules.WRITABLE, BASE + 0x3e2_5000, 1, "pfn 0x03e25 present accessed")
                .entry(Rules.WRITABLE, BASE + 0x3e2_6000, 1, "pfn 0x03e26" + LEAF);
    }

    @Test
    @Tag("07.4")
    void theListIsSeenWhereTheKernelWantsIt() {
        long at = 0x80_0000_0000L;
        Scene.debian()
                .maps()
                .entry(Rules.TABLE, at, 4, "pfn 0x04265" + UPPER)
                .entry(Rules.TABLE, at, 2, "pfn 0x04267" + UPPER)
                .entry(Rules.TABLE, at, 1, "pfn 0x041e5" + LEAF)
                .entry(Rules.TABLE, at + 0x7_f000, 1, "pfn 0x04264" + LEAF)
                .entry(Rules.TABLE, at + 0x8_0000, 1, "nothing");
        Scene.grub().maps().entry(Rules.TABLE, at, 4, "nothing");
    }

    @Test
    @Tag("07.5")
    void aGuestIsToldWhereEverythingIs() {
        Scene scene = Scene.debian().tells();
        long store = scene.world.mfn(scene.plan.store()).value();
        long console = scene.world.mfn(scene.plan.console()).value();
        scene.field("nr_pages", StartInfo.NR_PAGES, 8, 65536)
                .field("shared_info", StartInfo.SHARED_INFO, 8, 0x77000)
                .field("store_mfn", StartInfo.STORE_MFN, 8, store)
                .field("store_evtchn", StartInfo.STORE_EVTCHN, 4, 1)
                .field("console.domU.mfn", StartInfo.CONSOLE_MFN, 8, console)
                .field("console.domU.evtchn", StartInfo.CONSOLE_EVTCHN, 4, 2)
                .field("pt_base", StartInfo.PT_BASE, 8, BASE + 0x3e0_3000)
                .field("nr_pt_frames", StartInfo.NR_PT_FRAMES, 8, 0x23);
        long paddr = scene.plan.startInfo().value() * DomainBuilder.FRAME_BYTES;
        String magic = "78 65 6e 2d 33 2e 30 2d 78 38 36 5f 36 34 00 00";
        scene.is(Rules.START_INFO, "magic", scene.world.bytes(paddr, 16), magic);
        String line = scene.world.bytes(paddr + StartInfo.CMD_LINE, 8);
        scene.is(Rules.START_INFO, "cmd_line", line, "63 6f 6e 73 6f 6c 65 3d")
                .field("the last 8 bytes of the page", 4088, 8, 0);
    }

    @Test
    @Tag("07.5")
    void theListIsWhereTheKernelWantsItOrAmongTheRest() {
        Scene.debian()
                .tells()
                .field("mfn_list", StartInfo.MFN_LIST, 8, 0x80_0000_0000L)
                .field("first_p2m_pfn", StartInfo.FIRST_P2M_PFN, 8, 0x41e5)
                .field("nr_p2m_frames", StartInfo.NR_P2M_FRAMES, 8, 0x83);
        Scene grub = Scene.grub().tells();
        grub.field("mfn_list", StartInfo.MFN_LIST, 8, grub.plan.p2m().first().value() << 12)
                .field("first_p2m_pfn", StartInfo.FIRST_P2M_PFN, 8, 0)
                .field("nr_p2m_frames", StartInfo.NR_P2M_FRAMES, 8, 0);
    }

    @Test
    @Tag("07.5")
    void aRamDiskIsFoundByItsFrameNumberOrByItsAddress() {
        Scene.debian()
                .tells()
                .field("flags", StartInfo.FLAGS, 4, StartInfo.SIF_MOD_START_PFN)
                .field("mod_start", StartInfo.MOD_START, 8, 0x4000)
                .field("mod_len", StartInfo.MOD_LEN, 8, 0x1e43dc);
        Scene.grub()
                .tells()
                .field("flags", StartInfo.FLAGS, 4, 0)
                .field("mod_start", StartInfo.MOD_START, 8, 0x205 << 12)
                .field("mod_len", StartInfo.MOD_LEN, 8, 70_000);
    }

    @Test
    @Tag("07.6")
    void theFirstVcpuBeginsAtTheEntry() {
        Scene scene = Scene.debian();
        String wanted =
                "rip 0x%x, rsp 0x%x, rsi 0x%x, rflags 0x200, cs 0xe033, ss 0xe02b, table %s"
                        .formatted(
                                BASE + 0x1c0,
                                BASE + 0x3e2_7000,
                                BASE + 0x3e0_0000,
                                scene.world.mfn(scene.plan.tables().first()));
        scene.is(Rules.VCPU, "registers", Scene.words(scene.begins()), wanted);
        Scene grub = Scene.grub();
        String words = Scene.words(grub.begins());
        String sees = "rip 0x1c0,";
        grub.is(Rules.VCPU, "a kernel seen from 0", words.substring(0, sees.length()), sees);
    }
}
