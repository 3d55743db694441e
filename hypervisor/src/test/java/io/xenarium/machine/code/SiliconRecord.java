package io.xenarium.machine.code;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/// A [SiliconResult] in few bytes: what did not change is left out, what did is a hash.
///
/// @param gpr a hash of the general registers, or 0 where they are as they were
/// @param units a hash of the x87 and SSE units, or 0
/// @param data a hash of the data, or 0
/// @param end exception, error code, faulting address and rip, 0 where the code ran to its end
record SiliconRecord(int gpr, int units, int data, int flags, int end) {
    private static final int GPR = 1;
    private static final int UNITS = 2;
    private static final int DATA = 4;
    private static final int END = 8;
    private static final int FLAGS = 16;
    private static final int SHORT_CODE = 0x80;

    static SiliconRecord of(SiliconCase c, SiliconResult result) {
        SiliconState state = c.state();
        int count = c.isLong() ? 16 : 8;
        long[] gprBefore = new long[count];
        Arrays.setAll(gprBefore, state::gpr);
        long[] unitsBefore = new long[SiliconResult.UNITS];
        Arrays.setAll(unitsBefore, i -> SiliconResult.shown(i, state.unit(i)));
        boolean mayDiffer = c.leavesOpenHowItFaults() && result.vector() >= 0;
        long[] end = {result.vector(), result.error(), result.address(), result.rip()};
        return new SiliconRecord(
                change(gprBefore, Arrays.copyOf(result.gpr(), count)),
                change(unitsBefore, result.units()),
                mayDiffer ? 0 : (int) (result.dataHash() ^ result.dataHash() >>> 32),
                (int) result.flags() & 0xffff,
                result.vector() < 0 ? 0 : mayDiffer ? 1 : hash(end));
    }

    /// What a case without any code leaves behind.
    static SiliconRecord ofNothing(SiliconCase c) {
        return new SiliconRecord(0, 0, 0, (int) c.state().flags() & 0xffff, 0);
    }

    private static int change(long[] before, long[] after) {
        return Arrays.equals(before, after) ? 0 : hash(after);
    }

    private static int hash(long[] words) {
        long hash = SiliconMemory.hash(words);
        return (int) (hash ^ hash >>> 32) | 1;
    }

    /// Says what differs, or an empty string.
    String differences(SiliconRecord other) {
        String text = gpr != other.gpr ? " general registers" : "";
        text += units != other.units ? " x87 or SSE" : "";
        text += data != other.data ? " data" : "";
        text += flags != other.flags ? " flags %x≠%x".formatted(flags, other.flags) : "";
        return end != other.end ? text + " where or how it ends" : text;
    }

    void write(DataOutput out, SiliconCase c) throws IOException {
        int flagsBefore = (int) c.state().flags() & 0xffff;
        int shape =
                (gpr != 0 ? GPR : 0)
                        | (units != 0 ? UNITS : 0)
                        | (data != 0 ? DATA : 0)
                        | (end != 0 ? END : 0)
                        | (flags != flagsBefore ? FLAGS : 0)
                        | (c.isLong() ? 0 : SHORT_CODE);
        out.writeByte(shape);
        out.writeByte(c.code().length);
        out.write(c.code());
        for (int word : new int[] {gpr, units, data, end}) {
            if (word != 0) {
                out.writeInt(word);
            }
        }
        if (flags != flagsBefore) {
            out.writeShort(flags);
        }
    }

    /// A case and what became of it.
    record Pair(SiliconCase asked, SiliconRecord answer) {}

    /// Reads the case at `index` of the stream that began with `seed`.
    static Pair read(DataInput in, long seed, int index) throws IOException {
        int shape = in.readUnsignedByte();
        byte[] code = new byte[in.readUnsignedByte()];
        in.readFully(code);
        SiliconCase c = SiliconCase.of((shape & SHORT_CODE) == 0, seed, index, code);
        int gpr = (shape & GPR) != 0 ? in.readInt() : 0;
        int units = (shape & UNITS) != 0 ? in.readInt() : 0;
        int data = (shape & DATA) != 0 ? in.readInt() : 0;
        int end = (shape & END) != 0 ? in.readInt() : 0;
        int flags =
                (shape & FLAGS) != 0 ? in.readUnsignedShort() : (int) c.state().flags() & 0xffff;
        return new Pair(c, new SiliconRecord(gpr, units, data, flags, end));
    }
}
