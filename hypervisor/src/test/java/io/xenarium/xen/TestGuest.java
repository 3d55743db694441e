package io.xenarium.xen;

import io.xenarium.machine.Memory;
import io.xenarium.parts.DomainBuilder;
import io.xenarium.terms.Mfn;
import io.xenarium.terms.Vaddr;
import io.xenarium.trace.CpuEvent;

/// A guest with a small memory of its own, all mapped at virtual 0 and up: page n of it is its pfn
/// n. Writable, but for the tables themselves.
///
/// Pages 0 to 3 are the tables (L4, L3, L2, L1), page 4 holds code, page 5 is the stack, page 6 and
/// up are free. The shared-info page is mapped behind the last one.
final class TestGuest {
    static final int TABLES = 4;
    static final int CODE = 4;
    static final int STACK = 5;
    static final int FREE = 6;

    private static final long LEAF = 0x67;

    final Hypervisor xen;
    final Domain domain;
    final Vcpu vcpu;
    final long[] mfns;
    private final Memory memory;

    TestGuest(Hypervisor xen, int pages, byte[] code) {
        this.xen = xen;
        memory = xen.machine().memory();
        domain = xen.createDomain(new DomainConfig("guest", pages, 2, true));
        vcpu = domain.vcpus().getFirst();
        mfns = xen.frames().allocate(domain.id(), pages);
        for (int table = 0; table < 3; table++) {
            memory.setLong(maddr(table, 0), mfns[table + 1] << 12 | LEAF);
        }
        for (int page = 0; page < pages; page++) {
            long flags = page < TABLES ? LEAF & ~PageEntry.WRITABLE : LEAF;
            memory.setLong(maddr(3, page * 8), mfns[page] << 12 | flags);
            xen.frames().setPfn(mfns[page], page);
        }
        memory.setLong(maddr(3, pages * 8), domain.sharedInfo().value() << 12 | LEAF);
        memory.write(maddr(CODE, 0), code);
        long rc = xen.pinTable(domain, new Mfn(mfns[0]));
        if (rc == 0) {
            Vaddr entry = new Vaddr(CODE << 12);
            Vaddr stack = new Vaddr(STACK + 1 << 12);
            Mfn table = new Mfn(mfns[0]);
            rc =
                    xen.start(
                            domain,
                            new DomainBuilder.Context(
                                    entry,
                                    stack,
                                    new Vaddr(0),
                                    0,
                                    DomainBuilder.CODE,
                                    DomainBuilder.DATA,
                                    table));
        }
        if (rc != 0) {
            throw new AssertionError("the guest's tables were refused: " + rc);
        }
        xen.unpause(domain);
    }

    /// Where the shared-info page is mapped.
    long sharedInfoVaddr() {
        return (long) mfns.length << 12;
    }

    long maddr(int page, int offset) {
        return (mfns[page] << 12) + offset;
    }

    /// Makes a hypercall on behalf of the guest.
    long call(int number, long... args) {
        long[] five = java.util.Arrays.copyOf(args, 5);
        return xen.hypercalls()
                .call(vcpu, number, new CpuEvent.Args(five[0], five[1], five[2], five[3], five[4]));
    }

    void put(long vaddr, long value) {
        memory.setLong(maddr((int) (vaddr >>> 12), (int) (vaddr & 0xfff)), value);
    }

    long get(long vaddr) {
        return memory.getLong(maddr((int) (vaddr >>> 12), (int) (vaddr & 0xfff)));
    }
}
