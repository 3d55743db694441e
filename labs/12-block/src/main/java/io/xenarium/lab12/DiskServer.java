package io.xenarium.lab12;

import static io.xenarium.abi.BlockRing.DISCARD;
import static io.xenarium.abi.BlockRing.ERROR;
import static io.xenarium.abi.BlockRing.FLUSH_DISKCACHE;
import static io.xenarium.abi.BlockRing.NOT_SUPPORTED;
import static io.xenarium.abi.BlockRing.OKAY;
import static io.xenarium.abi.BlockRing.READ;
import static io.xenarium.abi.BlockRing.WRITE;
import static io.xenarium.abi.BlockRing.WRITE_BARRIER;

import io.xenarium.machine.device.Disk;
import io.xenarium.parts.BlockBackend;
import io.xenarium.terms.NotYet;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// A block back-end that trusts nothing in the ring.
///
/// 1. Each request is answered once: at once where it will not do, else when the disk has done it.
/// 2. A page is given back before the request that named it is answered.
/// 3. It sleeps only after it has said when to be woken, and has looked once more.
///
/// Easy to get wrong: to say "done" is a promise. What is said to be flushed has to be there after
/// a loss of power. Linux: dispatch_rw_block_io and __do_block_io_op in
/// drivers/block/xen-blkback/blkback.c.
public final class DiskServer implements BlockBackend {
    /// The last of the eight sectors of a page.
    private static final int LAST_SECTOR = 7;

    private final Platform platform;

    private DiskServer(Platform platform) {
        this.platform = platform;
    }

    @Override
    public int verdict(Request request) {
        // A flush may come without any segment; then it names no sectors, and changes nothing.
        // A discard has no segments at all: its count is a count of sectors, from 0.
        throw new NotYet(
                "12.1",
                "verdict(): NOT_SUPPORTED for an operation that does not exist; ERROR "
                        + "for a request that changes a read-only disk, and for one that is not "
                        + "sound; else OKAY");
    }

    /// Whether a request has segments, all that it announced, each within its page, and whether
    /// what they cover lies on the disk.
    private boolean isSound(Request request) {
        throw new NotYet(
                "12.1",
                "isSound(): there is at least one segment, and as many as the count "
                        + "says; each has a reference that is not below 0, and goes from first "
                        + "to last within the page's eight sectors; all of their sectors "
                        + "together are on the disk: isOnDisk()");
    }

    private boolean isOnDisk(long sector, long count) {
        throw new NotYet(
                "12.1",
                "isOnDisk(): whether count sectors from this one lie on the disk, for "
                        + "any two numbers: what would their sum be for the largest of all?");
    }

    @Override
    public Optional<List<Integer>> mapSegments(Request request) {
        throw new NotYet(
                "12.2",
                "mapSegments(): the handle of each segment's page, in their order; "
                        + "where one cannot be mapped, release() those before it and answer "
                        + "that there are none");
    }

    /// The handle of one page: an old one where the page stays mapped, else a new one.
    private int handle(int ref, boolean isReadOnly) {
        // A page that stays is mapped for writing, whatever this request wants to do with it:
        // the next one may want more.
        throw new NotYet(
                "12.2",
                "handle(): the page that is kept already, if it is one; else map it, "
                        + "and keep it where that may be");
    }

    /// Gives back the pages of a request, as far as it has handles, but for those that stay.
    private void release(Request request, List<Integer> handles) {
        throw new NotYet(
                "12.2",
                "release(): unmap each handle, unless it is the one that is kept for "
                        + "its page");
    }

    @Override
    public void respond(Request request, int status) {
        // The guest may go to sleep between any two of your steps. Look after you have shown.
        throw new NotYet(
                "12.3",
                "respond(): put the response in, show it to the guest, and signal if "
                        + "the index has just come to where the guest wants to be woken");
    }

    @Override
    public void submit(Request request) {
        throw new NotYet(
                "12.4",
                "submit(): respond at once where the verdict is not OKAY, or (ERROR) "
                        + "where the pages cannot be mapped; else order what kind() says");
    }

    /// What the disk is to do for a request.
    private static Disk.Kind kind(Request request) {
        // A flush that has segments is a barrier under another name.
        throw new NotYet(
                "12.4",
                "kind(): what the disk is to do for each of the five operations");
    }

    @Override
    public void complete(Work work, byte[] data) {
        // As soon as the guest sees the response, it does with its pages what it likes.
        throw new NotYet(
                "12.5",
                "complete(): fill the pages if the request is one that does; release "
                        + "them; respond");
    }

    @Override
    public boolean serve() {
        // A slot is the guest's again when it has been answered, not when it was taken.
        // The guest may lie at any look, not at the first alone.
        throw new NotYet(
                "12.6",
                "serve(): as long as requests wait, submit them, and then say at "
                        + "which request to be woken; sleep when none has come meanwhile; false "
                        + "where the guest claims more than the ring can hold");
    }

    /// Makes the part. Found by `ServiceLoader`.
    public static final class Maker implements BlockBackend.Maker {
        @Override
        public BlockBackend make(Platform platform) {
            return new DiskServer(platform);
        }
    }
}
