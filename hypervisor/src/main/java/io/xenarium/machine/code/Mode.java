package io.xenarium.machine.code;

/// How the processor reads code: it sets the default sizes (Intel SDM vol. 1, 3.6).
public enum Mode {
    /// 64-bit code of long mode.
    LONG,
    /// 32-bit code: protected mode, or the compatibility mode of long mode.
    PROTECTED_32,
    /// 16-bit code segments.
    PROTECTED_16
}
