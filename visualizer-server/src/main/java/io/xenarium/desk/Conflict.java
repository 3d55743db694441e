package io.xenarium.desk;

/// A text was written on top of another than the one that lies on disk: somebody else has saved
/// meanwhile. Nothing was written; both texts are in the local history.
public final class Conflict extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient SourceText onDisk;

    Conflict(SourceText onDisk) {
        super(onDisk.file() + " was changed by another program since it was read.");
        this.onDisk = onDisk;
    }

    /// What lies on disk.
    public SourceText onDisk() {
        return onDisk;
    }
}
