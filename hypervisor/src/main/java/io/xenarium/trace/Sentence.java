package io.xenarium.trace;

import io.xenarium.abi.Hypercall;
import io.xenarium.abi.PortState;
import io.xenarium.terms.DomId;
import io.xenarium.terms.Errno;
import io.xenarium.terms.Port;
import io.xenarium.terms.VcpuId;

import java.util.List;

/// One English sentence for each event: what the page, the log, the captions and the screen reader
/// say. The facts are in the event; only the words are made here.
public final class Sentence {
    private static final List<String> EVENT_CHANNEL_COMMANDS =
            List.of(
                    "bind_interdomain",
                    "bind_virq",
                    "bind_pirq",
                    "close",
                    "send",
                    "status",
                    "alloc_unbound",
                    "bind_ipi",
                    "bind_vcpu",
                    "unmask",
                    "reset",
                    "init_control",
                    "expand_array",
                    "set_priority");

    private static final List<String> SCHED_COMMANDS =
            List.of(
                    "yield",
                    "block",
                    "shutdown",
                    "poll",
                    "remote_shutdown",
                    "shutdown_code",
                    "watchdog",
                    "pin_override");

    private static final List<String> CONSOLE_COMMANDS = List.of("write", "read");

    private static final List<String> SHUTDOWN_REASONS =
            List.of("to power off", "to reboot", "to be suspended", "because it crashed");

    /// The names of the exceptions by vector (Intel SDM vol. 3, table 6-1).
    private static final List<String> EXCEPTIONS =
            List.of(
                    "a divide error",
                    "a debug trap",
                    "a non-maskable interrupt",
                    "a breakpoint",
                    "an overflow trap",
                    "a bound-range fault",
                    "an invalid opcode",
                    "a missing coprocessor",
                    "a double fault",
                    "a coprocessor overrun",
                    "an invalid task segment",
                    "a missing segment",
                    "a stack fault",
                    "a general protection fault",
                    "a page fault",
                    "the reserved vector 15",
                    "a floating-point error",
                    "an alignment check",
                    "a machine check",
                    "a SIMD error");

    private static final int PAGE_FAULT = 14;
    private static final int UPCALL = -1;
    private static final int SYSTEM_CALL = -2;
    private static final int FAILSAFE = -3;

    private Sentence() {}

    /// The sentence for `event`.
    public static String of(XenEvent event) {
        return switch (event) {
            case CpuEvent cpu -> ofCpu(cpu);
            case DomainEvent domain -> ofDomain(domain);
            case GrantEvent grant -> ofGrant(grant);
            case MemoryEvent memory -> ofMemory(memory);
            case PortEvent port -> ofPort(port);
            case RingEvent ring -> ofRing(ring);
            case SchedEvent sched -> ofSched(sched);
            case StoreEvent store -> ofStore(store);
        };
    }

    /// What a hypercall is called, with its command where it has one: `event_channel_op send`.
    public static String ofHypercall(int number, long command) {
        String name = Hypercall.of(number).map(Hypercall::text).orElse("hypercall " + number);
        List<String> commands =
                switch (Hypercall.of(number).orElse(Hypercall.IRET)) {
                    case EVENT_CHANNEL_OP -> EVENT_CHANNEL_COMMANDS;
                    case SCHED_OP -> SCHED_COMMANDS;
                    case CONSOLE_IO -> CONSOLE_COMMANDS;
                    default -> List.of();
                };
        return command >= 0 && command < commands.size()
                ? name + " " + commands.get((int) command)
                : name;
    }

    private static String ofCpu(CpuEvent event) {
        return switch (event) {
            case CpuEvent.HypercallEntered(Stamp stamp, int number, CpuEvent.Args args) ->
                    "%s calls Xen: %s.".formatted(who(stamp), ofHypercall(number, args.rdi()));
            case CpuEvent.HypercallReturned(Stamp stamp, int number, long result) ->
                    "Xen answers %s of %s with %s."
                            .formatted(ofHypercall(number, -1), who(stamp), answer(result));
            case CpuEvent.Trapped trapped -> ofTrap(trapped);
            case CpuEvent.Bounced bounced -> ofBounce(bounced);
            case CpuEvent.Returned(Stamp stamp, var rip, boolean toUser) ->
                    "%s returns from its handler to %s at %#x."
                            .formatted(
                                    who(stamp), toUser ? "a program" : "the kernel", rip.value());
        };
    }

    private static String answer(long result) {
        return result < 0 ? Errno.describe(result) : Long.toString(result);
    }

    private static String ofTrap(CpuEvent.Trapped event) {
        String what =
                event.vector() < EXCEPTIONS.size()
                        ? EXCEPTIONS.get(event.vector())
                        : "vector " + event.vector();
        String where =
                event.vector() == PAGE_FAULT
                        ? " on address %#x".formatted(event.address().value())
                        : "";
        return "%s raises %s%s; Xen takes over.".formatted(who(event.stamp()), what, where);
    }

    private static String ofBounce(CpuEvent.Bounced event) {
        String what =
                switch (event.vector()) {
                    case UPCALL -> "its event handler";
                    case SYSTEM_CALL -> "its system call handler";
                    case FAILSAFE -> "its failsafe callback";
                    default -> "its handler for vector " + event.vector();
                };
        return "Xen sends %s to %s at %#x."
                .formatted(who(event.stamp()), what, event.handler().value());
    }

    private static String ofDomain(DomainEvent event) {
        return switch (event) {
            case DomainEvent.Created(_, DomId subject, String name, long pages, int vcpus) ->
                    "The toolstack makes %s, “%s”, with %d pages and %d vCPU%s."
                            .formatted(name(subject), name, pages, vcpus, vcpus == 1 ? "" : "s");
            case DomainEvent.StateChanged(_, DomId subject, var from, var to) ->
                    "%s goes from %s to %s."
                            .formatted(capital(name(subject)), lower(from), lower(to));
            case DomainEvent.ShutDown(_, DomId subject, int reason) ->
                    "%s asks %s."
                            .formatted(
                                    capital(name(subject)),
                                    reason >= 0 && reason < SHUTDOWN_REASONS.size()
                                            ? SHUTDOWN_REASONS.get(reason)
                                            : "to end for reason " + reason);
            case DomainEvent.Crashed(_, DomId subject, String why) ->
                    "%s crashes: %s.".formatted(capital(name(subject)), why);
            case DomainEvent.Broken(_, DomId subject, String what) ->
                    "On purpose: %s %s.".formatted(name(subject), what);
            case DomainEvent.Destroyed(_, DomId subject) ->
                    "%s is gone, with all that it owned.".formatted(capital(name(subject)));
        };
    }

    private static String ofGrant(GrantEvent event) {
        return switch (event) {
            case GrantEvent.TableSetUp(_, DomId subject, int frames) ->
                    "%s sets up its grant table, %d frame%s."
                            .formatted(capital(name(subject)), frames, frames == 1 ? "" : "s");
            case GrantEvent.Mapped(
                            _,
                            DomId granter,
                            DomId mapper,
                            var ref,
                            var mfn,
                            var readOnly) ->
                    "%s maps grant %d of %s%s: %s."
                            .formatted(
                                    capital(name(mapper)),
                                    ref.value(),
                                    name(granter),
                                    readOnly ? ", to read only" : "",
                                    mfn);
            case GrantEvent.Unmapped(_, DomId granter, DomId mapper, var ref, _) ->
                    "%s gives grant %d of %s back."
                            .formatted(capital(name(mapper)), ref.value(), name(granter));
            case GrantEvent.VersionSet(_, DomId subject, int version) ->
                    "The grant table of %s has entries of version %d from now on."
                            .formatted(name(subject), version);
            case GrantEvent.Copied(_, DomId copier, DomId from, DomId to, int bytes) ->
                    "%s has %d byte%s copied from %s to %s."
                            .formatted(
                                    capital(name(copier)),
                                    bytes,
                                    bytes == 1 ? "" : "s",
                                    name(from),
                                    name(to));
            case GrantEvent.Transferred(_, DomId from, DomId to, var ref, var mfn) ->
                    "%s gives %s to %s, whose grant %d waited for it."
                            .formatted(capital(name(from)), mfn, name(to), ref.value());
        };
    }

    private static String ofMemory(MemoryEvent event) {
        return switch (event) {
            case MemoryEvent.TypeChanged(_, var mfn, var from, var to, long count) ->
                    from == to
                            ? "The type count of %s, %s, is now %d."
                                    .formatted(mfn, words(to), count)
                            : "The type of %s changes from %s to %s, count %d."
                                    .formatted(mfn, words(from), words(to), count);
            case MemoryEvent.EntryWritten(_, var entry, long before, long after) ->
                    "The page-table entry at %#x changes from %#x to %#x."
                            .formatted(entry.value(), before, after);
            case MemoryEvent.Pinned(_, var mfn, var type, boolean isPinned) ->
                    "%s is %s as %s."
                            .formatted(
                                    capital(mfn.toString()),
                                    isPinned ? "pinned" : "released",
                                    words(type));
            case MemoryEvent.BaseSwitched(Stamp stamp, var from, var to) ->
                    "%s changes its page-table root from %s to %s.".formatted(who(stamp), from, to);
        };
    }

    private static String ofPort(PortEvent event) {
        return switch (event) {
            case PortEvent.Bound(_, DomId subject, Port port, _, PortState to) ->
                    "%s %s.".formatted(capital(socket(subject, port)), boundTo(to));
            case PortEvent.Closed(_, DomId subject, Port port, _) ->
                    "%s is closed and free again.".formatted(capital(socket(subject, port)));
            case PortEvent.Sent(Stamp stamp, DomId to, Port port) ->
                    "%s signals %s.".formatted(who(stamp), socket(to, port));
            case PortEvent.PendingChanged(_, DomId subject, Port port, var before, var after) ->
                    bit("the pending bit of " + socket(subject, port), before, after);
            case PortEvent.MaskChanged(_, DomId subject, Port port, var before, var after) ->
                    bit("the mask bit of " + socket(subject, port), before, after);
            case PortEvent.SelectorChanged(
                            _,
                            DomId subject,
                            VcpuId target,
                            int word,
                            boolean before,
                            boolean after) ->
                    bit(
                            "selector bit %d of %s (ports %d to %d)"
                                    .formatted(
                                            word, vcpu(subject, target), word * 64, word * 64 + 63),
                            before,
                            after);
            case PortEvent.UpcallRaised(_, DomId subject, VcpuId target, boolean before) ->
                    before
                            ? "The upcall flag of %s was set already."
                                    .formatted(vcpu(subject, target))
                            : "Xen raises the upcall flag of %s.".formatted(vcpu(subject, target));
            case PortEvent.Queued(_, DomId subject, Port port, VcpuId target, int priority) ->
                    "Xen puts %s at the end of queue %d of %s."
                            .formatted(socket(subject, port), priority, vcpu(subject, target));
            case PortEvent.AbiChosen(_, DomId subject, boolean isFifo) ->
                    "The events of %s are told by %s from now on."
                            .formatted(name(subject), isFifo ? "queues" : "two levels of bits");
        };
    }

    private static String bit(String which, boolean before, boolean after) {
        if (before == after) {
            return "%s was %s already.".formatted(capital(which), after ? "set" : "clear");
        }
        return "Xen %s %s.".formatted(after ? "sets" : "clears", which);
    }

    private static String boundTo(PortState state) {
        return switch (state) {
            case PortState.Free _ -> "is free";
            case PortState.Unbound(DomId remote, _) ->
                    "waits for %s to bind to it".formatted(name(remote));
            case PortState.Interdomain(DomId peer, Port peerPort, _) ->
                    "is joined to %s".formatted(socket(peer, peerPort));
            case PortState.Virq(int virq, VcpuId notifies) ->
                    "carries virtual interrupt %d to vCPU %d".formatted(virq, notifies.value());
            case PortState.Ipi(VcpuId notifies) ->
                    "carries interrupts between vCPUs to vCPU %d".formatted(notifies.value());
        };
    }

    private static String ofRing(RingEvent event) {
        return switch (event) {
            case RingEvent.Moved(_, var ring, DomId subject, var fromGuest, int bytes, _) ->
                    "%s %s the %s ring, %s %s."
                            .formatted(
                                    bytes(bytes),
                                    bytes == 1 ? "crosses" : "cross",
                                    ringName(ring),
                                    fromGuest ? "from" : "to",
                                    name(subject));
            case RingEvent.ConsoleWritten(_, DomId subject, int bytes) ->
                    "%s writes %s to Xen's own console."
                            .formatted(capital(name(subject)), bytes(bytes));
        };
    }

    private static String bytes(int count) {
        return count == 1 ? "1 byte" : count + " bytes";
    }

    private static String ofSched(SchedEvent event) {
        return switch (event) {
            case SchedEvent.RunstateChanged(_, DomId subject, VcpuId target, var from, var to) ->
                    "%s goes from %s to %s."
                            .formatted(capital(vcpu(subject, target)), lower(from), lower(to));
            case SchedEvent.TimerSet(_, DomId subject, VcpuId target, var deadline) ->
                    "%s sets its timer to %s.".formatted(capital(vcpu(subject, target)), deadline);
            case SchedEvent.TimerFired(_, DomId subject, VcpuId target, var deadline) ->
                    "The timer of %s goes off; it was set to %s."
                            .formatted(vcpu(subject, target), deadline);
            case SchedEvent.TimeVersionChanged(_, DomId subject, VcpuId target, _, long to) ->
                    to % 2 == 0
                            ? "The time record of %s is whole: its version is %d, even."
                                    .formatted(vcpu(subject, target), to)
                            : "Xen changes the time record of %s: its version is %d, odd."
                                    .formatted(vcpu(subject, target), to);
            case SchedEvent.Dispatched(_, DomId subject, VcpuId target, int pcpu, var end) ->
                    "Processor %d runs %s, until %s at the most."
                            .formatted(pcpu, vcpu(subject, target), end);
            case SchedEvent.Migrated(_, DomId subject, VcpuId target, int from, int to) ->
                    "%s goes from processor %d to processor %d."
                            .formatted(capital(vcpu(subject, target)), from, to);
            case SchedEvent.CreditsRefilled(_, DomId subject, VcpuId target) ->
                    "Not even %s has credit left: everybody gets new credit."
                            .formatted(vcpu(subject, target));
            case SchedEvent.ShareSet(_, DomId subject, int weight, int cap) ->
                    "%s has weight %d from now on, and %s."
                            .formatted(
                                    capital(name(subject)),
                                    weight,
                                    cap == 0 ? "no cap" : "a cap of %d %%".formatted(cap));
            case SchedEvent.AffinitySet(_, DomId subject, VcpuId target, long hard, long soft) ->
                    "%s may run on the processors 0x%x, and should on 0x%x."
                            .formatted(capital(vcpu(subject, target)), hard, soft);
        };
    }

    private static String ofStore(StoreEvent event) {
        return switch (event) {
            case StoreEvent.Written(_, DomId by, String path, var before, String after) ->
                    before.isPresent()
                            ? "%s changes %s from “%s” to “%s”."
                                    .formatted(capital(name(by)), path, before.get(), after)
                            : "%s writes “%s” to %s.".formatted(capital(name(by)), after, path);
            case StoreEvent.Removed(_, DomId by, String path) ->
                    "%s removes %s.".formatted(capital(name(by)), path);
            case StoreEvent.WatchSet(_, DomId by, String path, _) ->
                    "%s watches %s.".formatted(capital(name(by)), path);
            case StoreEvent.WatchFired(_, DomId to, String path, _) ->
                    "%s is told that %s changed.".formatted(capital(name(to)), path);
            case StoreEvent.Answered(_, DomId to, _, String path, String error) ->
                    "The store answers %s about %s%s."
                            .formatted(name(to), path, error.isEmpty() ? "" : " with " + error);
        };
    }

    /// On whose behalf it happened, at the start of a sentence.
    private static String who(Stamp stamp) {
        return stamp.domain().isDomain() ? capital(vcpu(stamp.domain(), stamp.vcpu())) : "Xen";
    }

    private static String vcpu(DomId domain, VcpuId vcpu) {
        return domain.equals(DomId.DOM0)
                ? "domain 0"
                : "vCPU %d of domain %d".formatted(vcpu.value(), domain.value());
    }

    private static String socket(DomId domain, Port port) {
        return "port %d of domain %d".formatted(port.value(), domain.value());
    }

    private static String name(DomId domain) {
        return domain.isDomain() ? "domain " + domain.value() : "Xen";
    }

    private static String words(MemoryEvent.FrameType type) {
        return switch (type) {
            case NONE -> "none";
            case L1, L2, L3, L4 -> type + " page table";
            case SEGMENT_DESCRIPTORS -> "segment descriptors";
            case WRITABLE -> "writable";
            case SHARED -> "shared";
        };
    }

    private static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(java.util.Locale.ROOT);
    }

    /// The words with a capital first letter; a vCPU keeps its small one.
    private static String capital(String words) {
        return words.startsWith("vCPU")
                ? words
                : Character.toUpperCase(words.charAt(0)) + words.substring(1);
    }

    private static String ringName(RingEvent.Ring ring) {
        return switch (ring) {
            case CONSOLE -> "console";
            case XENSTORE -> "XenStore";
            case BLOCK -> "block";
        };
    }
}
