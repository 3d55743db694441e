package io.xenarium.bench.view;

import io.xenarium.abi.GrantEntry;
import io.xenarium.machine.Memory;
import io.xenarium.xen.Domain;
import io.xenarium.xen.GrantTable;

import java.util.ArrayList;
import java.util.List;

/// The grant tables of all domains, as they lie in memory: which frame each lends to whom, and how
/// (public/grant_table.h, version 1).
///
/// @param domains those that have a table
public record GrantsView(List<TableView> domains, String text) {
    /// One domain's table.
    ///
    /// @param entries those that are not empty
    public record TableView(int domain, int frames, List<EntryView> entries) {}

    /// An entry.
    ///
    /// @param to who may map the frame
    /// @param readOnly whether only for reading
    /// @param reading whether somebody has it mapped for reading
    /// @param writing whether somebody has it mapped for writing
    public record EntryView(
            int ref,
            String flags,
            int to,
            String mfn,
            boolean readOnly,
            boolean reading,
            boolean writing) {}

    private static final int ENTRIES_MAX = 512;

    /// The tables of now.
    static GrantsView of(Scene scene, Focus focus) {
        List<TableView> tables = new ArrayList<>();
        StringBuilder text = new StringBuilder();
        for (Domain domain : scene.host().hypervisor().domains()) {
            GrantTable table = domain.grants();
            if (table.frames() > 0) {
                TableView view = table(domain, table, scene.host().machine().memory());
                tables.add(view);
                append(text, view);
            }
        }
        return new GrantsView(tables, text.toString());
    }

    private static TableView table(Domain domain, GrantTable table, Memory memory) {
        List<EntryView> entries = new ArrayList<>();
        int last = table.frames() * (Memory.FRAME_BYTES / GrantEntry.BYTES);
        for (int ref = 0; ref < last && entries.size() < ENTRIES_MAX; ref++) {
            long at = table.entryMaddr(ref);
            int flags = memory.getShort(at + GrantEntry.FLAGS) & 0xffff;
            if (flags != 0) {
                entries.add(
                        new EntryView(
                                ref,
                                "0x%04x".formatted(flags),
                                memory.getShort(at + GrantEntry.DOMID) & 0xffff,
                                "0x%05x".formatted(memory.getInt(at + GrantEntry.FRAME)),
                                (flags & GrantEntry.READONLY) != 0,
                                (flags & GrantEntry.READING) != 0,
                                (flags & GrantEntry.WRITING) != 0));
            }
        }
        return new TableView(domain.id().value(), table.frames(), entries);
    }

    private static void append(StringBuilder text, TableView table) {
        text.append("Grant table of domain %d, %d frames\n".formatted(table.domain, table.frames));
        text.append("   ref  flags    to  mfn      use\n");
        for (EntryView entry : table.entries) {
            String use =
                    (entry.reading ? "reading " : "")
                            + (entry.writing ? "writing " : "")
                            + (entry.readOnly ? "read-only" : "");
            text.append(
                    "%6d  %s  d%-3d %s  %s\n"
                            .formatted(entry.ref, entry.flags, entry.to, entry.mfn, use));
        }
    }
}
