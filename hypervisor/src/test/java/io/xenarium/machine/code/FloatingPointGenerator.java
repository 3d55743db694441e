package io.xenarium.machine.code;

import java.util.Random;

/// Makes random x87 instructions for [SiliconCase]s: some numbers are loaded, something is done
/// with them, and FXSAVE puts the whole unit into the data, where the comparison sees it.
final class FloatingPointGenerator {
    private final Random random;
    private final CaseCode code = new CaseCode();
    private boolean traps;

    FloatingPointGenerator(long seed) {
        random = new Random(seed);
    }

    SiliconCase next() {
        code.clear();
        traps = false;
        if (random.nextInt(3) > 0) {
            setControlWord();
        }
        int numbers = random.nextInt(3);
        for (int i = 0; i < numbers; i++) {
            load();
        }
        int instructions = 1 + random.nextInt(3);
        for (int i = 0; i < instructions && code.size() < 28; i++) {
            instruction();
        }
        // fnstsw [SAVED_AT + 512]; fnclex: with an exception pending FXSAVE would show addresses.
        code.emit(0xdd, 0x3c, 0x25);
        code.emit32(CaseCode.SAVED_AT + 512);
        code.emit(0xdb, 0xe2);
        code.saveUnits();
        return new SiliconCase(random.nextLong(), code.bytes());
    }

    /// push WORD; fldcw [rsp]. One time in four an exception is unmasked.
    private void setControlWord() {
        traps = random.nextInt(4) == 0;
        int masks = traps ? random.nextInt(64) : 0x3f;
        int word = masks | random.nextInt(4) << 10 | new int[] {0, 2, 3, 3}[random.nextInt(4)] << 8;
        code.emit(0x68, word, word >> 8, 0, 0, 0xd9, 0x2c, 0x24);
    }

    private void load() {
        switch (random.nextInt(12)) {
            case 0, 1, 2 -> memory(0xd9, 0);
            case 3, 4 -> memory(0xdd, 0);
            case 5 -> memory(0xdb, 5);
            case 6, 7 -> memory(0xdf, 5);
            case 8 -> memory(0xdb, 0);
            case 9 -> memory(0xdf, 0);
            default -> code.emit(0xd9, 0xe8 + random.nextInt(7));
        }
    }

    /// An instruction with a memory operand somewhere in the data.
    private void memory(int opcode, int reg) {
        code.emit(opcode, 0x04 | reg << 3, 0x25);
        code.emit32((int) SiliconCase.DATA + random.nextInt(0xf00));
    }

    private void instruction() {
        switch (random.nextInt(12)) {
            case 0, 1, 2 ->
                    code.emit(random.nextInt(2) == 0 ? 0xd8 : 0xdc, 0xc0 + random.nextInt(64));
            case 3 -> code.emit(0xde, random.nextInt(2) == 0 ? 0xd9 : arithmetic());
            case 4, 5 ->
                    memory(
                            new int[] {0xd8, 0xdc, 0xda, 0xde}[random.nextInt(4)],
                            random.nextInt(8));
            case 6 -> code.emit(0xda + random.nextInt(2), 0xc0 + random.nextInt(32));
            case 7 ->
                    code.emit(new int[] {0xdb, 0xdf}[random.nextInt(2)], 0xe8 + random.nextInt(16));
            case 8 -> store();
            case 9 -> code.emit(0xd9, exact());
            case 10 ->
                    code.emit(
                            0xdd,
                            0xc0
                                    + 8 * new int[] {0, 2, 3, 4, 5}[random.nextInt(5)]
                                    + random.nextInt(8));
            default -> rare();
        }
    }

    private int arithmetic() {
        return new int[] {0xc0, 0xc8, 0xe0, 0xe8, 0xf0, 0xf8}[random.nextInt(6)]
                + random.nextInt(8);
    }

    /// The functions without an operand whose result is the same on every processor. What FSCALE
    /// leaves where an unmasked overflow is out of all range is not.
    private int exact() {
        int[] functions = {
            0xe0, 0xe1, 0xe4, 0xe5, 0xf4, 0xf5, 0xf6, 0xf7, 0xf8, 0xfa, 0xfc, 0xd0, 0xfd
        };
        return functions[random.nextInt(traps ? 12 : 13)];
    }

    private void store() {
        int[][] stores = {
            {0xd9, 2}, {0xd9, 3}, {0xdd, 2}, {0xdd, 3}, {0xdb, 7}, {0xdb, 2}, {0xdb, 3}, {0xdb, 1},
            {0xdf, 2}, {0xdf, 3}, {0xdf, 1}, {0xdf, 7}, {0xdd, 1}, {0xdf, 6}
        };
        int[] store = stores[random.nextInt(stores.length)];
        memory(store[0], store[1]);
    }

    private void rare() {
        switch (random.nextInt(8)) {
            case 0 -> code.emit(0xd9, 0xc0 + random.nextInt(16));
            case 1 -> code.emit(0xdf, 0xe0);
            case 2 -> memory(0xdd, 7);
            case 3 -> memory(0xd9, 7);
            case 4 -> code.emit(0xdb, 0xe2);
            case 5 -> code.emit(0xda, 0xe9);
            case 6 -> code.emit(0x9b);
            default -> code.emit(0xdf, 0xc0 + random.nextInt(8));
        }
    }
}
