package io.xenarium.lab11.check;

import io.xenarium.parts.SplitDriver;

/// A ring that also takes what the part answered, so that a search can look at it.
public interface Probe extends SplitDriver.ByteRing {
    void answered(String answer);
}
