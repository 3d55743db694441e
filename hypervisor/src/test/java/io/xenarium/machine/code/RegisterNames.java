package io.xenarium.machine.code;

/// Names of the general registers, for messages of tests.
final class RegisterNames {
    private static final String[] NAMES = {
        "rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi",
        "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15"
    };

    private RegisterNames() {}

    static String of(int number) {
        return NAMES[number];
    }
}
