package io.xenarium.toolstack;

import io.xenarium.machine.device.DiskFile;
import io.xenarium.machine.device.DiskImage;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/// The images behind the disks of one computer. An image stays open as long as the computer lives:
/// it may go back to a time at which the disk was in use.
final class DiskImages {
    private static final int SECTOR = 512;

    private final Images images;
    private final Map<String, DiskImage> open = new TreeMap<>();

    DiskImages(Images images) {
        this.images = images;
    }

    /// The image of a disk by the disk's name ([DiskSpec#diskName]).
    ///
    /// @throws Refused where it cannot be used
    DiskImage find(String diskName) {
        String[] words = diskName.split(" ", 3);
        boolean isKept = words[1].equals("rw");
        String target = words[2];
        String key = words[1] + " " + target;
        if (!open.containsKey(key)) {
            open.put(
                    key,
                    images.has(target) ? DiskImage.of(images.get(target)) : file(target, isKept));
        }
        return open.get(key);
    }

    private static DiskImage file(String target, boolean isKept) {
        Path path = Path.of(target);
        if (!Files.exists(path)) {
            throw new Refused("the disk %s does not exist: check the path".formatted(target));
        }
        if (!Files.isRegularFile(path)) {
            throw new Refused(
                    "the disk %s is no file: give the path of an image".formatted(target));
        }
        try {
            DiskFile file = DiskFile.open(path, isKept);
            if (file.bytes() < SECTOR || file.bytes() % SECTOR != 0) {
                file.close();
                throw new Refused(
                        "the disk %s is %d bytes long: it must be whole sectors of %d"
                                .formatted(target, file.bytes(), SECTOR));
            }
            return file;
        } catch (FileSystemException denied) {
            throw new Refused(
                    "the disk %s cannot be opened: check who may read and write it"
                            .formatted(target));
        } catch (IOException failed) {
            throw new Refused(
                    "the disk %s cannot be used: %s; end that guest, or say format=cow"
                            .formatted(target, failed.getMessage()));
        }
    }
}
