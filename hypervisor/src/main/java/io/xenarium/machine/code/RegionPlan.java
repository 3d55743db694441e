package io.xenarium.machine.code;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Which blocks a region consists of, where it may be entered, and where it looks at the budget.
///
/// 1. Addresses are distances from the *base*, the address of the page of the first block, because
///    the same frames may be mapped in several places.
/// 2. Every way round a loop leads through a part that checks the budget; a check makes sure that
///    the budget lasts until the next one.
final class RegionPlan {
    final Interpreter interpreter;

    /// The base where it was found; the same frames may be executed at another, too.
    final long base;

    private final Map<Long, RegionPart> parts = new LinkedHashMap<>();
    private final List<RegionPart> entries = new ArrayList<>();

    /// Where the region's calls return to.
    private final List<RegionPart> returnSites = new ArrayList<>();

    private final List<RegionPoint> points = new ArrayList<>();
    private boolean isDropped;
    private boolean isLarge;

    /// Bytes of bytecode and of the whole class that it became, 0 until then.
    private int codeBytes;

    private int classBytes;

    RegionPlan(Interpreter interpreter, long base) {
        this.interpreter = interpreter;
        this.base = base;
    }

    /// The same plan with no points yet: from it the same class can be written once more.
    RegionPlan again() {
        RegionPlan copy = new RegionPlan(interpreter, base);
        copy.parts.putAll(parts);
        copy.entries.addAll(entries);
        copy.returnSites.addAll(returnSites);
        copy.isLarge = isLarge;
        return copy;
    }

    /// Adds a block. The first one is the region's root.
    void add(RegionPart part) {
        parts.put(part.at, part);
    }

    Collection<RegionPart> parts() {
        return parts.values();
    }

    boolean isEmpty() {
        return parts.isEmpty();
    }

    /// The part at an address, or null where the region goes no further.
    RegionPart part(long at) {
        return parts.get(at);
    }

    List<RegionPart> entries() {
        return entries;
    }

    List<RegionPart> returnSites() {
        return returnSites;
    }

    /// Whether an instruction finds its memory operand in `segment`.
    boolean uses(int segment) {
        return parts.values().stream()
                .flatMap(part -> Arrays.stream(part.block.steps, 0, part.count))
                .anyMatch(step -> step.segment == segment);
    }

    /// Where the region begins.
    RegionPart root() {
        return parts.values().iterator().next();
    }

    /// Leaves blocks away that were added last, because the code became too long.
    ///
    /// @param share how much of it may stay, less than 1
    void shorten(double share) {
        int steps = parts.values().stream().mapToInt(part -> part.count).sum();
        int allowed = (int) (steps * share);
        List<RegionPart> kept = new ArrayList<>(parts.values());
        while (kept.size() > 1 && steps > allowed) {
            steps -= kept.removeLast().count;
        }
        parts.values().retainAll(kept);
        entries.clear();
        returnSites.clear();
        points.clear();
        parts.values().forEach(RegionPart::disconnect);
        connect();
    }

    /// Says that a frame of the region has been stored to.
    void drop() {
        isDropped = true;
    }

    /// Says that the region is to have all that lies around it, also what is part of others.
    void setLarge() {
        isLarge = true;
    }

    boolean isLarge() {
        return isLarge;
    }

    boolean isDropped() {
        return isDropped;
    }

    /// Says what it has become.
    void became(int newCodeBytes, int newClassBytes) {
        codeBytes = newCodeBytes;
        classBytes = newClassBytes;
    }

    int codeBytes() {
        return codeBytes;
    }

    int classBytes() {
        return classBytes;
    }

    int point(RegionPoint point) {
        points.add(point);
        return points.size() - 1;
    }

    /// The points by their numbers, once the code has been written.
    RegionPoint[] points() {
        return points.toArray(RegionPoint[]::new);
    }

    /// Finds out how the parts hang together. Nothing is added afterwards.
    void connect() {
        numberLines();
        findReturnSites();
        for (RegionPart part : parts.values()) {
            for (long at : BlockEnd.targets(part)) {
                link(part, at);
            }
            if (part.isWhole() && part.last().op == Op.RET) {
                part.successors.addAll(returnSites);
            }
        }
        findEntries();
        List<RegionPart> finished = findChecks();
        for (RegionPart part : finished) {
            int most = 0;
            for (RegionPart next : part.successors) {
                most = next.isChecked ? most : Math.max(most, next.need);
            }
            part.need = part.count + most;
        }
    }

    private void numberLines() {
        int line = 1;
        for (RegionPart part : parts.values()) {
            part.line = line;
            line += part.count;
        }
    }

    private void link(RegionPart from, long at) {
        RegionPart to = parts.get(at);
        if (to != null && !from.successors.contains(to)) {
            from.successors.add(to);
        }
    }

    private void findReturnSites() {
        for (RegionPart part : parts.values()) {
            RegionPart behind = parts.get(part.behind(part.count - 1));
            boolean isCall = part.isWhole() && part.last().op == Op.CALL;
            if (isCall && behind != null && !returnSites.contains(behind)) {
                returnSites.add(behind);
            }
        }
    }

    /// In a small region each part; in a large one the root, where calls out of the region come
    /// back, and the loops: the JVM's compiler understands loops better that have one way in.
    private void findEntries() {
        if (!isLarge) {
            parts.values().forEach(this::enter);
            return;
        }
        enter(root());
        for (RegionPart part : parts.values()) {
            if (part.isWhole() && part.last().op == Op.CALL && part.successors.isEmpty()) {
                RegionPart behind = parts.get(part.behind(part.count - 1));
                if (behind != null) {
                    enter(behind);
                }
            }
        }
    }

    private void enter(RegionPart part) {
        if (part.entry < 0) {
            part.entry = entries.size();
            entries.add(part);
        }
    }

    /// Finds the loops: each is entered at a part that checks the budget.
    ///
    /// @return the parts, each behind those that it leads to without a check between
    private List<RegionPart> findChecks() {
        List<RegionPart> finished = new ArrayList<>();
        Set<RegionPart> seen = new HashSet<>();
        for (RegionPart entry : List.copyOf(entries)) {
            visit(entry, seen, new HashSet<>(), finished);
        }
        return finished;
    }

    private void visit(
            RegionPart part,
            Set<RegionPart> seen,
            Set<RegionPart> open,
            List<RegionPart> finished) {
        if (!seen.add(part)) {
            return;
        }
        open.add(part);
        boolean isUncertain = part.isWhole() && part.last().form == Form.STRING;
        for (RegionPart next : part.successors) {
            if (open.contains(next)) {
                enter(next);
                next.isChecked = true;
            }
            next.isChecked |= isUncertain;
            visit(next, seen, open, finished);
        }
        open.remove(part);
        finished.add(part);
    }
}
