package io.xenarium.bench;

import io.xenarium.toolstack.Refused;
import io.xenarium.trace.XenEvent;

import java.util.ArrayList;
import java.util.List;

/// The breakpoints that readers have set, in the order in which they did.
final class Breakpoints {
    private static final int MOST = 32;

    private final List<Breakpoint> all = new ArrayList<>();

    /// Sets one; where it is there already, takes it away: pressing twice is as if never pressed.
    void toggle(Breakpoint breakpoint) {
        if (!remove(breakpoint.words())) {
            if (all.size() == MOST) {
                throw new Refused("There are %d breakpoints; take one away.".formatted(MOST));
            }
            all.add(breakpoint);
        }
    }

    /// Takes one away by its words; answers whether it was there.
    boolean remove(String words) {
        return all.removeIf(each -> each.words().equals(words));
    }

    boolean isEmpty() {
        return all.isEmpty();
    }

    List<String> words() {
        return all.stream().map(Breakpoint::words).toList();
    }

    boolean hit(XenEvent event) {
        for (Breakpoint each : all) {
            if (each.wanted().test(event)) {
                return true;
            }
        }
        return false;
    }
}
