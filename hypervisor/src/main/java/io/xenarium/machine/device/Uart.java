package io.xenarium.machine.device;

import java.io.ByteArrayOutputStream;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;

/// A serial port of the kind 16550: whoever polls it can send and receive (National Semiconductor's
/// data sheet of the PC16550D, section 8). It sends at once, so it is always ready for another
/// byte, and it raises no interrupts.
public final class Uart implements PortDevice {
    /// Where the first serial port of a PC is.
    public static final int FIRST_PORT = 0x3f8;

    private static final int PORTS = 8;

    /// What is kept of the output: beyond it the oldest half goes.
    private static final int OUTPUT_MAX = 1 << 20;

    private static final int DATA = 0;
    private static final int INTERRUPT_ENABLE = 1;
    private static final int IDENTIFICATION = 2;
    private static final int LINE_CONTROL = 3;
    private static final int MODEM_CONTROL = 4;
    private static final int LINE_STATUS = 5;
    private static final int MODEM_STATUS = 6;

    /// In the line control register: the first two ports are the divisor of the baud rate.
    private static final int DIVISOR_ACCESS = 0x80;

    private static final int NOTHING_PENDING = 1;
    private static final int RECEIVED = 1;

    /// The transmitter is empty, and so is its register.
    private static final int READY_TO_SEND = 0x60;

    /// Somebody is at the other end.
    private static final int CONNECTED = 0xb0;

    private final int firstPort;
    private final int[] registers = new int[PORTS];
    private final int[] divisor = {1, 0};
    private final ByteArrayOutputStream sent = new ByteArrayOutputStream();
    private final Deque<Byte> received = new ArrayDeque<>();

    public Uart(int firstPort) {
        this.firstPort = firstPort;
    }

    /// All that has been sent and is still kept.
    public byte[] sent() {
        return sent.toByteArray();
    }

    /// Puts a byte on the line to the machine.
    public void receive(byte data) {
        received.add(data);
    }

    @Override
    public boolean answers(int port) {
        return port >= firstPort && port < firstPort + PORTS;
    }

    @Override
    public long read(int port, int bytes) {
        int register = port - firstPort;
        if (register <= INTERRUPT_ENABLE && isDivisorShown()) {
            return divisor[register];
        }
        return switch (register) {
            case DATA -> received.isEmpty() ? 0 : received.remove() & 0xff;
            case IDENTIFICATION -> NOTHING_PENDING;
            case LINE_STATUS -> READY_TO_SEND | (received.isEmpty() ? 0 : RECEIVED);
            case MODEM_STATUS -> CONNECTED;
            default -> registers[register];
        };
    }

    @Override
    public void write(int port, int bytes, long value) {
        int register = port - firstPort;
        int data = (int) value & 0xff;
        if (register <= INTERRUPT_ENABLE && isDivisorShown()) {
            divisor[register] = data;
            return;
        }
        switch (register) {
            case DATA -> send(data);
            case INTERRUPT_ENABLE -> registers[register] = data & 0xf;
            case LINE_CONTROL -> registers[register] = data;
            case MODEM_CONTROL -> registers[register] = data & 0x1f;
            case PORTS - 1 -> registers[register] = data;
            default -> {}
        }
    }

    private boolean isDivisorShown() {
        return (registers[LINE_CONTROL] & DIVISOR_ACCESS) != 0;
    }

    private void send(int data) {
        if (sent.size() >= OUTPUT_MAX) {
            byte[] all = sent.toByteArray();
            sent.reset();
            sent.write(all, OUTPUT_MAX / 2, all.length - OUTPUT_MAX / 2);
        }
        sent.write(data);
    }

    @Override
    public void save(DataOutput out) throws IOException {
        for (int register : registers) {
            out.writeInt(register);
        }
        out.writeInt(divisor[0]);
        out.writeInt(divisor[1]);
        byte[] bytes = sent.toByteArray();
        out.writeInt(bytes.length);
        out.write(bytes);
        out.writeInt(received.size());
        for (byte data : received) {
            out.writeByte(data);
        }
    }

    @Override
    public void load(DataInput in) throws IOException {
        for (int i = 0; i < PORTS; i++) {
            registers[i] = in.readInt();
        }
        divisor[0] = in.readInt();
        divisor[1] = in.readInt();
        byte[] bytes = new byte[in.readInt()];
        in.readFully(bytes);
        sent.reset();
        sent.writeBytes(bytes);
        received.clear();
        for (int left = in.readInt(); left > 0; left--) {
            received.add(in.readByte());
        }
    }
}
