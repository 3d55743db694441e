package io.xenarium.machine.device;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.xenarium.machine.Clock;
import io.xenarium.machine.Dice;
import io.xenarium.machine.device.Disk.Kind;
import io.xenarium.machine.device.Disk.Request;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

class DiskTest {
    private static final int SECTORS = 64;

    @TempDir Path folder;

    private final Clock clock = new Clock();
    private final List<Long> done = new ArrayList<>();

    private Disk disk(DiskImage image) {
        Disk disk = new Disk(image, clock, 7);
        disk.onDone((tag, _) -> done.add(tag));
        return disk;
    }

    private static byte[] pattern(int value, int sectors) {
        byte[] data = new byte[sectors * Disk.SECTOR_BYTES];
        Arrays.fill(data, (byte) value);
        return data;
    }

    private void write(Disk disk, long sector, byte[] data) {
        disk.submit(new Request(0, Kind.WRITE, sector, data.length / 512, data));
        finish(disk);
    }

    private void flush(Disk disk) {
        disk.submit(new Request(1, Kind.FLUSH, 0, 0, new byte[0]));
        finish(disk);
    }

    private void finish(Disk disk) {
        while (disk.nextNanos() != Long.MAX_VALUE) {
            clock.advance(disk.nextNanos() - clock.nanos());
            disk.fire();
        }
    }

    @Test
    void requestsTakeTimeAndAreDoneInTheirOrder() {
        Disk disk = disk(DiskImage.of(new byte[SECTORS * 512]));
        disk.submit(new Request(5, Kind.WRITE, 0, 1, pattern(1, 1)));
        disk.submit(new Request(6, Kind.FLUSH, 0, 0, new byte[0]));
        long first = disk.nextNanos();
        assertTrue(first > 50_000, "it took " + first);
        disk.fire();
        assertEquals(List.of(), done);
        finish(disk);
        assertEquals(List.of(5L, 6L), done);
        assertTrue(clock.nanos() > first + 150_000);
    }

    @Test
    void whatWasWrittenIsReadAndTheImageStaysAsItIs() {
        byte[] image = pattern(9, SECTORS);
        Disk disk = disk(DiskImage.of(image));
        write(disk, 7, pattern(1, 3));
        assertArrayEquals(pattern(1, 3), disk.read(7, 3));
        assertArrayEquals(pattern(9, 1), disk.read(6, 1));
        assertArrayEquals(pattern(9, 1), disk.read(10, 1));
        disk.submit(new Request(1, Kind.DISCARD, 8, 1, new byte[0]));
        finish(disk);
        assertArrayEquals(pattern(0, 1), disk.read(8, 1));
        assertArrayEquals(pattern(9, SECTORS), image);
    }

    @Test
    void aKeptImageGetsWhatIsWrittenWhenItIsFlushed() throws IOException {
        Path path = Files.write(folder.resolve("disk"), pattern(9, SECTORS));
        try (DiskFile file = DiskFile.open(path, true)) {
            Disk disk = disk(file);
            write(disk, 3, pattern(1, 2));
            assertArrayEquals(pattern(9, SECTORS), Files.readAllBytes(path));
            flush(disk);
            byte[] kept = Files.readAllBytes(path);
            assertArrayEquals(pattern(1, 2), Arrays.copyOfRange(kept, 3 * 512, 5 * 512));
            assertArrayEquals(pattern(9, 1), Arrays.copyOfRange(kept, 5 * 512, 6 * 512));
            assertEquals(SECTORS * 512, kept.length);
        }
    }

    @Test
    void twoCannotWriteToOneImage() throws IOException {
        Path path = Files.write(folder.resolve("disk"), pattern(9, SECTORS));
        try (DiskFile first = DiskFile.open(path, true)) {
            assertEquals(SECTORS * 512, first.bytes());
            String why =
                    assertThrows(IOException.class, () -> DiskFile.open(path, true)).getMessage();
            assertEquals("another guest writes to it", why);
        }
    }

    @Test
    void goingBackInTimePutsBackWhatWasOnTheDiskAndInItsFile() throws IOException {
        Path path = Files.write(folder.resolve("disk"), pattern(9, SECTORS));
        try (DiskFile file = DiskFile.open(path, true)) {
            Disk disk = disk(file);
            Disk.Contents before = disk.freeze();
            write(disk, 0, pattern(1, 8));
            Disk.Contents between = disk.freeze();
            flush(disk);
            write(disk, 8, pattern(2, 8));
            flush(disk);
            disk.thaw(between);
            assertArrayEquals(pattern(1, 8), disk.read(0, 8));
            assertArrayEquals(pattern(9, 8), disk.read(8, 8));
            disk.thaw(before);
            assertArrayEquals(pattern(9, 16), disk.read(0, 16));
            flush(disk);
            assertArrayEquals(pattern(9, SECTORS), Files.readAllBytes(path));
        }
    }

    @Test
    void aLossOfPowerKeepsAllThatWasFlushedAndAnyPartOfTheRest() {
        boolean isLost = false;
        boolean isTorn = false;
        for (int round = 0; round < 200; round++) {
            Disk disk = disk(DiskImage.of(pattern(9, SECTORS)));
            write(disk, 0, pattern(1, 8));
            flush(disk);
            write(disk, 0, pattern(2, 8));
            write(disk, 0, pattern(3, 8));
            disk.losePower(new Dice(round));
            byte[] left = disk.read(0, 8);
            for (int sector = 0; sector < 8; sector++) {
                byte value = left[sector * 512];
                assertTrue(value >= 1 && value <= 3, "a sector that was never written: " + value);
                assertEquals(value, left[sector * 512 + 511], "a sector is never torn");
                isLost |= value == 1;
                isTorn |= value != left[0];
            }
            assertArrayEquals(pattern(9, 8), disk.read(8, 8));
        }
        assertTrue(isLost && isTorn);
    }
}
