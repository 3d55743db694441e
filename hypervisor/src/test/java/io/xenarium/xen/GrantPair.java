package io.xenarium.xen;

import io.xenarium.abi.GrantEntry;
import io.xenarium.abi.GrantEntry2;
import io.xenarium.abi.Hypercall;
import io.xenarium.machine.Machine;
import io.xenarium.machine.Memory;
import io.xenarium.terms.DomId;
import io.xenarium.trace.Trace;

/// Two guests, of which one grants and the other uses what it is granted.
final class GrantPair {
    static final int MAP = 0;
    static final int UNMAP = 1;
    static final int DEVICE = 1;
    static final int HOST = 2;
    static final int READONLY = 4;
    static final int BY_ENTRY = 16;

    /// Where the user of grants passes its arguments, and where it maps.
    static final long ARGUMENTS = TestGuest.FREE << 12;

    static final long PLACE = 12L << 12;

    final Memory memory;
    final Hypervisor xen;
    final TestGuest granter;
    final TestGuest user;

    GrantPair() {
        Machine machine = new Machine(1, 300, 1, (memory, clock) -> new NoCpu());
        memory = machine.memory();
        xen = new Hypervisor(machine, PlainParts.all(), new Trace());
        granter = new TestGuest(xen, 16, new byte[0]);
        user = new TestGuest(xen, 16, new byte[0]);
    }

    /// Lets `whom` use page `page` of the granter through entry `ref`.
    void grant(int ref, int page, TestGuest whom, int flags) {
        grant(ref, page, whom.domain.id(), flags);
    }

    void grant(int ref, int page, DomId whom, int flags) {
        long entry = granter.domain.grants().entryMaddr(ref);
        memory.setShort(entry + GrantEntry.DOMID, (short) whom.value());
        if (granter.domain.grants().version() == 1) {
            memory.setInt(entry + GrantEntry.FRAME, (int) granter.mfns[page]);
        } else {
            memory.setLong(entry + GrantEntry2.FRAME, granter.mfns[page]);
        }
        memory.setShort(entry + GrantEntry.FLAGS, (short) flags);
    }

    int marks(int ref) {
        return granter.domain.grants().marks(ref);
    }

    /// The user maps; answers the status.
    int map(int ref, int flags, long at) {
        user.put(ARGUMENTS, at);
        user.put(ARGUMENTS + 8, flags | (long) ref << 32);
        user.put(ARGUMENTS + 16, granter.domain.id().value());
        user.put(ARGUMENTS + 24, 0);
        long rc = call(MAP, 1);
        if (rc != 0) {
            throw new AssertionError("the hypercall answered " + rc);
        }
        return (short) (user.get(ARGUMENTS + 16) >>> 16);
    }

    /// The handle of the mapping that was made last.
    int handle() {
        return (int) (user.get(ARGUMENTS + 16) >>> 32);
    }

    long busMaddr() {
        return user.get(ARGUMENTS + 24);
    }

    /// The user gives a mapping back; answers the status.
    int unmap(int handle, long at, long busMaddr) {
        return giveBack(UNMAP, handle, at, busMaddr);
    }

    int giveBack(int op, int handle, long at, long second) {
        user.put(ARGUMENTS, at);
        user.put(ARGUMENTS + 8, second);
        user.put(ARGUMENTS + 16, handle & 0xffff_ffffL);
        long rc = call(op, 1);
        if (rc != 0) {
            throw new AssertionError("the hypercall answered " + rc);
        }
        return (short) (user.get(ARGUMENTS + 16) >>> 32);
    }

    long call(int op, int count) {
        return user.call(Hypercall.GRANT_TABLE_OP.number(), op, ARGUMENTS, count);
    }

    /// The user's L1 entry for a virtual address.
    long entry(long vaddr) {
        return user.get((3L << 12) + (vaddr >>> 12) * 8);
    }
}
