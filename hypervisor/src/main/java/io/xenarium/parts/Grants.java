package io.xenarium.parts;

import io.xenarium.abi.GrantMap;
import io.xenarium.terms.DomId;
import io.xenarium.terms.VcpuId;

import java.util.Optional;

/// Grant tables: how one domain lets another use a frame of its own, and how Xen sees to it that
/// nobody takes more, or keeps it longer than is known (lab 09).
///
/// The granter writes *entries* into memory that it shares with Xen: what kind, for whom, which
/// frame. Xen answers in the same memory, with two *marks*: reading, and writing. What Xen knows of
/// an entry that is in use, by whom, which frame, and a count of *pins* for each way of using it,
/// is its own; no guest can reach it.
///
/// What every answer keeps true: an entry that is in use has its reading mark set, and its writing
/// mark while somebody may write; so a granter that sees neither mark may take its frame back. And
/// each part of a mapping that is written down under a handle holds one pin.
///
/// Answers are GNTST_* ([io.xenarium.abi.GrantStatus]): 0 or a handle when it went well, below 0
/// when not. A refused request changes nothing. Domains that are passed in exist; references and
/// handles are whatever a guest made up. Xen: public/grant_table.h, xen/common/grant_table.c.
public interface Grants {
    /// How often [#pin] looks anew at an entry that changes under its eyes before it gives up.
    int TRIES = 5;

    /// Whether an entry with this header lets `user` use its frame, for writing where `isWrite`.
    boolean permits(Header header, DomId user, boolean isWrite);

    /// Takes one pin on entry `ref` of `granter` for `user`. Returns a status.
    int pin(DomId granter, long ref, DomId user, Pin pin);

    /// Gives back what [#pin] took: with the last pin the use ends.
    void unpin(DomId granter, int ref, Pin pin);

    /// GNTTABOP_map_grant_ref, one member of it: takes a pin for each part that is wanted, and
    /// enters the mapping. Returns its handle or a status below 0.
    int map(Request request);

    /// GNTTABOP_unmap_grant_ref: gives back those of `parts` ([GrantMap#DEVICE], [GrantMap#HOST])
    /// that the mapping still has. By now the frame is out of the mapper's page tables. Returns a
    /// status.
    int unmap(DomId mapper, long handle, int parts);

    // tag::show-pin[]
    /// In how many ways an entry can be used.
    enum Pin {
        /// Mapped into page tables for reading, or read by a copy.
        HOST_READ,
        HOST_WRITE,
        /// Mapped for a device, or for the daemons of domain 0.
        DEVICE_READ,
        DEVICE_WRITE;

        public boolean isWrite() {
            return this == HOST_WRITE || this == DEVICE_WRITE;
        }

        public static Pin host(boolean isReadOnly) {
            return isReadOnly ? HOST_READ : HOST_WRITE;
        }

        public static Pin device(boolean isReadOnly) {
            return isReadOnly ? DEVICE_READ : DEVICE_WRITE;
        }
    }

    // end::show-pin[]

    /// The first four bytes of an entry, as they were at one moment.
    ///
    /// @param flags [io.xenarium.abi.GrantEntry#TYPE] and what follows, the marks among them
    /// @param user for whom the entry is: any number, the guest wrote it
    record Header(int flags, int user) {}

    /// A mapping that is asked for.
    ///
    /// @param caller the vCPU of the mapper that asks
    /// @param ref the granter's entry: any number
    /// @param flags [GrantMap]: at least one of the two parts
    /// @param at where it shall be in page tables: [Platform#enter] knows
    record Request(DomId mapper, VcpuId caller, DomId granter, long ref, int flags, long at) {
        public boolean has(int any) {
            return (flags & any) != 0;
        }

        public boolean isReadOnly() {
            return has(GrantMap.READONLY);
        }
    }

    /// A mapping that stands.
    ///
    /// @param flags as they were asked for, less the parts that have been given back
    record Mapping(DomId granter, int ref, int flags) {}

    // tag::show-platform[]
    /// What the hypervisor lends to this part. Every call is one step: between two of them the
    /// granter's vCPUs may run, and write into its entries what they like.
    ///
    /// Entries come in two layouts. In the second the marks lie elsewhere, and what an entry in use
    /// says does not count; the hypervisor sees to both, so that a part knows of one layout only.
    interface Platform {
        /// How many entries the table of `granter` has.
        int entries(DomId granter);

        /// What the entry says at this moment.
        Header header(DomId granter, int ref);

        /// Sets marks in the entry if it still says what was `seen`, in one step that nobody gets
        /// into. Returns whether it did.
        boolean mark(DomId granter, int ref, Header seen, int marks);

        /// Clears marks.
        void clear(DomId granter, int ref, int marks);

        /// Who uses the entry, where somebody does.
        Optional<DomId> user(DomId granter, int ref);

        /// Begins a use: reads out of the entry which frame it names, and writes down who uses it.
        /// Returns false, and does nothing, where that frame is not the granter's own.
        boolean begin(DomId granter, int ref, DomId user);

        /// Ends the use of an entry that has no pin left.
        void end(DomId granter, int ref);

        /// How many pins of this kind are on an entry in use.
        int pins(DomId granter, int ref, Pin pin);

        /// The most that there can be.
        int pinsMax();

        /// One pin more on an entry in use.
        void addPin(DomId granter, int ref, Pin pin);

        /// One less.
        void dropPin(DomId granter, int ref, Pin pin);

        /// The handle that the next mapping of this domain gets; below 0 where none is left.
        int freeHandle(DomId mapper);

        /// Puts the frame where the request wants it, holds it, and writes the mapping down under
        /// its handle. Returns false, and does nothing, where that place or frame will not do.
        boolean enter(int handle, Request request);

        /// The mapping behind a handle, where there is one.
        Optional<Mapping> mapping(DomId mapper, long handle);

        /// Takes these parts off a mapping and lets go of the frame for them. With the last part
        /// the handle is free again.
        void leave(DomId mapper, int handle, int parts);
    }

    // end::show-platform[]

    /// Makes the part. Found by `ServiceLoader`.
    interface Maker {
        Grants make(Platform platform);
    }
}
