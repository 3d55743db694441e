package io.xenarium.xen;

import io.xenarium.abi.Hypercall;
import io.xenarium.parts.ConsoleIo;
import io.xenarium.parts.Parts;
import io.xenarium.terms.Check;
import io.xenarium.terms.DomId;
import io.xenarium.terms.Errno;
import io.xenarium.terms.Vaddr;
import io.xenarium.trace.CpuEvent.Args;

/// console_io: Xen's own console. What a write does is decided by the part; here is what it is
/// lent.
final class ConsoleCalls implements ConsoleIo.Platform {
    private static final int WRITE = 0;
    private static final int READ = 1;

    private final GuestMemory guest;
    private final Chronicle chronicle;
    private final ConsoleIo part;
    private Hypervisor.ConsoleListener listener = (domain, bytes, count) -> {};
    private Vcpu caller;

    ConsoleCalls(Xen xen, Parts parts) {
        guest = xen.guest();
        chronicle = xen.chronicle();
        part = parts.consoleIo().make(this);
    }

    void register(Hypercalls table) {
        table.handle(Hypercall.CONSOLE_IO, this::consoleIo);
    }

    void onWrite(Hypervisor.ConsoleListener newListener) {
        listener = newListener;
    }

    /// rdi: write or read; rsi: how many bytes; rdx: the buffer. Nobody types at Xen's own console,
    /// so that there is never anything to read.
    private long consoleIo(Vcpu by, Args args) {
        if (args.rdi() == WRITE) {
            caller = by;
            return part.write(by.domain().id(), new Vaddr(args.rdx()), (int) args.rsi());
        }
        if (args.rdi() == READ) {
            return by.domain().isControl() ? 0 : Errno.EPERM.rc();
        }
        return Errno.ENOSYS.rc();
    }

    @Override
    public boolean mayWrite(DomId domain) {
        requireCaller(domain);
        return caller.domain().isControl() || caller.domain().config().mayWriteConsole();
    }

    @Override
    public boolean copyFromGuest(DomId domain, Vaddr from, byte[] into) {
        requireCaller(domain);
        try {
            guest.read(caller, from.value(), into);
            return true;
        } catch (BadPointer unusable) {
            return false;
        }
    }

    @Override
    public void emit(DomId domain, byte[] bytes, int count) {
        requireCaller(domain);
        Check.that(count >= 0 && count <= bytes.length, "there are no %d bytes", count);
        chronicle.consoleWritten(domain, count);
        listener.written(domain, bytes, count);
    }

    private void requireCaller(DomId domain) {
        Check.that(
                caller != null && caller.domain().id().equals(domain),
                "only the calling domain can be spoken for, not %d",
                domain.value());
    }
}
