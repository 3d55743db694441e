package io.xenarium.bench;

import io.xenarium.bench.cell.Grip;
import io.xenarium.toolstack.Host;
import io.xenarium.toolstack.Timeline;
import io.xenarium.trace.XenEvent;

import java.util.List;
import java.util.concurrent.Callable;

/// A cell's hold on the machine, by way of the machine's thread.
record MachineGrip(MachineRoom room) implements Grip {
    @Override
    public Host host() {
        return room.host();
    }

    @Override
    public Timeline timeline() {
        return room.timeline();
    }

    @Override
    public <T> T look(Callable<T> question) {
        return room.call(question);
    }

    @Override
    public void act(Runnable action) {
        room.call(() -> room.act("", action));
    }

    @Override
    public List<XenEvent> newest(int count) {
        return look(() -> {
            long now = room.timeline().now().seq();
            return room.computer().log().range(now - Math.clamp(count, 1, 10_000) + 1, now);
        });
    }

    @Override
    public List<XenEvent> why(long seq) {
        return look(() -> room.computer().log().why(seq));
    }
}
