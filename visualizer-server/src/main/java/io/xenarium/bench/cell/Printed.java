package io.xenarium.bench.cell;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/// What is printed while a snippet runs, up to a limit: a cell that prints without end fills
/// neither memory nor page.
final class Printed extends OutputStream {
    private static final int LIMIT = 64 * 1024;

    private final byte[] bytes = new byte[LIMIT];
    private int count;
    private long lost;
    private boolean isOpen;

    PrintStream stream() {
        return new PrintStream(this, true, StandardCharsets.UTF_8);
    }

    synchronized void begin() {
        isOpen = true;
        count = 0;
        lost = 0;
    }

    /// What was printed since [#begin].
    synchronized String end() {
        isOpen = false;
        String text = new String(bytes, 0, count, StandardCharsets.UTF_8);
        return lost == 0 ? text : text + "\n… and %d bytes more".formatted(lost);
    }

    @Override
    public synchronized void write(int one) {
        write(new byte[] {(byte) one}, 0, 1);
    }

    @Override
    public synchronized void write(byte[] from, int offset, int length) {
        int taken = isOpen ? Math.min(length, LIMIT - count) : 0;
        System.arraycopy(from, offset, bytes, count, taken);
        count += taken;
        lost += isOpen ? length - taken : 0;
    }
}
