package io.xenarium.lab11.check;

import io.xenarium.parts.SplitDriver;

import java.nio.charset.StandardCharsets;

/// A console with two rings of four bytes, a screen, and somebody who types.
final class ConsoleWorld implements SplitDriver.Console {
    final RingWorld out = RingWorld.with("", 0);
    final RingWorld in = RingWorld.with("", 0);
    String typed = "";
    String shown = "";
    int signals;

    @Override
    public SplitDriver.ByteRing out() {
        return out;
    }

    @Override
    public SplitDriver.ByteRing in() {
        return in;
    }

    @Override
    public byte[] typed() {
        return typed.getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    public void forget(int count) {
        typed = typed.substring(Math.clamp(count, 0, typed.length()));
        out.tell("  forgets %d typed bytes", count);
    }

    @Override
    public void show(byte[] bytes) {
        shown += RingWorld.text(bytes);
        out.tell("  shows '%s'", RingWorld.text(bytes));
    }

    @Override
    public void signal() {
        signals++;
        out.tell("  signals the guest");
    }

    @Override
    public String toString() {
        return "shown '%s', '%s' waits to be typed; out: %s; in: %s; signalled %d times"
                .formatted(shown, typed, out, in, signals);
    }
}
