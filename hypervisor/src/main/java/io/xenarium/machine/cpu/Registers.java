package io.xenarium.machine.cpu;

import io.xenarium.machine.Kept;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/// What a guest can see of its processor, and what a context switch has to keep. Fields are public
/// and bare, because this is the interpreter's working set.
public final class Registers implements Kept {
    public static final int RAX = 0;
    public static final int RCX = 1;
    public static final int RDX = 2;
    public static final int RBX = 3;
    public static final int RSP = 4;
    public static final int RBP = 5;
    public static final int RSI = 6;
    public static final int RDI = 7;
    public static final int R8 = 8;
    public static final int R9 = 9;
    public static final int R10 = 10;
    public static final int R11 = 11;

    /// Segment registers, in the order of the instruction encoding.
    public static final int ES = 0;

    public static final int CS = 1;
    public static final int SS = 2;
    public static final int DS = 3;
    public static final int FS = 4;
    public static final int GS = 5;

    /// rax, rcx, rdx, rbx, rsp, rbp, rsi, rdi, r8 … r15: the order of the instruction encoding.
    public final long[] gpr = new long[16];

    public long rip;

    /// RFLAGS; bit 1 is always set.
    public long rflags = 2;

    /// Selectors of es, cs, ss, ds, fs, gs, and the base addresses that go with them.
    public final int[] selector = new int[6];

    public final long[] segmentBase = new long[6];

    /// The privilege level: 0 to 3.
    public int cpl;

    public long cr0;
    public long cr2;

    /// The machine address of the top-level page table; the low 12 bits are zero.
    public long cr3;

    public long cr4;
    public long efer;

    /// Linear address and limit of the descriptor tables.
    public long gdtBase;

    public int gdtLimit;
    public long ldtBase;
    public int ldtLimit;

    /// DR0 … DR3, DR6, DR7 at their own index; 4 and 5 are unused.
    public final long[] debug = new long[8];

    /// XMM0 … XMM15: low and high half, two longs each.
    public final long[] xmm = new long[32];

    public int mxcsr = 0x1f80;

    @Override
    public void save(DataOutput out) throws IOException {
        writeAll(out, gpr);
        out.writeLong(rip);
        out.writeLong(rflags);
        for (int s : selector) {
            out.writeInt(s);
        }
        writeAll(out, segmentBase);
        out.writeInt(cpl);
        writeAll(out, cr0, cr2, cr3, cr4, efer, gdtBase, ldtBase);
        out.writeInt(gdtLimit);
        out.writeInt(ldtLimit);
        writeAll(out, debug);
        writeAll(out, xmm);
        out.writeInt(mxcsr);
    }

    @Override
    public void load(DataInput in) throws IOException {
        readAll(in, gpr);
        rip = in.readLong();
        rflags = in.readLong();
        for (int i = 0; i < selector.length; i++) {
            selector[i] = in.readInt();
        }
        readAll(in, segmentBase);
        cpl = in.readInt();
        cr0 = in.readLong();
        cr2 = in.readLong();
        cr3 = in.readLong();
        cr4 = in.readLong();
        efer = in.readLong();
        gdtBase = in.readLong();
        ldtBase = in.readLong();
        gdtLimit = in.readInt();
        ldtLimit = in.readInt();
        readAll(in, debug);
        readAll(in, xmm);
        mxcsr = in.readInt();
    }

    private static void writeAll(DataOutput out, long... values) throws IOException {
        for (long value : values) {
            out.writeLong(value);
        }
    }

    private static void readAll(DataInput in, long[] values) throws IOException {
        for (int i = 0; i < values.length; i++) {
            values[i] = in.readLong();
        }
    }
}
