package io.xenarium.machine.code;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.xenarium.machine.Memory;
import io.xenarium.machine.cpu.Cpu;
import io.xenarium.machine.cpu.Exit;
import io.xenarium.machine.cpu.Registers;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.HexFormat;
import java.util.List;

/// A run means the same however it is cut: into whatever budgets, on a processor that has decoded
/// everything or nothing, with a keyframe in between.
class CutRunsTest {
    private static final long CODE = 0x40_0000;
    private static final long DATA = 0x102000;
    private static final int CODE_MFN = 0x100;
    private static final int DATA_MFN = 0x110;

    /// Strikes out multiples in 4096 bytes at DATA, counts what is left, copies them a page further
    /// and compares, writes the round into its own first instruction's constant, and begins again,
    /// six times; then `syscall`.
    private static final String PROGRAM =
            """
            bd00000000          mov    ebp,0x0
            bf00201000          mov    edi,0x102000
            b900100000          mov    ecx,0x1000
            b801000000          mov    eax,0x1
            f3aa                rep stos BYTE PTR es:[rdi],al
            ba02000000          mov    edx,0x2
            31f6                xor    esi,esi
            80ba0020100000      cmp    BYTE PTR [rdx+0x102000],0x0
            741b                je     41
            ffc6                inc    esi
            488d0c12            lea    rcx,[rdx+rdx*1]
            4881f900100000      cmp    rcx,0x1000
            730c                jae    41
            c6810020100000      mov    BYTE PTR [rcx+0x102000],0x0
            4801d1              add    rcx,rdx
            ebeb                jmp    2c
            ffc2                inc    edx
            81fa00100000        cmp    edx,0x1000
            75d2                jne    1d
            56                  push   rsi
            be00201000          mov    esi,0x102000
            bf00301000          mov    edi,0x103000
            b900020000          mov    ecx,0x200
            f348a5              rep movs QWORD PTR es:[rdi],QWORD PTR ds:[rsi]
            be00201000          mov    esi,0x102000
            bf00301000          mov    edi,0x103000
            b900100000          mov    ecx,0x1000
            f3a6                repz cmps BYTE PTR ds:[rsi],BYTE PTR es:[rdi]
            0f94c0              sete   al
            58                  pop    rax
            4801c3              add    rbx,rax
            ffc5                inc    ebp
            892c2501004000      mov    DWORD PTR ds:0x400001,ebp
            83fd06              cmp    ebp,0x6
            0f8578ffffff        jne    0
            0f05                syscall
            """;

    private static byte[] program() {
        StringBuilder hex = new StringBuilder();
        PROGRAM.lines().forEach(line -> hex.append(line.strip().split(" ")[0]));
        return HexFormat.of().parseHex(hex);
    }

    static BareMachine machine() {
        BareMachine machine = new BareMachine(1024);
        machine.map(CODE, CODE_MFN, BareMachine.USER_PAGE);
        machine.map(DATA, DATA_MFN, 3, BareMachine.USER_PAGE);
        machine.memory.write((long) CODE_MFN << 12, program());
        machine.registers.rip = CODE;
        machine.registers.gpr[Registers.RSP] = DATA + 0x3000;
        return machine;
    }

    /// All that can be seen afterwards, and after how many instructions.
    private static String end(BareMachine machine, Cpu cpu, long retired) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        machine.registers.save(out);
        cpu.save(out);
        byte[] memory = new byte[machine.memory.frames() * Memory.FRAME_BYTES];
        machine.memory.read(0, memory);
        out.write(memory);
        return retired + " " + HexFormat.of().toHexDigits(hash(bytes.toByteArray()));
    }

    private static long hash(byte[] bytes) {
        long hash = 0;
        for (byte b : bytes) {
            hash = (hash ^ b & 0xff) * 0x100000001b3L;
        }
        return hash;
    }

    @Property(tries = 60)
    void aRunThatIsCutEndsLikeOneThatIsNot(
            @ForAll @Size(min = 1, max = 8) List<@IntRange(min = 1, max = 700) Integer> budgets,
            @ForAll @IntRange(min = 0, max = 40) int keyframeAt)
            throws IOException {
        BareMachine whole = machine();
        assertEquals(new Exit.Syscall(), whole.run(10_000_000));
        String expected = end(whole, whole.cpu, whole.cpu.retired());
        assertEquals(6 * 564, whole.registers.gpr[Registers.RBX]);

        BareMachine cut = machine();
        Cpu cpu = cut.cpu;
        long retired = 0;
        for (int piece = 0; ; piece++) {
            Exit exit = cpu.run(cut.registers, budgets.get(piece % budgets.size()));
            retired += cpu.retired();
            if (!(exit instanceof Exit.BudgetSpent)) {
                break;
            }
            if (piece == keyframeAt) {
                Cpu other = BareMachine.Kind.INTERPRETER.processor(cut.memory);
                cpu = movedTo(cut.paged(other), cpu);
            }
        }
        assertEquals(expected, end(cut, cpu, retired));
    }

    private static Cpu movedTo(Cpu to, Cpu from) throws IOException {
        ByteArrayOutputStream kept = new ByteArrayOutputStream();
        from.save(new DataOutputStream(kept));
        to.load(new DataInputStream(new ByteArrayInputStream(kept.toByteArray())));
        return to;
    }
}
