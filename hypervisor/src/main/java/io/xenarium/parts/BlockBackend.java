package io.xenarium.parts;

import io.xenarium.abi.BlockRing;
import io.xenarium.machine.device.Disk;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// The back half of a split block driver: what becomes of the requests that a guest puts into the
/// ring of its virtual disk (lab 12).
///
/// A request comes out of the ring, names pages of the guest by grants, goes to the disk, and comes
/// back as a response in the same ring. What every step keeps true: each request is answered once;
/// a request that is refused has touched neither page nor disk; a page is the guest's again before
/// its request is answered; and whoever waits is woken.
///
/// Everything in the ring was written by a guest, so that it may be anything. Connecting and
/// disconnecting is not this part's business: while it is called the ring is there. Xen:
/// public/io/blkif.h, public/io/ring.h; Linux: drivers/block/xen-blkback/blkback.c.
public interface BlockBackend {
    /// Whether a request will do: [BlockRing#OKAY], or what it is answered, [BlockRing#ERROR] or
    /// [BlockRing#NOT_SUPPORTED].
    int verdict(Request request);

    /// Maps the pages of a request that will do. Returns a handle for each of its segments, in
    /// their order; empty where a page cannot be mapped, and then none is.
    Optional<List<Integer>> mapSegments(Request request);

    /// Puts the response to a request into the ring, and wakes the guest if it wants to be woken.
    void respond(Request request, int status);

    /// Takes a request on: answers it at once, or sees to it that the disk is asked.
    void submit(Request request);

    /// The disk has done what it was asked.
    ///
    /// @param data what was read; empty for all else
    void complete(Work work, byte[] data);

    /// The guest has signalled: takes all requests that wait on, and goes to sleep. Returns false
    /// as soon as the guest claims what cannot be, and then takes none of that; its connection
    /// ends.
    boolean serve();

    // tag::show-request[]
    /// A request, copied out of the ring once: what the guest writes there later changes nothing.
    ///
    /// @param operation what is asked for: [BlockRing#READ] and so on, or any other number
    /// @param id what the guest knows it by
    /// @param sector where it begins on the disk, in sectors of 512 bytes: any number
    /// @param count how many segments it has, as the guest says; for a discard how many sectors
    /// @param segments those that could be read
    record Request(int operation, long id, long sector, long count, List<Segment> segments) {
        /// Sectors of all segments together.
        public int sectors() {
            return segments.stream().mapToInt(Segment::sectors).sum();
        }

        /// Whether the disk will write to the guest's pages.
        public boolean fillsPages() {
            return operation == BlockRing.READ;
        }
    }

    /// A stretch of sectors in one page of the guest: of its eight, `first` to `last`.
    ///
    /// @param ref the grant of the page: any number
    record Segment(int ref, int first, int last) {
        public int sectors() {
            return last - first + 1;
        }
    }

    /// A request on its way, and the handles of its pages.
    record Work(Request request, List<Integer> handles) {}

    // end::show-request[]

    // tag::show-platform[]
    /// What domain 0 lends to this part. Every call is one step: between two of them the guest's
    /// vCPUs may run, and write into the ring what they like.
    ///
    /// Indices run freely: they count requests and responses since the beginning, and wrap around
    /// after 2^32.
    interface Platform {
        /// How many slots the ring has: a power of two.
        int slots();

        /// How many requests the guest says it has put in: any number.
        int requestsProduced();

        /// How many have been taken out.
        int requestsTaken();

        /// Copies the next request out of the ring, whole, and counts it as taken.
        Request take();

        /// Asks the guest to signal as soon as it has put in request number `index`.
        void wakeAt(int index);

        /// How many responses have been put in.
        int responsesPut();

        /// Writes a response into the next slot, and counts it. The guest does not look there yet.
        void put(long id, int operation, int status);

        /// Shows the guest all responses that have been put in.
        void publish();

        /// The number of the response at which the guest wants to be signalled: any number.
        int guestWakesAt();

        /// Signals the guest.
        void signal();

        /// Maps a page of the guest. Returns a handle, or a status below 0.
        int map(int ref, boolean isReadOnly);

        /// Gives a mapping back.
        void unmap(int handle);

        /// The handle of a page that stays mapped, where it is one.
        OptionalInt kept(int ref);

        /// Whether one more page may stay mapped: the guest grants the same pages again and again,
        /// and it is not too many yet.
        boolean mayKeep();

        /// Lets a page that was mapped for writing stay mapped, to the end of the connection.
        void keep(int ref, int handle);

        /// How long the disk is.
        long sectors();

        /// Whether the guest must not write to it.
        boolean isReadOnly();

        /// Puts something into the disk's queue, with what is to be written from the pages of
        /// `work`. The disk does one after the other; [#complete] is called when it has done it.
        void order(Disk.Kind kind, Work work);

        /// Writes what was read into the pages of `work`, segment after segment.
        void fill(Work work, byte[] data);
    }

    // end::show-platform[]

    /// Makes the part, one for each virtual disk. Found by `ServiceLoader`.
    interface Maker {
        BlockBackend make(Platform platform);
    }
}
