package io.xenarium.machine.code;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;

/// Random code that loops a little, computes a little and stores into itself a lot. It knows no
/// page ends: instructions lie across them as it happens.
final class CodeSoup {
    /// Instructions with nothing to fill in.
    private static final String[] PLAIN = {
        "90", // nop
        "4801c8", // add rax, rcx
        "29d0", // sub eax, edx
        "4831c2", // xor rdx, rax
        "ffc0", // inc eax
        "48ffca", // dec rdx
        "0fafc1", // imul eax, ecx
        "480fbec0", // movsx rax, al
        "0f94c2", // sete dl
        "480f44c1", // cmove rax, rcx
        "c1e003", // shl eax, 3
        "8d440a07", // lea eax, [rdx+rcx+7]
        "39c8", // cmp eax, ecx
        "84c0", // test al, al
        "50", // push rax
        "58", // pop rax
        "5a", // pop rdx
        "9c", // pushf
        "c3", // ret
        "aa", // stosb
        "ab", // stosd
        "f3a4", // rep movsb
        "f3aa", // rep stosb
        "a6", // cmpsb
        "870b", // xchg [rbx], ecx
        "f0ff03", // lock inc dword [rbx]
        "0fb10b", // cmpxchg [rbx], ecx
        "0f1103", // movups [rbx], xmm0
        "0f1003", // movups xmm0, [rbx]
        "480fc7c8", // not an instruction
        "f30fc8", // bswap eax
        "d9e8", // fld1
        "dd1b", // fstp qword [rbx]
        "0f31", // rdtsc
        "6690", // xchg ax, ax
        "2e48f7d8", // neg rax
    };

    /// Stores and loads by rbx with a byte of displacement.
    private static final String[] BY_RBX = {
        "8843", "8943", "488943", "668943", "0043", "3043", "fe43", "ff43", "f753", "8b43", "488b43"
    };

    /// Conditional branches back and forth by a byte, the closing of a loop most of all.
    private static final String[] SHORT_BRANCHES = {"75", "74", "72", "78", "7f", "eb", "e2", "e3"};

    private static final HexFormat HEX = HexFormat.of();

    private final Random random;
    private final long base;
    private final int size;
    private final boolean isCalm;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    /// @param base where its stores go: to the code itself, or elsewhere
    /// @param size how many bytes of code
    /// @param isCalm whether it seldom stores by distance, which hits itself
    CodeSoup(Random random, long base, int size, boolean isCalm) {
        this.isCalm = isCalm;
        this.random = random;
        this.base = base;
        this.size = size;
    }

    byte[] bytes() {
        while (out.size() < size) {
            instruction();
        }
        return Arrays.copyOf(out.toByteArray(), size);
    }

    private void instruction() {
        switch (random.nextInt(16)) {
            case 0 -> put(pick(SHORT_BRANCHES), random.nextInt(60) - 44, 1);
            case 1 -> {
                put("ffc9", 0, 0); // dec ecx
                put("75", -2 - random.nextInt(40), 1);
            }
            case 2 -> put(pick(BY_RBX), random.nextInt(256), 1);
            case 3 -> near("c605", 1, "fec0"); // mov byte [rip+…], …; or inc al
            case 4 -> near("8135", 4, "4889c8"); // xor dword [rip+…], …; or mov rax, rcx
            case 5 -> put(random.nextBoolean() ? "bb" : "bf", place(), 4); // mov ebx or edi, …
            case 6 -> put("49b8", random.nextLong(), 8); // mov r8, …
            case 7 -> put("b9", random.nextInt(40), 4); // mov ecx, …
            case 8 -> put(random.nextBoolean() ? "e8" : "e9", random.nextInt(2000) - 1000, 4);
            case 9 -> put(random.nextInt(20) == 0 ? "9d" : "90", 0, 0); // popf
            default -> put(pick(PLAIN), 0, 0);
        }
    }

    /// A store at a small distance, mostly to what comes next or has just been.
    private void near(String opcode, int bytes, String otherwise) {
        if (isCalm && random.nextInt(20) != 0) {
            put(otherwise, 0, 0);
            return;
        }
        put(opcode, random.nextInt(80) - 40, 4);
        constant(random.nextInt(), bytes);
    }

    private long place() {
        return base + random.nextInt(size);
    }

    private String pick(String[] from) {
        return from[random.nextInt(from.length)];
    }

    private void put(String opcode, long constant, int bytes) {
        out.writeBytes(HEX.parseHex(opcode));
        constant(constant, bytes);
    }

    private void constant(long value, int bytes) {
        for (int i = 0; i < bytes; i++) {
            out.write((int) (value >> 8 * i));
        }
    }
}
