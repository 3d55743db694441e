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
        // step: 12.1 verdict(): NOT_SUPPORTED for an operation that does not exist; ERROR for a
        // step: request that changes a read-only disk, and for one that is not sound; else OKAY
        // tag::lab-12-verdict[]
        // ? A flush may come without any segment; then it names no sectors, and changes nothing.
        // ? A discard has no segments at all: its count is a count of sectors, from 0.
        boolean isKnown =
                switch (request.operation()) {
                    case READ, WRITE, WRITE_BARRIER, FLUSH_DISKCACHE, DISCARD -> true;
                    default -> false;
                };
        if (!isKnown) {
            return NOT_SUPPORTED;
        }
        boolean isBareFlush = request.operation() == FLUSH_DISKCACHE && request.count() == 0;
        if (isBareFlush) {
            return OKAY;
        }
        if (platform.isReadOnly() && request.operation() != READ) {
            return ERROR;
        }
        if (request.operation() == DISCARD) {
            return isOnDisk(request.sector(), request.count()) ? OKAY : ERROR;
        }
        return isSound(request) ? OKAY : ERROR;
        // end::lab-12-verdict[]
    }

    /// Whether a request has segments, all that it announced, each within its page, and whether
    /// what they cover lies on the disk.
    private boolean isSound(Request request) {
        // step: 12.1 isSound(): there is at least one segment, and as many as the count says; each
        // step: has a reference that is not below 0, and goes from first to last within the page's
        // step: eight sectors; all of their sectors together are on the disk: isOnDisk()
        // tag::lab-12-sound[]
        if (request.segments().isEmpty() || request.segments().size() != request.count()) {
            return false;
        }
        for (Segment segment : request.segments()) {
            boolean isInPage = segment.first() <= segment.last() && segment.last() <= LAST_SECTOR;
            if (segment.ref() < 0 || !isInPage) {
                return false;
            }
        }
        return isOnDisk(request.sector(), request.sectors());
        // end::lab-12-sound[]
    }

    private boolean isOnDisk(long sector, long count) {
        // step: 12.1 isOnDisk(): whether count sectors from this one lie on the disk, for any two
        // step: numbers: what would their sum be for the largest of all?
        // tag::lab-12-disk[]
        return sector >= 0
                && count >= 0
                && count <= platform.sectors()
                && sector <= platform.sectors() - count;
        // end::lab-12-disk[]
    }

    @Override
    public Optional<List<Integer>> mapSegments(Request request) {
        // step: 12.2 mapSegments(): the handle of each segment's page, in their order; where one
        // step: cannot be mapped, release() those before it and answer that there are none
        // tag::lab-12-map[]
        List<Integer> handles = new ArrayList<>();
        for (Segment segment : request.segments()) {
            int handle = handle(segment.ref(), !request.fillsPages());
            if (handle < 0) {
                release(request, handles);
                return Optional.empty();
            }
            handles.add(handle);
        }
        return Optional.of(handles);
        // end::lab-12-map[]
    }

    /// The handle of one page: an old one where the page stays mapped, else a new one.
    private int handle(int ref, boolean isReadOnly) {
        // step: 12.2 handle(): the page that is kept already, if it is one; else map it, and keep
        // step: it where that may be
        // tag::lab-12-handle[]
        // ? A page that stays is mapped for writing, whatever this request wants to do with it:
        // ? the next one may want more.
        OptionalInt kept = platform.kept(ref);
        if (kept.isPresent()) {
            return kept.getAsInt();
        }
        boolean stays = platform.mayKeep();
        int handle = platform.map(ref, isReadOnly && !stays);
        if (handle >= 0 && stays) {
            platform.keep(ref, handle);
        }
        return handle;
        // end::lab-12-handle[]
    }

    /// Gives back the pages of a request, as far as it has handles, but for those that stay.
    private void release(Request request, List<Integer> handles) {
        // step: 12.2 release(): unmap each handle, unless it is the one that is kept for its page
        // tag::lab-12-release[]
        for (int i = 0; i < handles.size(); i++) {
            OptionalInt kept = platform.kept(request.segments().get(i).ref());
            if (kept.isEmpty() || kept.getAsInt() != handles.get(i)) {
                platform.unmap(handles.get(i));
            }
        }
        // end::lab-12-release[]
    }

    @Override
    public void respond(Request request, int status) {
        // step: 12.3 respond(): put the response in, show it to the guest, and signal if the index
        // step: has just come to where the guest wants to be woken
        // tag::lab-12-respond[]
        // ? The guest may go to sleep between any two of your steps. Look after you have shown.
        platform.put(request.id(), request.operation(), status);
        platform.publish();
        if (platform.guestWakesAt() == platform.responsesPut()) {
            platform.signal();
        }
        // end::lab-12-respond[]
    }

    @Override
    public void submit(Request request) {
        // step: 12.4 submit(): respond at once where the verdict is not OKAY, or (ERROR) where the
        // step: pages cannot be mapped; else order what kind() says
        // tag::lab-12-submit[]
        int status = verdict(request);
        if (status != OKAY) {
            respond(request, status);
            return;
        }
        Optional<List<Integer>> handles = mapSegments(request);
        if (handles.isEmpty()) {
            respond(request, ERROR);
            return;
        }
        platform.order(kind(request), new Work(request, handles.get()));
        // end::lab-12-submit[]
    }

    /// What the disk is to do for a request.
    private static Disk.Kind kind(Request request) {
        // step: 12.4 kind(): what the disk is to do for each of the five operations
        // tag::lab-12-kind[]
        // ? A flush that has segments is a barrier under another name.
        return switch (request.operation()) {
            case READ -> Disk.Kind.READ;
            case WRITE -> Disk.Kind.WRITE;
            case DISCARD -> Disk.Kind.DISCARD;
            case FLUSH_DISKCACHE ->
                    request.segments().isEmpty() ? Disk.Kind.FLUSH : Disk.Kind.BARRIER;
            default -> Disk.Kind.BARRIER;
        };
        // end::lab-12-kind[]
    }

    @Override
    public void complete(Work work, byte[] data) {
        // step: 12.5 complete(): fill the pages if the request is one that does; release them;
        // step: respond
        // tag::lab-12-complete[]
        // ? As soon as the guest sees the response, it does with its pages what it likes.
        if (work.request().fillsPages()) {
            platform.fill(work, data);
        }
        release(work.request(), work.handles());
        respond(work.request(), OKAY);
        // end::lab-12-complete[]
    }

    @Override
    public boolean serve() {
        // step: 12.6 serve(): as long as requests wait, submit them, and then say at which request
        // step: to be woken; sleep when none has come meanwhile; false where the guest claims more
        // step: than the ring can hold
        // tag::lab-12-serve[]
        // ? A slot is the guest's again when it has been answered, not when it was taken.
        // ? The guest may lie at any look, not at the first alone.
        while (true) {
            int produced = platform.requestsProduced();
            int waiting = produced - platform.requestsTaken();
            if (waiting < 0 || produced - platform.responsesPut() > platform.slots()) {
                return false;
            }
            for (int i = 0; i < waiting; i++) {
                submit(platform.take());
            }
            platform.wakeAt(platform.requestsTaken() + 1);
            if (platform.requestsProduced() == platform.requestsTaken()) {
                return true;
            }
        }
        // end::lab-12-serve[]
    }

    /// Makes the part. Found by `ServiceLoader`.
    public static final class Maker implements BlockBackend.Maker {
        @Override
        public BlockBackend make(Platform platform) {
            return new DiskServer(platform);
        }
    }
}
