package io.xenarium.machine.code;

import java.io.ByteArrayOutputStream;

/// The code of a [SiliconCase] as it is put together.
final class CaseCode {
    /// Where [#saveUnits] puts the floating-point and vector registers: where the comparison sees
    /// them.
    static final int SAVED_AT = (int) SiliconCase.DATA + 0x1000;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    void clear() {
        bytes.reset();
    }

    int size() {
        return bytes.size();
    }

    byte[] bytes() {
        return bytes.toByteArray();
    }

    void emit(int... values) {
        for (int value : values) {
            bytes.write(value);
        }
    }

    /// Four bytes, the lowest first.
    void emit32(int value) {
        emit(value, value >> 8, value >> 16, value >> 24);
    }

    /// fxsave64 [SAVED_AT]; mov dword [SAVED_AT + 28], 0: which bits of MXCSR a processor has is
    /// its own affair.
    void saveUnits() {
        emit(0x48, 0x0f, 0xae, 0x04, 0x25);
        emit32(SAVED_AT);
        emit(0xc7, 0x04, 0x25);
        emit32(SAVED_AT + 28);
        emit32(0);
    }
}
