package io.xenarium.machine.code;

import io.xenarium.machine.cpu.Exit;
import io.xenarium.machine.cpu.Fault;
import io.xenarium.machine.cpu.PageWalk;
import io.xenarium.machine.cpu.Registers;

import java.util.Arrays;
import java.util.HexFormat;

/// A string instruction, one iteration after the other (Intel SDM vol. 2, "REP", "MOVS", "STOS",
/// "LODS", "SCAS", "CMPS"), on a few pages with rights of their own.
final class PlainRepetition {
    static final int PAGES = 4;

    final long[] gpr = new long[16];
    long flags;
    private final int opcode;
    private final int bytes;
    private final int repeat;
    private final int addressBytes;
    private final long[] rights;
    private byte[] memory;
    private long base;
    private boolean isBackward;
    private long iterations;
    private Exit fault;

    /// @param opcode of the instruction for bytes
    /// @param repeat the prefix, or 0
    /// @param rights of each page, as bits of its page table entry
    PlainRepetition(int opcode, int bytes, int repeat, int addressBytes, long[] rights) {
        this.opcode = opcode;
        this.bytes = bytes;
        this.repeat = repeat;
        this.addressBytes = addressBytes;
        this.rights = rights;
    }

    int[] code(boolean isLong) {
        int[] code = new int[4];
        int size = 0;
        if (bytes == 2) {
            code[size++] = 0x66;
        }
        if (isLong && addressBytes == 4) {
            code[size++] = 0x67;
        }
        if (repeat != 0) {
            code[size++] = repeat;
        }
        if (bytes == 8) {
            code[size++] = 0x48;
        }
        code = Arrays.copyOf(code, size + 1);
        code[size] = opcode + (bytes == 1 ? 0 : 1);
        return code;
    }

    void begin(Registers r, byte[] contents, long start) {
        System.arraycopy(r.gpr, 0, gpr, 0, 16);
        flags = r.rflags & Flags.ARITHMETIC;
        isBackward = (r.rflags & Flags.DF) != 0;
        memory = contents;
        base = start;
    }

    void run() {
        while (fault == null && (repeat == 0 || gpr[Registers.RCX] != 0)) {
            once();
            if (fault != null) {
                return;
            }
            iterations++;
            if (repeat == 0) {
                return;
            }
            gpr[Registers.RCX]--;
            boolean compares = opcode == 0xae || opcode == 0xa6;
            boolean isZero = (flags & Flags.ZF) != 0;
            if (compares && isZero == (repeat == 0xf2)) {
                return;
            }
        }
    }

    private void once() {
        switch (opcode) {
            case 0xac -> {
                long value = read(gpr[Registers.RSI]);
                if (fault == null) {
                    long kept = bytes == 4 ? 0 : gpr[Registers.RAX] & ~mask();
                    gpr[Registers.RAX] = kept | value;
                    step(Registers.RSI);
                }
            }
            case 0xaa -> {
                write(gpr[Registers.RDI], gpr[Registers.RAX] & mask());
                step(Registers.RDI);
            }
            case 0xae -> {
                long b = read(gpr[Registers.RDI]);
                compare(gpr[Registers.RAX] & mask(), b);
                step(Registers.RDI);
            }
            case 0xa4 -> {
                long value = read(gpr[Registers.RSI]);
                write(gpr[Registers.RDI], value);
                step(Registers.RSI);
                step(Registers.RDI);
            }
            default -> {
                long a = read(gpr[Registers.RSI]);
                long b = read(gpr[Registers.RDI]);
                compare(a, b);
                step(Registers.RSI);
                step(Registers.RDI);
            }
        }
    }

    private long mask() {
        return bytes == 8 ? -1 : (1L << 8 * bytes) - 1;
    }

    private void step(int register) {
        if (fault == null) {
            gpr[register] += isBackward ? -bytes : bytes;
            gpr[register] &= addressBytes == 4 ? 0xffff_ffffL : -1;
        }
    }

    private long read(long vaddr) {
        require(vaddr, 0);
        long value = 0;
        for (int i = bytes - 1; i >= 0 && fault == null; i--) {
            value = value << 8 | memory[(int) (vaddr - base) + i] & 0xff;
        }
        return value;
    }

    private void write(long vaddr, long value) {
        require(vaddr, PageWalk.WRITE);
        for (int i = 0; i < bytes && fault == null; i++) {
            memory[(int) (vaddr - base) + i] = (byte) (value >>> 8 * i);
        }
    }

    /// Faults where one of the bytes may not be accessed: at the first of them in its page.
    private void require(long vaddr, int access) {
        for (int i = 0; i < bytes && fault == null; i++) {
            long at = vaddr + i;
            boolean isThere = at >= base && at < base + PAGES * 4096L;
            long right = isThere ? rights[(int) (at - base) >> 12] : 0;
            boolean isPresent = (right & PageWalk.P) != 0;
            if (!isPresent || access != 0 && (right & PageWalk.RW) == 0) {
                int error = (isPresent ? 1 : 0) | access | PageWalk.USER;
                fault = new Exit.Fault(Fault.PF, error, at);
            }
        }
    }

    private void compare(long a, long b) {
        if (fault != null) {
            return;
        }
        long top = mask() ^ mask() >>> 1;
        long difference = a - b & mask();
        boolean overflows = ((a ^ b) & (a ^ difference) & top) != 0;
        boolean isEven = Integer.bitCount((int) difference & 0xff) % 2 == 0;
        flags =
                (Long.compareUnsigned(a, b) < 0 ? Flags.CF : 0)
                        | (difference == 0 ? Flags.ZF : 0)
                        | ((difference & top) != 0 ? Flags.SF : 0)
                        | (overflows ? Flags.OF : 0)
                        | (isEven ? Flags.PF : 0)
                        | (((a ^ b ^ difference) & 16) != 0 ? Flags.AF : 0);
    }

    String end() {
        return fault == null ? "done" : fault.toString();
    }

    /// How many instructions have retired: as many as iterations, and one where there is none.
    long retired() {
        return iterations == 0 && fault == null ? 1 : iterations;
    }

    String memory() {
        return text(memory);
    }

    static String text(byte[] memory) {
        return Integer.toHexString(Arrays.hashCode(memory));
    }

    @Override
    public String toString() {
        byte[] code = new byte[5];
        int[] ints = code(addressBytes == 4);
        for (int i = 0; i < ints.length; i++) {
            code[i] = (byte) ints[i];
        }
        return "%s rsi %x rdi %x rcx %x rights %s"
                .formatted(
                        HexFormat.of().formatHex(code),
                        gpr[Registers.RSI],
                        gpr[Registers.RDI],
                        gpr[Registers.RCX],
                        Arrays.toString(rights));
    }
}
