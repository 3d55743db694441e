package io.xenarium.machine.code;

import io.xenarium.machine.Memory;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Writes down what a region was made of and what it has become. As long as the region is in use,
/// nobody has stored to the frames that its code came from: so what they hold is what was
/// translated.
final class RegionText {
    private final RegionPlan plan;
    private final Memory memory;
    private final Decoder decoder = new Decoder();
    private final Map<Integer, List<String>> bytecode;

    RegionText(RegionPlan plan, Memory memory) {
        this.plan = plan;
        this.memory = memory;
        bytecode = BytecodeText.byLine(RegionClass.listed(plan));
    }

    /// @param number the region's
    /// @param ends where it has ended
    RegionListing listing(int number, RegionEnds ends) {
        List<RegionListing.Block> blocks = new ArrayList<>();
        for (RegionPart part : plan.parts()) {
            blocks.add(block(part));
        }
        return new RegionListing(number, code(RegionListing.FRAME), blocks, ends.list());
    }

    private List<String> code(int line) {
        return bytecode.getOrDefault(line, List.of());
    }

    private RegionListing.Block block(RegionPart part) {
        List<RegionListing.Line> lines = new ArrayList<>();
        for (int i = 0; i < part.count; i++) {
            lines.add(line(part, i));
        }
        List<RegionListing.Way> ways = new ArrayList<>();
        if (part.isWhole()) {
            BlockEnd.targets(part).forEach(at -> ways.add(way(at)));
        } else {
            ways.add(way(part.before(part.count)));
        }
        long vaddr = plan.base + part.at;
        return new RegionListing.Block(vaddr, part.entry >= 0, part.isChecked, lines, ways);
    }

    private RegionListing.Way way(long at) {
        return new RegionListing.Way(plan.base + at, plan.part(at) != null);
    }

    private RegionListing.Line line(RegionPart part, int index) {
        int length = (int) (part.behind(index) - part.before(index));
        long vaddr = plan.base + part.before(index);
        long maddr = (long) part.frame.mfn * Memory.FRAME_BYTES + (vaddr & 0xfff);
        byte[] bytes = new byte[length];
        StringBuilder hex = new StringBuilder();
        for (int i = 0; i < length; i++) {
            bytes[i] = memory.getByte(maddr + i);
            hex.append(i == 0 ? "" : " ").append("%02x".formatted(bytes[i] & 0xff));
        }
        Instruction instruction = decoder.decode(bytes, 0, length, Mode.LONG);
        String words = Disassembler.intel(instruction, Mode.LONG, vaddr);
        return new RegionListing.Line(vaddr, hex.toString(), words, code(part.line + index));
    }
}
