package io.xenarium.machine;

import io.xenarium.terms.DomId;
import io.xenarium.terms.Port;
import io.xenarium.terms.VcpuId;

import java.util.List;

/// Something that reaches the machine from outside: from the browser, from JShell, from the command
/// line. Together with the image, the parts and the seed, the inputs decide the whole run, so each
/// of them is written to the [Journal].
public sealed interface Input {
    /// Somebody typed at a domain's console.
    ///
    /// @param bytes what was typed, one char (0 to 255) for each byte
    record Typed(DomId domain, String bytes) implements Input {}

    /// Somebody asked the toolstack for a new domain.
    ///
    /// @param config the text of its configuration, as `xl create` reads it
    record Created(String config) implements Input {}

    /// Somebody gave the toolstack an order about a domain.
    record Ordered(DomId domain, Order order) implements Input {}

    /// Somebody wrote to the XenStore.
    record StoreWritten(String path, String value) implements Input {}

    /// Somebody made a hypercall on behalf of a vCPU. The vCPU's registers stay as they are.
    ///
    /// @param args up to five arguments, in the order rdi, rsi, rdx, r10, r8
    record Hypercalled(DomId domain, VcpuId vcpu, int number, List<Long> args) implements Input {
        public Hypercalled {
            args = List.copyOf(args);
        }
    }

    /// Somebody signalled a port, as Xen itself does for a virtual interrupt.
    record Signalled(DomId domain, Port port) implements Input {}

    /// Somebody unmasked a port on behalf of its domain, as EVTCHNOP_unmask does: what was held
    /// back is delivered.
    record Unmasked(DomId domain, Port port) implements Input {}

    /// Somebody flipped a bit that the guest and Xen share: a fault on purpose.
    record BitFlipped(DomId domain, Port port, Bit bit) implements Input {}

    /// Somebody gave a domain another share of the processors.
    ///
    /// @param cap in percent of one processor, 0 for none
    record ShareSet(DomId domain, int weight, int cap) implements Input {}

    /// Somebody said where a vCPU may run, and where it should: one bit for each processor.
    record AffinitySet(DomId domain, VcpuId vcpu, long hard, long soft) implements Input {}

    /// Somebody set the real machine's clock, which tells guests the date when they start.
    ///
    /// @param seconds since 1970-01-01 00:00:00 UTC, at the moment at which this is taken
    /// @param nanos and so much more
    record DateSet(long seconds, int nanos) implements Input {}

    /// Somebody broke something of a domain on purpose.
    ///
    /// @param seed chooses among the places where it could happen
    record Faulted(DomId domain, Fault fault, long seed) implements Input {}

    /// What can be broken.
    enum Fault {
        /// An event that waits is gone, and nobody knows of it.
        LOSE_EVENT,
        /// An event comes that nobody sent.
        REPEAT_EVENT,
        /// A bit of the domain's memory has another value.
        FLIP_BIT,
        /// A time record stays as if whoever changes it had stopped in the middle: its version is
        /// odd.
        TEAR_TIME,
        /// The domain is given no more memory.
        REFUSE_MEMORY,
        /// All that the disks have to do takes longer, once.
        DELAY_DISK,
        /// The daemons that serve the domain let go of it without a word.
        KILL_BACKEND,
        /// The domain crashes.
        CRASH
    }

    /// What the toolstack can be told to do with a domain that exists.
    enum Order {
        PAUSE,
        UNPAUSE,
        SHUTDOWN,
        REBOOT,
        DESTROY
    }

    /// Which of the two bits of a port.
    enum Bit {
        PENDING,
        MASK
    }
}
