package io.xenarium.bench.view;

import io.xenarium.machine.code.RegionListing;
import io.xenarium.machine.code.TranslatorSight;

import java.util.List;

/// The translator as a text.
final class TranslatorText {
    private final StringBuilder out = new StringBuilder();

    private TranslatorText() {}

    static String of(
            TranslatorSight total,
            int regions,
            List<TranslatorView.Row> rows,
            TranslatorView.Chosen chosen) {
        TranslatorText text = new TranslatorText();
        text.write(total, regions);
        text.write(rows);
        if (chosen != null) {
            text.write(chosen);
        }
        return text.out.toString();
    }

    private void line(String format, Object... values) {
        out.append(format.formatted(values)).append('\n');
    }

    private void write(TranslatorSight total, int regions) {
        line("translator: %s", total.isResting() ? "rests, all is interpreted" : "works");
        line(
                "instructions: %d, in regions %d, a block is translated after %d times",
                total.retired(), total.executed(), total.patience());
        line(
                "regions: %d in use, %d made, %d under way, %d refused",
                regions, total.made(), total.waiting(), total.refused());
    }

    private void write(List<TranslatorView.Row> rows) {
        line("region  owner  begins at         size   insns  bytecode     entered      executed");
        for (TranslatorView.Row row : rows) {
            line(
                    "%6d  d%-4d  %s  %-5s %6d  %8d  %10d  %12d",
                    row.region(),
                    row.owner(),
                    row.vaddr(),
                    row.large() ? "large" : "small",
                    row.instructions(),
                    row.codeBytes(),
                    row.entered(),
                    row.executed());
        }
    }

    private void write(TranslatorView.Chosen chosen) {
        line("region %d:", chosen.row().region());
        for (int i = 0; i < chosen.blocks().size(); i++) {
            TranslatorView.BlockRow block = chosen.blocks().get(i);
            line(
                    "  %s  %2d instructions%s%s",
                    block.vaddr(),
                    block.instructions(),
                    block.entry() ? ", an entry" : "",
                    block.checked() ? ", looks at the budget" : "");
            if (i == chosen.block()) {
                chosen.lines().forEach(this::write);
            }
            block.ways()
                    .forEach(
                            way -> line(way.inside() ? "    to %s" : "    out to %s", way.vaddr()));
        }
        for (TranslatorView.End end : chosen.ends()) {
            line(
                    "  ended %d times: %s %s%s",
                    end.count(),
                    end.reason(),
                    end.vaddr(),
                    end.region() > 0 ? ", region " + end.region() : "");
        }
    }

    private void write(RegionListing.Line instruction) {
        line(
                "    %s  %-30s  %s",
                TranslatorView.hex(instruction.vaddr()), instruction.bytes(), instruction.words());
        instruction.bytecode().forEach(code -> line("        %s", code));
    }
}
