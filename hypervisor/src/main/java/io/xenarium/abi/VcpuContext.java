package io.xenarium.abi;

/// Where the fields lie of the state that a vCPU begins with (public/arch-x86/xen.h, struct
/// vcpu_guest_context, for 64-bit guests).
public final class VcpuContext {
    private VcpuContext() {}

    public static final int BYTES = 5168;

    /// 512 bytes as FXSAVE leaves them, at the beginning.
    public static final int FPU = 0;

    /// u64: VGCF_*.
    public static final int FLAGS = 512;

    public static final int FPU_VALID = 1;
    public static final int IN_KERNEL = 4;
    public static final int FAILSAFE_MASKS_EVENTS = 8;
    public static final int SYSCALL_MASKS_EVENTS = 16;

    /// The vCPU runs at once and does not wait for VCPUOP_up.
    public static final int ONLINE = 32;

    /// struct cpu_user_regs: the general registers, each a u64, in the order of [#GPR_ORDER].
    public static final int USER_REGS = 520;

    /// Which register of the instruction encoding stands where: r15 to r12, rbp, rbx, r11 to r8,
    /// rax, rcx, rdx, rsi, rdi.
    private static final int[] GPR_ORDER = {15, 14, 13, 12, 5, 3, 11, 10, 9, 8, 0, 1, 2, 6, 7};

    /// The registers of the encoding in the order in which they lie from [#USER_REGS] on.
    public static int[] gprOrder() {
        return GPR_ORDER.clone();
    }

    public static final int RIP = USER_REGS + 128;
    public static final int CS = USER_REGS + 136;
    public static final int RFLAGS = USER_REGS + 144;
    public static final int RSP = USER_REGS + 152;
    public static final int SS = USER_REGS + 160;
    public static final int ES = USER_REGS + 168;
    public static final int DS = USER_REGS + 176;
    public static final int FS = USER_REGS + 184;
    public static final int GS = USER_REGS + 192;

    /// 256 times {u8 vector, u8 flags, u16 cs, u64 address @8}.
    public static final int TRAPS = 720;

    public static final int LDT_BASE = 4816;
    public static final int LDT_ENTRIES = 4824;

    /// 16 mfns, u64 each.
    public static final int GDT_FRAMES = 4832;

    public static final int GDT_ENTRIES = 4960;
    public static final int KERNEL_SS = 4968;
    public static final int KERNEL_SP = 4976;

    /// The root for programs, shifted by 12, in place of cr1; 0 for none.
    public static final int USER_TABLE = 4984 + 8;

    public static final int CR3 = 4984 + 24;

    /// dr0 to dr7.
    public static final int DEBUG = 5048;

    public static final int EVENT_CALLBACK = 5112;
    public static final int FAILSAFE_CALLBACK = 5120;
    public static final int SYSCALL_CALLBACK = 5128;
    public static final int FS_BASE = 5144;
    public static final int GS_BASE_KERNEL = 5152;
    public static final int GS_BASE_USER = 5160;
}
