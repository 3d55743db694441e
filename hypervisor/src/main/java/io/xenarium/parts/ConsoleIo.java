package io.xenarium.parts;

import io.xenarium.terms.DomId;
import io.xenarium.terms.Vaddr;

/// CONSOLEIO_write: the hypercall through which a domain writes to Xen's own console, before it has
/// any other way to speak (lab 00).
///
/// Xen: HYPERVISOR_console_io in public/xen.h; xen/drivers/char/console.c.
public interface ConsoleIo {
    /// The most bytes that one pass copies from the guest; a longer write is done in several.
    int CHUNK_BYTES = 128;

    /// Writes `count` bytes from the guest's `buffer` to the console. Returns 0, or −EFAULT where
    /// the buffer cannot be read, −EINVAL for a negative count, −EPERM for a domain that may not.
    long write(DomId caller, Vaddr buffer, int count);

    // tag::show-platform[]
    /// What the hypervisor lends to this part.
    interface Platform {
        /// Whether the domain may write to Xen's console: the control domain always may.
        boolean mayWrite(DomId caller);

        /// Copies from the caller's memory into `into`, filling it. Returns false where the guest's
        /// page tables do not let the guest itself read there; then nothing is copied.
        boolean copyFromGuest(DomId caller, Vaddr from, byte[] into);

        /// Puts the first `count` bytes on the console.
        void emit(DomId caller, byte[] bytes, int count);
    }

    // end::show-platform[]

    /// Makes the part. Found by `ServiceLoader`.
    interface Maker {
        ConsoleIo make(Platform platform);
    }
}
