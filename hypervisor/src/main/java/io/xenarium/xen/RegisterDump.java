package io.xenarium.xen;

import io.xenarium.machine.cpu.Registers;

/// The registers of a vCPU as text, in the form in which Xen prints them when a domain crashes
/// (xen/arch/x86/x86_64/traps.c, show_registers).
public final class RegisterDump {
    private RegisterDump() {}

    /// The dump, several lines.
    public static String of(Vcpu vcpu) {
        Registers registers = vcpu.registers();
        long[] gpr = registers.gpr;
        int[] selector = registers.selector;
        String who = vcpu.domain().id() + "" + vcpu.id();
        StringBuilder text = new StringBuilder();
        text.append("RIP:    %04x:[<%016x>]\n".formatted(selector[Registers.CS], registers.rip));
        text.append("RFLAGS: %016x   ".formatted(registers.rflags));
        text.append("CONTEXT: pv guest %s (%s)\n".formatted(who, mode(vcpu)));
        line(text, "rax", gpr[0], "rbx", gpr[3], "rcx", gpr[1]);
        line(text, "rdx", gpr[2], "rsi", gpr[6], "rdi", gpr[7]);
        line(text, "rbp", gpr[5], "rsp", gpr[4], "r8 ", gpr[8]);
        line(text, "r9 ", gpr[9], "r10", gpr[10], "r11", gpr[11]);
        line(text, "r12", gpr[12], "r13", gpr[13], "r14", gpr[14]);
        line(text, "r15", gpr[15], "cr0", registers.cr0, "cr4", registers.cr4);
        line(text, "cr3", registers.cr3, "cr2", registers.cr2, "fsb", base(vcpu, Registers.FS));
        line(text, "gsb", base(vcpu, Registers.GS), "gss", vcpu.otherGsBase);
        text.append(
                "ds: %04x   es: %04x   fs: %04x   gs: %04x   ss: %04x   cs: %04x\n"
                        .formatted(
                                selector[Registers.DS],
                                selector[Registers.ES],
                                selector[Registers.FS],
                                selector[Registers.GS],
                                selector[Registers.SS],
                                selector[Registers.CS]));
        return text.toString();
    }

    private static String mode(Vcpu vcpu) {
        return vcpu.isKernelMode() ? "kernel" : "user";
    }

    private static long base(Vcpu vcpu, int segment) {
        return vcpu.registers().segmentBase[segment];
    }

    private static void line(StringBuilder text, Object... namesAndValues) {
        for (int i = 0; i < namesAndValues.length; i += 2) {
            text.append(i == 0 ? "" : "   ");
            text.append("%s: %016x".formatted(namesAndValues[i], namesAndValues[i + 1]));
        }
        text.append('\n');
    }
}
