package io.xenarium.machine.code;

/// What an instruction does, by Intel's mnemonic. One name for all its encodings.
public enum Op {
    /// Not an instruction: the processor raises #UD.
    INVALID,
    /// The bytes end before the instruction does.
    TRUNCATED,
    ADD,
    OR,
    ADC,
    SBB,
    AND,
    SUB,
    XOR,
    CMP,
    JCC,
    SETCC,
    CMOVCC
}
