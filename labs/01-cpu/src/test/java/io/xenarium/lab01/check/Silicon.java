package io.xenarium.lab01.check;

import io.xenarium.parts.Processor.Calculation;
import io.xenarium.parts.Processor.Operation;

import java.util.Arrays;
import java.util.List;

/// What a real processor computed, and the flags that it set: recorded with a few lines of C on an
/// x86-64 of AMD's. Intel's manual leaves AF open after logical operations; processors clear it.
///
/// @param what the operation
/// @param result what was in the destination afterwards; of CMP and TEST what was thrown away
/// @param flags the arithmetic flags
record Silicon(Calculation what, long result, long flags) {
    /// Operation, bytes, a, b, carry before, result, flags.
    private static final String RECORDED =
            """
            ADD 4 1 2 0 3 PF
            ADD 4 ffffffff 1 0 0 CF PF AF ZF
            ADD 4 7fffffff 1 1 80000000 PF AF SF OF
            ADD 4 80000000 80000000 0 0 CF PF ZF OF
            ADD 8 ffffffff 1 0 100000000 PF AF
            ADD 8 7fffffffffffffff 7fffffffffffffff 0 fffffffffffffffe AF SF OF
            ADD 2 ffff ffff 0 fffe CF AF SF
            ADD 2 7ff8 8 0 8000 PF AF SF OF
            ADD 8 ffffffffffffffff 1 0 0 CF PF AF ZF
            ADD 4 fffffff8 7 1 ffffffff PF SF
            ADC 4 1 2 1 4
            ADC 4 ffffffff 0 1 0 CF PF AF ZF
            ADC 4 ffffffff ffffffff 1 ffffffff CF PF AF SF
            ADC 8 7fffffffffffffff 0 1 8000000000000000 PF AF SF OF
            ADC 2 7fff ffff 1 7fff CF PF AF
            ADC 2 fff 0 0 fff PF
            ADC 8 ffffffffffffffff ffffffffffffffff 1 ffffffffffffffff CF PF AF SF
            SUB 4 5 3 0 2
            SUB 4 3 5 0 fffffffe CF AF SF
            SUB 4 80000000 1 0 7fffffff PF AF OF
            SUB 4 7fffffff ffffffff 1 80000000 CF PF SF OF
            SUB 8 0 1 0 ffffffffffffffff CF PF AF SF
            SUB 8 8000000000000000 8000000000000000 1 0 PF ZF
            SUB 2 1000 1 0 fff PF AF
            SUB 2 10 20 0 fff0 CF PF SF
            SBB 4 5 5 1 ffffffff CF PF AF SF
            SBB 4 0 ffffffff 1 0 CF PF AF ZF
            SBB 8 0 0 1 ffffffffffffffff CF PF AF SF
            SBB 2 8000 0 1 7fff PF AF OF
            SBB 8 8000000000000000 7fffffffffffffff 1 0 PF AF ZF OF
            SBB 4 7 3 0 4
            CMP 4 1 1 0 0 PF ZF
            CMP 4 1 2 0 ffffffff CF PF AF SF
            CMP 8 8000000000000000 1 1 7fffffffffffffff PF AF OF
            CMP 2 ffff 7fff 0 8000 PF SF
            CMP 4 7fffffff 80000000 0 ffffffff CF PF SF OF
            AND 4 ff00ff00 ff00ff0 1 f000f00 PF
            AND 8 8000000000000000 ffffffffffffffff 0 8000000000000000 PF SF
            AND 2 ff ff00 1 0 PF ZF
            OR 4 80000000 1 1 80000001 SF
            OR 8 0 0 1 0 PF ZF
            OR 2 f0f 7070 0 7f7f
            XOR 4 12345678 12345678 1 0 PF ZF
            XOR 8 ffffffffffffffff 7fffffffffffffff 0 8000000000000000 PF SF
            XOR 2 aaaa 5557 0 fffd SF
            TEST 4 f0 f 1 0 PF ZF
            TEST 8 ffffffff80000000 80000000 0 80000000 PF
            TEST 2 8003 8001 1 8001 SF
            INC 4 ffffffff 0 0 0 PF AF ZF
            INC 4 ffffffff 0 1 0 CF PF AF ZF
            INC 4 7fffffff 0 1 80000000 CF PF AF SF OF
            INC 8 f 0 0 10 AF
            INC 2 7fff 0 0 8000 PF AF SF OF
            INC 8 ffffffffffffffff 0 0 0 PF AF ZF
            DEC 4 0 0 0 ffffffff PF AF SF
            DEC 4 0 0 1 ffffffff CF PF AF SF
            DEC 4 80000000 0 1 7fffffff CF PF AF OF
            DEC 8 1 0 0 0 PF ZF
            DEC 2 10 0 1 f CF PF AF
            DEC 8 8000000000000000 0 0 7fffffffffffffff PF AF OF
            """;

    static List<Silicon> cases() {
        return RECORDED.lines().map(Silicon::parse).toList();
    }

    private static Silicon parse(String line) {
        String[] words = line.split(" ");
        Calculation what =
                new Calculation(
                        Operation.valueOf(words[0]),
                        Integer.parseInt(words[1]),
                        Long.parseUnsignedLong(words[2], 16),
                        Long.parseUnsignedLong(words[3], 16),
                        words[4].equals("1"));
        long flags = Arrays.stream(words).skip(6).mapToLong(Names::flag).reduce(0, (a, b) -> a | b);
        return new Silicon(what, Long.parseUnsignedLong(words[5], 16), flags);
    }
}
