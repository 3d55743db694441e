package io.xenarium.machine;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/// Something whose whole state a keyframe holds: whatever is written by [#save] and read back by
/// [#load] must give the same run from there on. State that can be made again from other state
/// (caches, decoded code) is left out.
public interface Kept {
    /// Writes the whole state, the same bytes for the same state.
    void save(DataOutput out) throws IOException;

    /// Replaces the whole state by what [#save] wrote.
    void load(DataInput in) throws IOException;
}
