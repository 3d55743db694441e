package io.xenarium.lab02.check;

import io.xenarium.machine.Dice;
import io.xenarium.parts.PvEntry;
import io.xenarium.parts.PvEntry.Landing;
import io.xenarium.parts.PvEntry.Register;
import io.xenarium.terms.DomainCrash;
import io.xenarium.terms.Vaddr;

import java.util.ArrayList;
import java.util.List;

/// One thing that is asked of the part.
///
/// @param at an address: of a handler or of a list
/// @param number an error code, or how many entries a list has
record Op(Kind kind, long at, long number) {
    /// What can be asked.
    enum Kind {
        SET_TRAPS,
        /// An exception with an error code.
        FAULT,
        /// An event upcall.
        UPCALL,
        IRET,
        HYPERCALL,
        MULTICALL
    }

    /// Does it, and notes in the world what was answered, or that the guest has ended.
    void happen(PvEntry part, EntryWorld world) {
        world.tell("%s:", this);
        world.answer = 0;
        try {
            switch (kind) {
                case SET_TRAPS -> world.answer = part.setTrapTable(new Vaddr(at));
                case FAULT -> part.bounce(new Landing(new Vaddr(at), false, true, number));
                case UPCALL -> part.bounce(new Landing(new Vaddr(at), true, true));
                case IRET -> world.answer = part.iret();
                case HYPERCALL -> part.hypercall();
                case MULTICALL -> world.answer = part.multicall(new Vaddr(at), number);
            }
        } catch (DomainCrash crash) {
            world.tell("  the guest ends: %s", crash.getMessage());
            world.end = "has ended";
        }
    }

    /// `count` operations of the given kinds.
    static List<Op> random(Dice dice, int count, List<Kind> kinds) {
        long[] places = {
            0,
            EntryWorld.LISTS,
            EntryWorld.UPPER + EntryWorld.LISTS + 0x40,
            EntryWorld.READ_ONLY,
            0x4fc0,
            0x9000
        };
        List<Op> ops = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Kind kind = kinds.get(dice.below(kinds.size()));
            ops.add(new Op(kind, places[dice.below(places.length)], dice.below(6)));
        }
        return ops;
    }

    /// A world whose registers and memory hold plausible things in random places.
    static EntryWorld world(Dice dice) {
        EntryWorld world = running();
        world.isMasked = dice.below(2) == 0;
        world.isKernel = dice.below(3) != 0;
        long upper = EntryWorld.UPPER;
        long[] stacks = {
            0x1f00, upper + 0x1f08, 0x1018, upper + 0x2f00, EntryWorld.READ_ONLY + 0x100, 0x9000
        };
        world.registers[Register.RSP.ordinal()] = stacks[dice.below(stacks.length)];
        long[] numbers = {0, 12, 13, 23, 50, 60, 63, 64, -1, 1L << 32 | 17};
        world.registers[Register.RAX.ordinal()] = numbers[dice.below(numbers.length)];
        world.registers[Register.RFLAGS.ordinal()] = dice.next() & 0x257fd5 | 2;
        for (int i = 0; i < world.memory.length; i++) {
            world.memory[i] = dice.below(3) == 0 ? dice.next() >> 17 : dice.below(70);
        }
        return world;
    }

    /// A guest's kernel in the middle of its work.
    static EntryWorld running() {
        EntryWorld world = new EntryWorld();
        Register[] all = Register.values();
        for (Register register : all) {
            world.registers[register.ordinal()] = 0x100L + register.ordinal();
        }
        world.registers[Register.RSP.ordinal()] = EntryWorld.KERNEL_STACK + 0xf08;
        world.registers[Register.RIP.ordinal()] = 0x40_1000;
        world.registers[Register.RFLAGS.ordinal()] = 0x246;
        world.registers[Register.R11.ordinal()] = 0x202;
        world.registers[Register.CS.ordinal()] = 0xe033;
        world.registers[Register.SS.ordinal()] = 0xe02b;
        return world;
    }

    @Override
    public String toString() {
        return switch (kind) {
            case SET_TRAPS -> "setTrapTable(%s)".formatted(EntryWorld.hex(at));
            case FAULT -> "a fault with error %d, handler %s".formatted(number, EntryWorld.hex(at));
            case UPCALL -> "an upcall, handler %s".formatted(EntryWorld.hex(at));
            case IRET -> "iret()";
            case HYPERCALL -> "hypercall()";
            case MULTICALL -> "multicall(%s, %d)".formatted(EntryWorld.hex(at), number);
        };
    }
}
