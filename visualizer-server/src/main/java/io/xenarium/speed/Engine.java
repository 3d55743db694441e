package io.xenarium.speed;

import io.xenarium.machine.Machine;
import io.xenarium.machine.Memory;
import io.xenarium.machine.code.Interpreter;
import io.xenarium.machine.code.Translator;
import io.xenarium.machine.cpu.Cpu;
import io.xenarium.machine.cpu.CpuidPolicy;
import io.xenarium.machine.cpu.Role;
import io.xenarium.parts.Parts;
import io.xenarium.xen.PagingUnit;

/// One of our two ways to execute guest code.
public enum Engine {
    INTERPRETER("interpreter") {
        @Override
        Machine.CpuMaker maker() {
            return (memory, _) ->
                    paged(memory, new Interpreter(memory, CpuidPolicy.processor(), Role.BARE));
        }
    },
    TRANSLATOR("translator") {
        @Override
        Machine.CpuMaker maker() {
            return (memory, _) ->
                    paged(memory, new Translator(memory, CpuidPolicy.processor(), Role.BARE));
        }
    };

    private final String title;

    Engine(String title) {
        this.title = title;
    }

    /// How a table calls it.
    public String title() {
        return title;
    }

    abstract Machine.CpuMaker maker();

    private static Cpu paged(Memory memory, Cpu cpu) {
        Parts parts = Parts.reference(Engine.class.getClassLoader());
        return PagingUnit.into(cpu, memory, parts.paging());
    }
}
