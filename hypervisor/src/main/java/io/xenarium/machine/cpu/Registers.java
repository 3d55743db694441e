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

    /// [#segmentAccess] of a present, accessed, flat 64-bit code segment of privilege 3.
    public static final int CODE_64 = 0xa0fb;

    /// [#segmentAccess] of a present, accessed, flat 32-bit code segment of privilege 3.
    public static final int CODE_32 = 0xc0fb;

    /// [#segmentAccess] of a present, accessed, writable, flat data segment of privilege 3.
    public static final int DATA_FLAT = 0xc0f3;

    /// EFER: long mode is active.
    private static final long EFER_LMA = 1 << 10;

    /// [#segmentAccess] of a segment register that holds a null selector.
    public static final int UNUSABLE = 0;

    public long rip;

    /// RFLAGS; bit 1 is always set.
    public long rflags = 2;

    /// Selectors of es, cs, ss, ds, fs, gs, and the base addresses that go with them.
    public final int[] selector = new int[6];

    public final long[] segmentBase = new long[6];

    /// The byte limits of the segments, used by 32-bit code only.
    public final int[] segmentLimit = {-1, -1, -1, -1, -1, -1};

    /// What the segments' descriptors say: bits 8 to 23 of a descriptor's upper half, shifted down
    /// by 8 (type, S, DPL, P; then AVL, L, D, G from bit 12), or [#UNUSABLE]. A fresh vCPU runs
    /// 64-bit code at privilege 3.
    public final int[] segmentAccess = {UNUSABLE, CODE_64, DATA_FLAT, UNUSABLE, UNUSABLE, UNUSABLE};

    /// The privilege level: 0 to 3. The same as the low two bits of cs.
    public int cpl = 3;

    /// Protected mode with paging; supervisor stores obey write protection.
    public long cr0 = 0x8005_0033L;

    public long cr2;

    /// The machine address of the top-level page table; the low 12 bits are zero.
    public long cr3;

    /// PAE, FXSAVE and SSE in use.
    public long cr4 = 0x620;

    /// SYSCALL, long mode, no-execute.
    public long efer = 0xd01;

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

    /// The x87 control and status words and the tag word in its short form: bit n is set where
    /// physical register n is in use.
    public int fcw = 0x37f;

    public int fsw;
    public int ftw;

    /// The x87 registers by their physical number: mantissa, then sign and exponent.
    public final long[] x87 = new long[16];

    /// What the x87 remembers of its last instruction: eleven bits of its opcode, where it was, and
    /// where its last operand in memory; offsets, and the selectors that go with them.
    public int fop;

    public long fip;
    public int fcs;
    public long fdp;
    public int fds;

    /// The time-stamp counter. The hypervisor sets it before a run, [Cpu#run] advances it by what
    /// it retires.
    public long tsc;

    /// IA32_TSC_AUX, which RDTSCP returns.
    public int tscAux;

    /// GS base that SWAPGS exchanges with the one in use.
    public long kernelGsBase;

    /// What CPUID answers to the owner of these registers, or null for what the processor answers
    /// by itself. It is the hypervisor's: no part of what is kept.
    public CpuidPolicy cpuid;

    /// What only a bare processor has.
    public final SystemRegisters system = new SystemRegisters();

    /// Loads `segment` as if its descriptor had been read: the base 0, the limit 4 GiB.
    ///
    /// @param access what the descriptor says, one of the constants above
    public void setFlat(int segment, int newSelector, int access) {
        selector[segment] = newSelector;
        segmentBase[segment] = 0;
        segmentLimit[segment] = -1;
        segmentAccess[segment] = access;
    }

    /// Puts a null selector into `segment`. Its base stays 0, which 64-bit code may use.
    public void setNull(int segment, int nullSelector) {
        selector[segment] = nullSelector;
        segmentBase[segment] = 0;
        segmentLimit[segment] = 0;
        segmentAccess[segment] = UNUSABLE;
    }

    /// Whether the processor is in long mode, of which compatibility code is a part: EFER.LMA.
    public boolean isLongModeActive() {
        return (efer & EFER_LMA) != 0;
    }

    /// Whether cs holds 64-bit code.
    public boolean inLongMode() {
        return (segmentAccess[CS] & 0x2000) != 0 && isLongModeActive();
    }

    @Override
    public void save(DataOutput out) throws IOException {
        writeAll(out, gpr);
        out.writeLong(rip);
        out.writeLong(rflags);
        writeAll(out, selector);
        writeAll(out, segmentLimit);
        writeAll(out, segmentAccess);
        writeAll(out, segmentBase);
        out.writeInt(cpl);
        writeAll(out, cr0, cr2, cr3, cr4, efer, gdtBase, ldtBase);
        out.writeInt(gdtLimit);
        out.writeInt(ldtLimit);
        writeAll(out, debug);
        writeAll(out, xmm);
        out.writeInt(mxcsr);
        writeAll(out, new int[] {fcw, fsw, ftw, fop, fcs, fds, tscAux});
        writeAll(out, x87);
        writeAll(out, fip, fdp, tsc, kernelGsBase);
        system.save(out);
    }

    @Override
    public void load(DataInput in) throws IOException {
        readAll(in, gpr);
        rip = in.readLong();
        rflags = in.readLong();
        readAll(in, selector);
        readAll(in, segmentLimit);
        readAll(in, segmentAccess);
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
        fcw = in.readInt();
        fsw = in.readInt();
        ftw = in.readInt();
        fop = in.readInt();
        fcs = in.readInt();
        fds = in.readInt();
        tscAux = in.readInt();
        readAll(in, x87);
        fip = in.readLong();
        fdp = in.readLong();
        tsc = in.readLong();
        kernelGsBase = in.readLong();
        system.load(in);
    }

    private static void writeAll(DataOutput out, long... values) throws IOException {
        for (long value : values) {
            out.writeLong(value);
        }
    }

    private static void writeAll(DataOutput out, int[] values) throws IOException {
        for (int value : values) {
            out.writeInt(value);
        }
    }

    private static void readAll(DataInput in, int[] values) throws IOException {
        for (int i = 0; i < values.length; i++) {
            values[i] = in.readInt();
        }
    }

    private static void readAll(DataInput in, long[] values) throws IOException {
        for (int i = 0; i < values.length; i++) {
            values[i] = in.readLong();
        }
    }
}
