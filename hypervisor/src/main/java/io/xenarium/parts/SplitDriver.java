package io.xenarium.parts;

import io.xenarium.abi.XenbusState;
import io.xenarium.terms.Port;

import java.util.List;
import java.util.Optional;

/// What the back-ends of domain 0 have in common (lab 11): the handshake by which they and their
/// front-ends find each other and part again, and rings of bytes, such as the console's.
///
/// Both rest on one rule: say it when it is so. A state is written when what it promises is true,
/// an index is moved when the bytes before it are there, or have been taken.
///
/// Everything that a guest writes may be anything: its state, its nodes, its indices. Xen:
/// public/io/xenbus.h, public/io/console.h; Linux: drivers/xen/xenbus.
public interface SplitDriver {
    /// The state that a back-end goes to, its own where it stays.
    ///
    /// @param front the state of its front-end; [XenbusState#UNKNOWN] where that has gone
    XenbusState nextState(XenbusState mine, XenbusState front);

    /// Connects a device: maps the pages of its ring, binds its event channel, opens it. Returns
    /// whether it could; where not, nothing is mapped or bound.
    boolean connect(Device device);

    /// Lets go of all that a connected device holds; does nothing to one that is not.
    void disconnect(Device device);

    /// The front-end may have changed its state: brings the device to its next one.
    void frontChanged(Device device);

    /// Takes all bytes out of a ring. Returns none where it is empty, or where its indices cannot
    /// be.
    byte[] ringRead(ByteRing ring);

    /// Puts as many of these bytes into a ring as fit. Returns how many; 0 where its indices cannot
    /// be.
    int ringWrite(ByteRing ring, byte[] bytes);

    /// A console was signalled, or something was typed: moves what can be moved, both ways, and
    /// signals the guest where anything was.
    void serve(Console console);

    /// What a front-end offers in its nodes.
    ///
    /// @param refs grants of the pages of its ring, in their order: any numbers from 0 up
    /// @param port its end of an event channel: any number
    record Offer(List<Integer> refs, Port port) {}

    /// What a connected device holds.
    ///
    /// @param handles of the mapped pages of its ring
    /// @param port domain 0's end of its event channel
    record Connection(List<Integer> handles, Port port) {}

    // tag::show-device[]
    /// One device of a guest, as domain 0 lends it to this part. Every call is one step: between
    /// two of them the guest's vCPUs may run.
    interface Device {
        /// The state that the back-end is in, as it said last.
        XenbusState state();

        /// The state that the front-end says it is in.
        XenbusState frontState();

        /// Goes to a state, and writes it into the store, where the front-end watches it.
        void say(XenbusState state);

        /// Writes into the store why something did not work.
        void complain(String why);

        /// What the front-end offers; empty where its nodes make no sense.
        Optional<Offer> offer();

        /// Maps a page of the guest. Returns a handle, or a status below 0.
        int map(int ref);

        /// Gives a mapping back.
        void unmap(int handle);

        /// Joins a new port of domain 0 to one of the guest; empty where that does not wait for
        /// domain 0.
        Optional<Port> bind(Port remote);

        /// Closes a port of domain 0.
        void close(Port port);

        /// The device works from now on, with this ring and port, until [#shut].
        void open(Connection connection);

        /// What it works with, where it does.
        Optional<Connection> connection();

        /// Finishes what is under way, and stops working. Ring and port stay as they are.
        void shut();
    }

    // end::show-device[]

    // tag::show-ring[]
    /// A ring of bytes in a page that a guest shares. Indices run freely and wrap around after
    /// 2^32; one of the two is the guest's, and may be any number. Every call is one step.
    interface ByteRing {
        /// How many bytes it has: a power of two.
        int size();

        /// How many bytes were ever put in.
        int producer();

        /// How many were ever taken out.
        int consumer();

        /// The byte at a place from 0 to below [#size].
        byte get(int place);

        void set(int place, byte value);

        /// Shows the other side that bytes were put in.
        void setProducer(int index);

        /// Shows the other side that bytes were taken out.
        void setConsumer(int index);
    }

    /// The console of one guest.
    interface Console {
        /// What the guest says.
        ByteRing out();

        /// What the guest hears.
        ByteRing in();

        /// What was typed and has not been put into the ring.
        byte[] typed();

        /// Forgets the first of the typed bytes.
        void forget(int count);

        /// Shows what the guest said.
        void show(byte[] bytes);

        /// Signals the guest.
        void signal();
    }

    // end::show-ring[]

    /// Makes the part. Found by `ServiceLoader`.
    interface Maker {
        SplitDriver make();
    }
}
