package io.xenarium.bench.view;

import io.xenarium.machine.cpu.Registers;
import io.xenarium.xen.Vcpu;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The registers of one vCPU.
///
/// @param symbolic the instruction that comes next, in words of the assembler
/// @param registers by name, each 16 digits of hex
/// @param changed the names of those that differ from the picture before
public record CpuView(
        int domain,
        int vcpu,
        String rip,
        String symbolic,
        Map<String, String> registers,
        List<String> changed) {
    private static final List<String> NAMES =
            List.of(
                    "rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi", "r8", "r9", "r10",
                    "r11", "r12", "r13", "r14", "r15");

    /// The registers of `vcpu` as they are now.
    public static CpuView of(Vcpu vcpu, String symbolic) {
        Registers now = vcpu.registers();
        Map<String, String> values = new LinkedHashMap<>();
        for (int i = 0; i < NAMES.size(); i++) {
            values.put(NAMES.get(i), hex(now.gpr[i]));
        }
        values.put("rip", hex(now.rip));
        values.put("rflags", hex(now.rflags));
        return new CpuView(
                vcpu.domain().id().value(),
                vcpu.id().value(),
                hex(now.rip),
                symbolic,
                values,
                List.of());
    }

    /// The same, with what differs from `before` named; of another vCPU nothing is comparable.
    public CpuView since(CpuView before) {
        List<String> differ = new ArrayList<>();
        if (before.domain == domain && before.vcpu == vcpu) {
            registers.forEach((name, value) -> {
                if (!value.equals(before.registers.get(name))) {
                    differ.add(name);
                }
            });
        }
        return new CpuView(domain, vcpu, rip, symbolic, registers, differ);
    }

    private static String hex(long value) {
        return "%016x".formatted(value);
    }
}
