package io.xenarium.machine.code;

import io.xenarium.machine.Memory;
import io.xenarium.machine.cpu.Cpu;
import io.xenarium.machine.cpu.CpuidPolicy;
import io.xenarium.machine.cpu.Role;

/// A way to execute guest code. All mean the same; they differ in speed, and in whether one can
/// read how it is done.
@FunctionalInterface
public interface Engine {
    /// Written to be read.
    Engine INTERPRETER = Interpreter::new;

    /// Fast: what is executed often becomes JVM bytecode.
    Engine TRANSLATOR = Translator::new;

    /// A processor.
    ///
    /// @param memory the machine's memory
    /// @param cpuid what CPUID answers
    /// @param role who answers for what its code traps on
    Cpu cpu(Memory memory, CpuidPolicy cpuid, Role role);

    /// A translator that translates at once what has been executed `patience` times, for tests.
    static Engine translator(int patience) {
        return (memory, cpuid, role) -> new Translator(memory, cpuid, role, patience);
    }
}
