/// What turns bytes into instructions, and instructions into effects: the instruction table, the
/// decoder, the disassembler, the interpreter. Start with [io.xenarium.machine.code.Instruction].
///
/// From bytes to text: [io.xenarium.machine.code.InstructionTable] says what there is and how it is
/// encoded, row by row as in Intel's manual; [io.xenarium.machine.code.Decoder] finds the row and
/// reads the operands; [io.xenarium.machine.code.Disassembler] spells them out.
package io.xenarium.machine.code;
