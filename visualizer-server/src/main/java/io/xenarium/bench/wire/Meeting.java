package io.xenarium.bench.wire;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/// Where parent and child meet: a socket in a folder that only this user can enter, or, where the
/// system has no such sockets, a port on the loopback address.
public final class Meeting implements AutoCloseable {
    private final ServerSocketChannel listening;
    private final Path folder;

    private Meeting(ServerSocketChannel listening, Path folder) {
        this.listening = listening;
        this.folder = folder;
    }

    /// Opens a place to meet.
    public static Meeting open() throws IOException {
        Path folder = Files.createTempDirectory("xenarium");
        try {
            ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
            channel.bind(UnixDomainSocketAddress.of(folder.resolve("bench")));
            return new Meeting(channel, folder);
        } catch (UnsupportedOperationException | IOException noSuchSockets) {
            ServerSocketChannel channel = ServerSocketChannel.open();
            channel.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            return new Meeting(channel, folder);
        }
    }

    /// The address in words, for the child's command line.
    public String address() throws IOException {
        SocketAddress address = listening.getLocalAddress();
        return address instanceof InetSocketAddress loopback
                ? "port:" + loopback.getPort()
                : "unix:" + ((UnixDomainSocketAddress) address).getPath();
    }

    /// Waits for the other side.
    public Link accept() throws IOException {
        return new Link(listening.accept());
    }

    /// Goes to the meeting whose address is `address`.
    public static Link join(String address) throws IOException {
        String place = address.substring(5);
        SocketAddress there =
                address.startsWith("unix:")
                        ? UnixDomainSocketAddress.of(place)
                        : new InetSocketAddress(
                                InetAddress.getLoopbackAddress(), Integer.parseInt(place));
        return new Link(SocketChannel.open(there));
    }

    @Override
    public void close() throws IOException {
        listening.close();
        Files.deleteIfExists(folder.resolve("bench"));
        Files.deleteIfExists(folder);
    }
}
