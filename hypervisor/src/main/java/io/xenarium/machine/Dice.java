package io.xenarium.machine;

import io.xenarium.terms.Check;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/// The machine's only source of chance: a sequence of numbers that its seed decides. Whoever needs
/// an arbitrary choice throws these dice, so that the same seed gives the same run.
///
/// The sequence is SplitMix64 (Steele, Lea and Flood, "Fast Splittable Pseudorandom Number
/// Generators", OOPSLA 2014).
public final class Dice implements Kept {
    private long state;

    public Dice(long seed) {
        state = seed;
    }

    /// The next number, any of the 2^64.
    public long next() {
        state += 0x9e3779b97f4a7c15L;
        long mixed = state;
        mixed = (mixed ^ (mixed >>> 30)) * 0xbf58476d1ce4e5b9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
        return mixed ^ (mixed >>> 31);
    }

    /// The next number from 0 up to, not including, `bound`.
    public int below(int bound) {
        Check.that(bound > 0, "dice need at least one side: %d", bound);
        return (int) Long.remainderUnsigned(next(), bound);
    }

    @Override
    public void save(DataOutput out) throws IOException {
        out.writeLong(state);
    }

    @Override
    public void load(DataInput in) throws IOException {
        state = in.readLong();
    }
}
