package io.xenarium.machine.device;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/// A port that switches the machine off: a guest writes a number there, and the run is over. QEMU
/// has the same device as `isa-debug-exit`.
public final class DebugExit implements PortDevice {
    /// Where it usually is.
    public static final int USUAL_PORT = 0xf4;

    private final int port;
    private boolean isOff;
    private long code;

    public DebugExit(int port) {
        this.port = port;
    }

    /// Whether somebody has written to it.
    public boolean isOff() {
        return isOff;
    }

    /// What was written.
    public long code() {
        return code;
    }

    @Override
    public boolean answers(int asked) {
        return asked == port;
    }

    @Override
    public long read(int asked, int bytes) {
        return 0;
    }

    @Override
    public void write(int asked, int bytes, long value) {
        isOff = true;
        code = value;
    }

    @Override
    public void save(DataOutput out) throws IOException {
        out.writeBoolean(isOff);
        out.writeLong(code);
    }

    @Override
    public void load(DataInput in) throws IOException {
        isOff = in.readBoolean();
        code = in.readLong();
    }
}
