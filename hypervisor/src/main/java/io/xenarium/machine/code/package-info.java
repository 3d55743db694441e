/// What turns bytes into instructions, and instructions into effects: the instruction table, the
/// decoder, the disassembler, the interpreter. Start with [io.xenarium.machine.code.Instruction].
package io.xenarium.machine.code;
