package io.xenarium.lab11;

import static io.xenarium.abi.XenbusState.CLOSED;
import static io.xenarium.abi.XenbusState.CLOSING;
import static io.xenarium.abi.XenbusState.CONNECTED;
import static io.xenarium.abi.XenbusState.INIT_WAIT;

import io.xenarium.abi.XenbusState;
import io.xenarium.parts.SplitDriver;
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
        // step: 11.1 nextState(): a front-end that begins (INITIALISING) is waited for, where this
        // step: end had closed or is closing; one that is INITIALISED, or CONNECTED already, is
        // step: connected to, where this end waits; one that closes or is gone is followed; at
        // step: anything else stay
        // tag::lab-11-next[]
        // ? A front-end that is UNKNOWN has no state any more: treat it as closed.
        return switch (front) {
            case INITIALISING -> mine == CLOSED || mine == CLOSING ? INIT_WAIT : mine;
            case INITIALISED, CONNECTED -> mine == INIT_WAIT ? CONNECTED : mine;
            case CLOSING -> CLOSING;
            case CLOSED, UNKNOWN -> CLOSED;
            default -> mine;
        };
        // end::lab-11-next[]
    }

    @Override
    public boolean connect(Device device) {
        // step: 11.2 connect(): take the offer, mapAll() its pages, bind its port, open the device;
        // step: wherever that does not go on, give back what was taken, complain, answer false
        // tag::lab-11-connect[]
        Optional<Offer> offer = device.offer();
        if (offer.isEmpty()) {
            device.complain("its nodes name no ring that can be served");
            return false;
        }
        List<Integer> handles = new ArrayList<>();
        boolean isMapped = mapAll(device, offer.get().refs(), handles);
        Optional<Port> port = isMapped ? device.bind(offer.get().port()) : Optional.empty();
        if (port.isEmpty()) {
            handles.forEach(device::unmap);
            device.complain(isMapped ? "its port cannot be bound" : "its ring cannot be mapped");
            return false;
        }
        device.open(new Connection(List.copyOf(handles), port.get()));
        return true;
        // end::lab-11-connect[]
    }

    /// Maps pages one after the other, and notes their handles, up to the first that cannot be.
    private static boolean mapAll(Device device, List<Integer> refs, List<Integer> handles) {
        // step: 11.2 mapAll(): add the handle of each page to the list; at a status below 0 stop,
        // step: and answer false
        // tag::lab-11-map[]
        for (int ref : refs) {
            int handle = device.map(ref);
            if (handle < 0) {
                return false;
            }
            handles.add(handle);
        }
        return true;
        // end::lab-11-map[]
    }

    @Override
    public void disconnect(Device device) {
        // step: 11.3 disconnect(): where the device has a connection, shut it, unmap the pages of
        // step: its ring, and close its port
        // tag::lab-11-disconnect[]
        // ? Once the device is shut it does not know its connection any more: ask before.
        Optional<Connection> connection = device.connection();
        if (connection.isPresent()) {
            device.shut();
            connection.get().handles().forEach(device::unmap);
            device.close(connection.get().port());
        }
        // end::lab-11-disconnect[]
    }

    @Override
    public void frontChanged(Device device) {
        // step: 11.3 frontChanged(): find the next state; nothing to do where that is this one;
        // step: connect() or disconnect() where it wants that, and say it; a device that could not
        // step: be connected is CLOSING
        // tag::lab-11-front[]
        // ? What you say has to be so when the guest reads it.
        XenbusState next = nextState(device.state(), device.frontState());
        if (next == device.state()) {
            return;
        }
        if (next == CONNECTED && !connect(device)) {
            next = CLOSING;
        }
        if (next == CLOSING || next == CLOSED) {
            disconnect(device);
        }
        device.say(next);
        // end::lab-11-front[]
    }

    @Override
    public byte[] ringRead(ByteRing ring) {
        // step: 11.4 ringRead(): the bytes between consumer and producer, in their order; none
        // step: where there can be no such number of bytes; then move the consumer's index
        // tag::lab-11-read[]
        // ? Read each index once: the guest's may be another one the next time.
        int consumer = ring.consumer();
        int count = ring.producer() - consumer;
        if (count <= 0 || count > ring.size()) {
            return new byte[0];
        }
        byte[] bytes = new byte[count];
        for (int i = 0; i < count; i++) {
            bytes[i] = ring.get(consumer + i & ring.size() - 1);
        }
        ring.setConsumer(consumer + count);
        return bytes;
        // end::lab-11-read[]
    }

    @Override
    public int ringWrite(ByteRing ring, byte[] bytes) {
        // step: 11.5 ringWrite(): as many bytes as are free, and no more than there are; none where
        // step: the indices cannot be; then move the producer's index, if anything was put in
        // tag::lab-11-write[]
        int producer = ring.producer();
        int used = producer - ring.consumer();
        if (used < 0 || used > ring.size()) {
            return 0;
        }
        int count = Math.min(ring.size() - used, bytes.length);
        for (int i = 0; i < count; i++) {
            ring.set(producer + i & ring.size() - 1, bytes[i]);
        }
        if (count > 0) {
            ring.setProducer(producer + count);
        }
        return count;
        // end::lab-11-write[]
    }

    @Override
    public void serve(Console console) {
        // step: 11.6 serve(): show what the guest says, put in what was typed and forget that much
        // step: of it; signal where shouldNotify()
        // tag::lab-11-serve[]
        byte[] said = ringRead(console.out());
        if (said.length > 0) {
            console.show(said);
        }
        int heard = ringWrite(console.in(), console.typed());
        if (heard > 0) {
            console.forget(heard);
        }
        if (shouldNotify(said.length, heard)) {
            console.signal();
        }
        // end::lab-11-serve[]
    }

    /// Whether a guest has to be told, that said so many bytes and is to hear so many.
    private static boolean shouldNotify(int said, int heard) {
        // step: 11.6 shouldNotify(): there is something new for the guest: bytes to hear, or room
        // step: to speak
        // tag::lab-11-notify[]
        return said > 0 || heard > 0;
        // end::lab-11-notify[]
    }

    /// Makes the part. Found by `ServiceLoader`.
    public static final class Maker implements SplitDriver.Maker {
        @Override
        public SplitDriver make() {
            return new BackEnds();
        }
    }
}
