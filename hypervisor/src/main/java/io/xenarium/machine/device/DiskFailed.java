package io.xenarium.machine.device;

/// The file behind a disk could not be read or written: there is no room left, or it is gone. The
/// message is one line for whoever runs the machine.
public final class DiskFailed extends RuntimeException {
    private static final long serialVersionUID = 1;

    DiskFailed(String message, Throwable cause) {
        super(message, cause);
    }
}
