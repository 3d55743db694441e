package io.xenarium.machine.code;

import io.xenarium.machine.Memory;
import io.xenarium.machine.cpu.LinearMemory;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Decoded blocks, by the machine frame that holds their bytes: so a change of page tables costs
/// nothing, and a store into the frame drops them. Not part of a keyframe.
///
/// A frame with decoded blocks is flagged [Memory#CODE], so that a store to it is noticed.
final class BlockCache {
    /// Longer straight-line code becomes several blocks.
    private static final int STEPS_MAX = 64;

    private static final int FRAME_BYTES = Memory.FRAME_BYTES;

    private final Memory memory;
    private final LinearMemory linear;
    private final Decoder decoder = new Decoder();

    /// By mode, then by frame.
    private final CodeFrame[][] frames = new CodeFrame[Mode.values().length][];

    /// The patience of a new block.
    private int patience;

    private final byte[] bytes = new byte[FRAME_BYTES + Decoder.MAX_BYTES];
    private final Microcode microcode;
    private final LentBytes lent = new LentBytes(bytes);

    BlockCache(Memory memory, LinearMemory linear, Microcode microcode, int patience) {
        this.memory = memory;
        this.linear = linear;
        this.microcode = microcode;
        this.patience = patience;
    }

    /// The frame's blocks; from now on stores to it are noticed.
    CodeFrame frame(int mfn, Mode mode) {
        if (frames[mode.ordinal()] == null) {
            frames[mode.ordinal()] = new CodeFrame[memory.frames()];
        }
        CodeFrame[] ofMode = frames[mode.ordinal()];
        if (ofMode[mfn] == null) {
            ofMode[mfn] = new CodeFrame(mfn, mode);
        }
        if (!memory.has(mfn, Memory.CODE)) {
            memory.raise(mfn, Memory.CODE);
            linear.rearm();
        }
        return ofMode[mfn];
    }

    /// Forgets all that was decoded; new blocks have another patience.
    void dropAll(int newPatience) {
        patience = newPatience;
        for (int mfn = 0; mfn < memory.frames(); mfn++) {
            drop(mfn);
        }
    }

    /// Forgets what was decoded in a frame that is about to change.
    void drop(int mfn) {
        for (CodeFrame[] ofMode : frames) {
            if (ofMode != null && ofMode[mfn] != null) {
                ofMode[mfn].drop();
                ofMode[mfn] = null;
            }
        }
    }

    /// Decodes the block at `offset` of `frame`.
    ///
    /// @param vaddr its linear address: where an instruction spans two pages, the second is found
    ///   by it, and not being able to fetch it is a fault
    Block decode(CodeFrame frame, int offset, long vaddr) {
        Mode mode = frame.mode;
        int available = FRAME_BYTES - offset;
        copy((long) frame.mfn * FRAME_BYTES + offset, 0, available);
        List<Step> steps = new ArrayList<>();
        int at = 0;
        while (steps.size() < STEPS_MAX && at < available) {
            Step step = read(at, available - at, mode);
            if (step.op == Op.TRUNCATED) {
                break;
            }
            steps.add(step);
            at = step.next;
            if (Form.endsBlock(step)) {
                break;
            }
        }
        Block block =
                steps.isEmpty()
                        ? decodeSpanning(available, mode, vaddr)
                        : new Block(steps.toArray(Step[]::new), Block.NO_FRAME, patience);
        frame.put(offset, block);
        return block;
    }

    private Block decodeSpanning(int available, Mode mode, long vaddr) {
        long second = linear.fetchAddress(vaddr + available);
        copy(second, available, Decoder.MAX_BYTES);
        int secondMfn = (int) (second >>> 12);
        Step[] steps = {read(0, available + Decoder.MAX_BYTES, mode)};
        Block block = new Block(steps, secondMfn, patience);
        frame(secondMfn, mode).add(block);
        return block;
    }

    /// Decodes one instruction; [Op#TRUNCATED] where its bytes do not end within `available`.
    private Step read(int at, int available, Mode mode) {
        if (mode == Mode.LONG) {
            lent.start(at, available);
            Optional<Microcode.Routine> routine = lent.decode(microcode);
            if (lent.hasOverrun()) {
                return new Step(decoder.decode(bytes, at, 0, mode), mode, at);
            }
            if (routine.isPresent()) {
                return new Step(routine.get(), at);
            }
        }
        return new Step(decoder.decode(bytes, at, available, mode), mode, at);
    }

    private void copy(long maddr, int to, int count) {
        for (int i = 0; i < count; i++) {
            bytes[to + i] = memory.getByte(maddr + i);
        }
    }
}
