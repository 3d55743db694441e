package io.xenarium.lab00;

import io.xenarium.parts.ConsoleIo;
import io.xenarium.terms.DomId;
import io.xenarium.terms.Errno;
import io.xenarium.terms.NotYet;
import io.xenarium.terms.Vaddr;

/// CONSOLEIO_write as Xen answers it: the guest's bytes, a chunk at a time, onto Xen's console.
///
/// Easy to get wrong: a buffer that cannot be read to its end. What lay before the unreadable chunk
/// has been written by then and stays written. Xen: `guest_console_write` in
/// xen/drivers/char/console.c.
public final class HelloConsole implements ConsoleIo {
    private final Platform platform;

    private HelloConsole(Platform platform) {
        this.platform = platform;
    }

    @Override
    public long write(DomId caller, Vaddr buffer, int count) {
        // The order of the two refusals is Xen's: first who asks, then what is asked.
        throw new NotYet(
                "00.1",
                "write(): refuse who may not write (-EPERM) and a negative count "
                        + "(-EINVAL); then copy at most CHUNK_BYTES at a time from the guest "
                        + "and emit them");
    }

    /// Makes the part. Found by `ServiceLoader`.
    public static final class Maker implements ConsoleIo.Maker {
        @Override
        public ConsoleIo make(Platform platform) {
            return new HelloConsole(platform);
        }
    }
}
