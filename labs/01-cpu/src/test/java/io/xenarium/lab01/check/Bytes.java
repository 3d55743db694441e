package io.xenarium.lab01.check;

import io.xenarium.lab.CheckFailed;
import io.xenarium.machine.code.Decoder;
import io.xenarium.machine.code.Mode;
import io.xenarium.machine.cpu.Fault;
import io.xenarium.parts.Processor;
import io.xenarium.parts.Processor.Instruction;
import io.xenarium.parts.Processor.Operation;

import java.util.Arrays;

/// The bytes of an instruction with a page's end behind them: whoever takes one too many has
/// fetched from a page that is not there.
final class Bytes implements Processor.Code {
    private final int[] bytes;
    private final boolean endsPage;
    private int taken;

    private Bytes(boolean endsPage, int... bytes) {
        this.bytes = bytes;
        this.endsPage = endsPage;
    }

    /// These bytes, then many of 0xcc.
    static Bytes of(int... bytes) {
        return new Bytes(false, bytes);
    }

    /// These bytes, then the end of the page.
    static Bytes atPageEnd(int... bytes) {
        return new Bytes(true, bytes);
    }

    static int[] parse(String hex) {
        String[] words = hex.split(" ");
        int[] parsed = new int[words.length];
        for (int i = 0; i < words.length; i++) {
            parsed[i] = Integer.parseInt(words[i], 16);
        }
        return parsed;
    }

    @Override
    public int next() {
        taken++;
        if (taken > Processor.MAX_BYTES) {
            return 0;
        }
        if (taken <= bytes.length) {
            return bytes[taken - 1] & 0xff;
        }
        if (endsPage) {
            throw new Fault().of(Fault.PF);
        }
        return 0xcc;
    }

    @Override
    public int taken() {
        return taken;
    }

    /// Fails unless `read` is what the reference reads. Where that leaves the bytes to the machine,
    /// a part may know more; then it must know how many there are.
    static void requireSame(int[] bytes, Instruction read, Instruction expected) {
        boolean knowsMore =
                expected.operation() == Operation.OTHER
                        && read.operation() != Operation.OTHER
                        && read.length() == machineLength(bytes);
        Bench.require(
                Rules.DECODING,
                knowsMore || Names.instruction(read).equals(Names.instruction(expected)),
                "decode(%s) said `%s`".formatted(Names.bytes(bytes), Names.instruction(read)),
                "reads `%s`".formatted(Names.instruction(expected)));
    }

    private static int machineLength(int[] bytes) {
        byte[] code = new byte[Processor.MAX_BYTES];
        Arrays.fill(code, (byte) 0xcc);
        for (int i = 0; i < Math.min(bytes.length, code.length); i++) {
            code[i] = (byte) bytes[i];
        }
        return new Decoder().decode(code, 0, code.length, Mode.LONG).length();
    }

    /// What `part` makes of them. Taking a byte behind the page's end is a failure.
    Processor.Instruction decodedBy(Processor part) {
        try {
            Processor.Instruction read = part.decode(this);
            Bench.tell("decode(%s) said: %s", Names.bytes(bytes), Names.instruction(read));
            return read;
        } catch (Fault _) {
            Bench.tell("decode(%s) took byte %d, in the next page", Names.bytes(bytes), taken);
            throw new CheckFailed(
                    Rules.FETCH,
                    "decode(%s) took a byte more than the instruction has"
                            .formatted(Names.bytes(bytes)),
                    "takes none: the next page may not be there");
        }
    }
}
