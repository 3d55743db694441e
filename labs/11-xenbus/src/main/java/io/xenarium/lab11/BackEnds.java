package io.xenarium.lab11;

import static io.xenarium.abi.XenbusState.CLOSED;
import static io.xenarium.abi.XenbusState.CLOSING;
import static io.xenarium.abi.XenbusState.CONNECTED;
import static io.xenarium.abi.XenbusState.INIT_WAIT;

import io.xenarium.abi.XenbusState;
import io.xenarium.parts.SplitDriver;
import io.xenarium.terms.NotYet;
import io.xenarium.terms.Port;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The handshake and the console of back-ends that trust no guest.
///
/// 1. A device holds a ring and a port exactly while it says that it is connected.
/// 2. A producer's index is moved after the bytes before it were put in, a consumer's after they
///    were taken out.
/// 3. A guest is signalled when something has moved, and only then.
///
/// Easy to get wrong: the other side runs at the same time. What it is told is what it acts on, in
/// the next moment. Linux: frontend_changed in drivers/block/xen-blkback/xenbus.c; Xen:
/// tools/console/daemon/io.c.
public final class BackEnds implements SplitDriver {
    private BackEnds() {}

    @Override
    public XenbusState nextState(XenbusState mine, XenbusState front) {
        // A front-end that is UNKNOWN has no state any more: treat it as closed.
        throw new NotYet(
                "11.1",
                "nextState(): a front-end that begins (INITIALISING) is waited for, "
                        + "where this end had closed or is closing; one that is INITIALISED, or "
                        + "CONNECTED already, is connected to, where this end waits; one that "
                        + "closes or is gone is followed; at anything else stay");
    }

    @Override
    public boolean connect(Device device) {
        throw new NotYet(
                "11.2",
                "connect(): take the offer, mapAll() its pages, bind its port, open "
                        + "the device; wherever that does not go on, give back what was taken, "
                        + "complain, answer false");
    }

    /// Maps pages one after the other, and notes their handles, up to the first that cannot be.
    private static boolean mapAll(Device device, List<Integer> refs, List<Integer> handles) {
        throw new NotYet(
                "11.2",
                "mapAll(): add the handle of each page to the list; at a status below "
                        + "0 stop, and answer false");
    }

    @Override
    public void disconnect(Device device) {
        // Once the device is shut it does not know its connection any more: ask before.
        throw new NotYet(
                "11.3",
                "disconnect(): where the device has a connection, shut it, unmap the "
                        + "pages of its ring, and close its port");
    }

    @Override
    public void frontChanged(Device device) {
        // What you say has to be so when the guest reads it.
        throw new NotYet(
                "11.3",
                "frontChanged(): find the next state; nothing to do where that is "
                        + "this one; connect() or disconnect() where it wants that, and say it; "
                        + "a device that could not be connected is CLOSING");
    }

    @Override
    public byte[] ringRead(ByteRing ring) {
        // Read each index once: the guest's may be another one the next time.
        throw new NotYet(
                "11.4",
                "ringRead(): the bytes between consumer and producer, in their order; "
                        + "none where there can be no such number of bytes; then move the "
                        + "consumer's index");
    }

    @Override
    public int ringWrite(ByteRing ring, byte[] bytes) {
        throw new NotYet(
                "11.5",
                "ringWrite(): as many bytes as are free, and no more than there are; "
                        + "none where the indices cannot be; then move the producer's index, if "
                        + "anything was put in");
    }

    @Override
    public void serve(Console console) {
        throw new NotYet(
                "11.6",
                "serve(): show what the guest says, put in what was typed and forget "
                        + "that much of it; signal where shouldNotify()");
    }

    /// Whether a guest has to be told, that said so many bytes and is to hear so many.
    private static boolean shouldNotify(int said, int heard) {
        throw new NotYet(
                "11.6",
                "shouldNotify(): there is something new for the guest: bytes to hear, "
                        + "or room to speak");
    }

    /// Makes the part. Found by `ServiceLoader`.
    public static final class Maker implements SplitDriver.Maker {
        @Override
        public SplitDriver make() {
            return new BackEnds();
        }
    }
}
