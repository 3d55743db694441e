package io.xenarium.machine.code;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.HexFormat;

/// Intel syntax, as the page shows it.
final class IntelSyntaxTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    48 89 e5                   | mov rbp, rsp
                    48 8b 44 cb f0             | mov rax, qword [rbx+rcx*8-0x10]
                    65 48 8b 04 25 28 00 00 00 | mov rax, qword gs:[0x28]
                    48 8d 05 10 00 00 00       | lea rax, [rip+0x10]
                    c6 00 7f                   | mov byte [rax], 0x7f
                    48 83 ec 80                | sub rsp, 0xffffffffffffff80
                    83 c0 ff                   | add eax, 0xffffffff
                    75 fe                      | jne 0x1000
                    e8 fb ff ff ff             | call 0x1000
                    f3 48 ab                   | rep stosq
                    f3 a6                      | repe cmpsb
                    f0 48 0f b1 0a             | lock cmpxchg qword [rdx], rcx
                    0f 05                      | syscall
                    48 99                      | cqo
                    48 cf                      | iretq
                    d9 00                      | fld dword [rax]
                    d8 c1                      | fadd st(0), st(1)
                    66 0f 6f 07                | movdqa xmm0, xmmword [rdi]
                    06                         | (bad)
                    """)
    void reads(String hex, String text) {
        byte[] code = HexFormat.of().parseHex(hex.replace(" ", ""));
        Instruction instruction = new Decoder().decode(code, 0, code.length, Mode.LONG);
        assertEquals(text, Disassembler.intel(instruction, Mode.LONG, 0x1000));
    }
}
