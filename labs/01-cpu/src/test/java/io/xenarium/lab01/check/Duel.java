package io.xenarium.lab01.check;

import io.xenarium.lab.CheckFailed;
import io.xenarium.lab.Rule;
import io.xenarium.lab.Subject;
import io.xenarium.machine.cpu.Exit;
import io.xenarium.machine.cpu.Registers;
import io.xenarium.parts.Processor.Rflags;

import java.util.ArrayList;
import java.util.List;

/// The same instructions on the learner's processor and on the machine's own, one at a time, and
/// the first thing in which the two differ. Several vCPUs may take turns.
final class Duel {
    private final Twin mine = Twin.of(Subject.current().mine().processor());
    private final Twin own = Twin.own();
    private final List<Registers> mineOf = new ArrayList<>();
    private final List<Registers> ownOf = new ArrayList<>();

    /// Begins anew: data pages by `seed`, no vCPU.
    void begin(long seed) {
        mine.fill(seed);
        own.fill(seed);
        mine.cpu.flush();
        own.cpu.flush();
        mineOf.clear();
        ownOf.clear();
    }

    /// A new vCPU that will execute `code` at `offset` of the code pages.
    void add(int offset, byte[] code, Registers start) {
        mine.put(offset, code);
        own.put(offset, code);
        mineOf.add(copy(start, mine.registers(), offset));
        ownOf.add(copy(start, own.registers(), offset));
    }

    private static Registers copy(Registers start, Registers into, int offset) {
        System.arraycopy(start.gpr, 0, into.gpr, 0, 16);
        into.rflags = start.rflags;
        into.rip = Twin.CODE + offset;
        return into;
    }

    /// What the next instruction of a vCPU is, in words.
    String next(int vcpu) {
        return own.instruction(ownOf.get(vcpu).rip);
    }

    /// Executes one instruction of `vcpu` on both. Returns whether it can go on: not after an
    /// exception.
    ///
    /// @param meetsFaults whether the learner's processor meets exceptions too; else they end it
    boolean step(int vcpu, boolean meetsFaults) {
        Registers mineNow = mineOf.get(vcpu);
        Registers ownNow = ownOf.get(vcpu);
        String instruction = own.instruction(ownNow.rip);
        String start = registers(ownNow);
        long[] before = mineNow.gpr.clone();
        long flags = mineNow.rflags;
        Exit expected = own.run(ownNow, 1);
        boolean isFault = expected instanceof Exit.Fault;
        if (isFault && !meetsFaults) {
            return false;
        }
        Exit exit = mine.run(mineNow, 1);
        Bench.tell("%s%s: %s", vcpu == 0 ? "" : "  the other, ", instruction, words(exit, mineNow));
        compareExits(instruction, exit, expected);
        compare(instruction + start, mineNow, ownNow, isFault);
        if (isFault) {
            requireUnchanged(instruction, mineNow, before, flags);
        }
        return !isFault && !(expected instanceof Exit.Syscall);
    }

    private static void compareExits(String instruction, Exit exit, Exit expected) {
        if (!exit.equals(expected)) {
            throw failed(
                    Rules.EXCEPTION,
                    instruction + " ended in " + words(exit),
                    "ends in " + words(expected));
        }
    }

    private void compare(String where, Registers mineNow, Registers ownNow, boolean isFault) {
        Rule changed = isFault ? Rules.PRECISE : Rules.REGISTER;
        for (int i = 0; i < 16; i++) {
            if (mineNow.gpr[i] != ownNow.gpr[i]) {
                String name = Names.register(i);
                throw failed(
                        changed,
                        "after %s, %s is %#x".formatted(where, name, mineNow.gpr[i]),
                        "has %s %#x".formatted(name, ownNow.gpr[i]));
            }
        }
        compareFlags(where, mineNow.rflags, ownNow.rflags, isFault);
        if (mineNow.rip != ownNow.rip) {
            throw failed(
                    Rules.RIP,
                    "after %s, rip is %#x".formatted(where, mineNow.rip),
                    "has rip at %#x".formatted(ownNow.rip));
        }
        long at = mine.firstDifference(own);
        if (at >= 0) {
            throw failed(
                    changed,
                    "after %s, memory at %#x holds %#x".formatted(where, at, mine.data(at)),
                    "leaves %#x there".formatted(own.data(at)));
        }
    }

    private static void compareFlags(String where, long flags, long expected, boolean isFault) {
        if (flags == expected) {
            return;
        }
        String name = Names.difference(flags, expected);
        boolean isSet = !name.isEmpty() && (flags & Names.flag(name)) != 0;
        throw failed(
                isFault ? Rules.PRECISE : name.isEmpty() ? Rules.KEPT : Rules.FLAG,
                name.isEmpty()
                        ? "after %s, rflags are %#x".formatted(where, flags)
                        : "after %s, %s is %s".formatted(where, name, isSet ? "set" : "clear"),
                name.isEmpty()
                        ? "leaves rflags at %#x".formatted(expected)
                        : "%s it: %s"
                                .formatted(
                                        isSet ? "clears" : "sets",
                                        Names.flags(expected & Rflags.ARITHMETIC)));
    }

    private static void requireUnchanged(
            String instruction, Registers now, long[] before, long flags) {
        for (int i = 0; i < 16; i++) {
            if (now.gpr[i] != before[i]) {
                throw failed(
                        Rules.PRECISE,
                        "%s faulted, yet %s went from %#x to %#x"
                                .formatted(instruction, Names.register(i), before[i], now.gpr[i]),
                        "changes nothing, so that the instruction can be tried again");
            }
        }
        if (now.rflags != flags) {
            throw failed(
                    Rules.PRECISE,
                    instruction + " faulted, yet the flags changed",
                    "changes nothing, so that the instruction can be tried again");
        }
    }

    private static CheckFailed failed(Rule rule, String you, String wanted) {
        return new CheckFailed(rule, you, "a processor " + wanted);
    }

    private static String words(Exit exit, Registers now) {
        return "%s; rip %#x, %s".formatted(words(exit), now.rip, Names.flags(now.rflags));
    }

    private static String words(Exit exit) {
        return switch (exit) {
            case Exit.Fault fault ->
                    "exception %d, error code %d, address %#x"
                            .formatted(fault.vector(), fault.error(), fault.address());
            case Exit.Syscall _ -> "a system call";
            case Exit.BudgetSpent _ -> "nothing but the next instruction";
            default -> "an exit: " + exit;
        };
    }

    private static String registers(Registers now) {
        List<String> shown = new ArrayList<>();
        for (int i : new int[] {0, 1, 2, 3}) {
            shown.add("%s %#x".formatted(Names.register(i), now.gpr[i]));
        }
        return " with %s, %s".formatted(String.join(", ", shown), Names.flags(now.rflags));
    }
}
