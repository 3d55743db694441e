package io.xenarium.xen;

import io.xenarium.abi.GrantEntry;
import io.xenarium.abi.GrantEntry2;
import io.xenarium.machine.Memory;
import io.xenarium.terms.Errno;

/// Grant tables as their owners shape them: how long they are, which layout their entries have.
/// Xen: gnttab_grow_table, gnttab_set_version in xen/common/grant_table.c.
final class GrantTables {
    private final Memory memory;
    private final FrameTable frames;
    private final Domains domains;
    private final Chronicle chronicle;

    /// An entry of the toolstack while the layout of the table changes.
    private record Saved(int flags, int domid, long frameMfn) {}

    GrantTables(Xen xen, Domains domains) {
        this.domains = domains;
        memory = xen.memory();
        frames = xen.frames();
        chronicle = xen.chronicle();
    }

    /// Lets the table of `domain` have `wanted` frames at least, and status words for them. Returns
    /// whether it has.
    boolean grow(Domain domain, long wanted) {
        GrantTable table = domain.grants();
        if (wanted > Limits.GRANT_FRAMES) {
            return false;
        }
        int status = table.version() == 2 ? GrantTable.statusFramesFor((int) wanted) : 0;
        long more = Math.max(0, wanted - table.frames());
        more += Math.max(0, status - table.statusFrames());
        if (more > frames.freeFrames()) {
            return false;
        }
        while (table.frames() < wanted) {
            table.append(domains.takeShared(domain.id()));
        }
        while (table.statusFrames() < status) {
            table.appendStatus(domains.takeShared(domain.id()));
        }
        chronicle.grantTableSetUp(domain.id(), table.frames());
        return true;
    }

    /// Gives the table of `domain` the layout of `version`: entries are lost but for those of the
    /// toolstack. Returns 0 or an error.
    long setVersion(Domain domain, int version) {
        GrantTable table = domain.grants();
        if (table.version() == version) {
            return 0;
        }
        boolean isUsed =
                table.active().stream().anyMatch(grant -> grant.ref() >= GrantEntry.RESERVED);
        if (isUsed || version == 1 && isStatusMapped(table)) {
            return Errno.EBUSY.rc();
        }
        int status = version == 2 ? GrantTable.statusFramesFor(table.frames()) : 0;
        if (status > frames.freeFrames()) {
            return Errno.ENOMEM.rc();
        }
        Saved[] saved = new Saved[GrantEntry.RESERVED];
        for (int ref = 0; ref < saved.length; ref++) {
            int flags = table.flags(ref) | table.marks(ref);
            boolean isKept = (flags & GrantEntry.TYPE) == GrantEntry.PERMIT_ACCESS;
            saved[ref] =
                    isKept || table.version() == 1
                            ? new Saved(flags, table.domid(ref), table.entryFrame(ref))
                            : new Saved(0, 0, 0);
        }
        while (table.statusFrames() < status) {
            table.appendStatus(domains.takeShared(domain.id()));
        }
        table.setVersion(version);
        for (int ref = 0; ref < saved.length; ref++) {
            restore(table, ref, saved[ref]);
        }
        if (version == 1) {
            giveStatusBack(table);
        }
        chronicle.grantVersionSet(domain.id(), version);
        return 0;
    }

    private void restore(GrantTable table, int ref, Saved saved) {
        long entry = table.entryMaddr(ref);
        int marks = saved.flags() & (GrantEntry.READING | GrantEntry.WRITING);
        memory.setShort(entry + GrantEntry.DOMID, (short) saved.domid());
        memory.setShort(entry + GrantEntry.FLAGS, (short) (saved.flags() & ~marks));
        if (table.version() == 1) {
            memory.setInt(entry + GrantEntry.FRAME, (int) saved.frameMfn());
        } else {
            memory.setLong(entry + GrantEntry2.FRAME, saved.frameMfn());
        }
        table.clearMarks(ref, GrantEntry.READING | GrantEntry.WRITING);
        table.setMarks(ref, marks);
    }

    /// A frame of status words that the guest still maps cannot be taken from it.
    private boolean isStatusMapped(GrantTable table) {
        for (int i = 0; i < table.statusFrames(); i++) {
            long frameMfn = table.statusFrameMfn(i);
            if (frames.references(frameMfn) != 2 || frames.typeCount(frameMfn) != 1) {
                return true;
            }
        }
        return false;
    }

    private void giveStatusBack(GrantTable table) {
        for (int i = 0; i < table.statusFrames(); i++) {
            long frameMfn = table.statusFrameMfn(i);
            frames.releaseType(frameMfn);
            frames.release(frameMfn);
            frames.release(frameMfn);
        }
        table.dropStatus();
    }

    /// Lets what two entries hold change places.
    void swap(GrantTable table, int one, int other) {
        if (one == other) {
            return;
        }
        int bytes = table.version() == 1 ? GrantEntry.BYTES : GrantEntry2.BYTES;
        byte[] first = new byte[bytes];
        byte[] second = new byte[bytes];
        memory.read(table.entryMaddr(one), first);
        memory.read(table.entryMaddr(other), second);
        int firstMarks = table.marks(one);
        int secondMarks = table.marks(other);
        memory.write(table.entryMaddr(one), second);
        memory.write(table.entryMaddr(other), first);
        setMarks(table, one, secondMarks);
        setMarks(table, other, firstMarks);
    }

    private static void setMarks(GrantTable table, int ref, int marks) {
        table.clearMarks(ref, GrantEntry.READING | GrantEntry.WRITING);
        table.setMarks(ref, marks);
    }

    /// Whether `domain` maps the frame through a grant.
    boolean isMapped(Domain domain, long frameMfn) {
        return domain.grants().maptrack().rows().values().stream()
                .flatMap(row ->
                        domains.findWithZombies(row.granter()).stream()
                                .flatMap(granter -> granter.grants().active(row.ref()).stream()))
                .anyMatch(grant -> grant.mfn().value() == frameMfn);
    }
}
