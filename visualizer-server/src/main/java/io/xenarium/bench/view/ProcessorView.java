package io.xenarium.bench.view;

import io.xenarium.machine.cpu.Registers;
import io.xenarium.trace.XenEvent;
import io.xenarium.xen.RegisterDump;
import io.xenarium.xen.Vcpu;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// One vCPU's processor: its registers, on which of three floors it is, the way between floors that
/// it is just taking, and the instructions around rip.
///
/// @param floor who has the processor: `user`, `kernel` or `xen`
/// @param runstate what the vCPU is doing: running, runnable, blocked, offline
/// @param registers by name, 16 digits of hex; rip and rflags among them
/// @param flags the flags that are set, of those that have a name
/// @param tape instructions before and behind rip, as far as they can be read
/// @param lift the way between two floors at this very moment, null where there is none
/// @param next the instruction at rip in words, empty where it cannot be read
public record ProcessorView(
        int domain,
        int vcpu,
        String floor,
        String runstate,
        Map<String, String> registers,
        List<String> flags,
        List<Tape.Line> tape,
        Lift lift,
        String next,
        String text) {
    private static final List<String> NAMES =
            List.of(
                    "rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi", "r8", "r9", "r10",
                    "r11", "r12", "r13", "r14", "r15");

    /// Flags by their bit in RFLAGS (Intel SDM vol. 1, 3.4.3).
    private static final Map<Integer, String> FLAGS = new LinkedHashMap<>();

    static {
        String[] names = {
            "0 CF", "2 PF", "4 AF", "6 ZF", "7 SF", "8 TF", "9 IF", "10 DF", "11 OF", "18 AC",
            "21 ID"
        };
        for (String name : names) {
            String[] both = name.split(" ");
            FLAGS.put(Integer.parseInt(both[0]), both[1]);
        }
    }

    /// The vCPU that `focus` asks for: `domain`, `vcpu`; by default the first of the youngest
    /// guest.
    static ProcessorView of(Scene scene, Focus focus) {
        Vcpu vcpu = focus.vcpu(scene.host());
        Registers now = vcpu.registers();
        Lift lift = newest(scene).map(event -> Lift.of(event, vcpu, scene)).orElse(null);
        List<Tape.Line> tape = Tape.around(scene.host().hypervisor(), now);
        String next =
                tape.stream()
                        .filter(Tape.Line::isNext)
                        .map(Tape.Line::words)
                        .findFirst()
                        .orElse("");
        String floor =
                lift != null && lift.isInXen() ? "xen" : vcpu.isKernelMode() ? "kernel" : "user";
        return new ProcessorView(
                vcpu.domain().id().value(),
                vcpu.id().value(),
                floor,
                vcpu.runstate().name().toLowerCase(java.util.Locale.ROOT),
                registers(now),
                flags(now.rflags),
                tape,
                lift,
                next,
                text(vcpu, floor, lift, tape));
    }

    /// The newest event, where nothing has been executed since.
    private static java.util.Optional<XenEvent> newest(Scene scene) {
        return scene.past().range(Math.max(1, scene.t()), scene.t()).stream()
                .filter(event -> event.stamp().time().value() == scene.nanos())
                .findFirst();
    }

    private static Map<String, String> registers(Registers now) {
        Map<String, String> values = new LinkedHashMap<>();
        for (int i = 0; i < NAMES.size(); i++) {
            values.put(NAMES.get(i), "%016x".formatted(now.gpr[i]));
        }
        values.put("rip", "%016x".formatted(now.rip));
        values.put("rflags", "%016x".formatted(now.rflags));
        return values;
    }

    private static List<String> flags(long rflags) {
        List<String> set = new ArrayList<>();
        FLAGS.forEach((bit, name) -> {
            if ((rflags >>> bit & 1) != 0) {
                set.add(name);
            }
        });
        return set;
    }

    private static String text(Vcpu vcpu, String floor, Lift lift, List<Tape.Line> tape) {
        StringBuilder out = new StringBuilder(RegisterDump.of(vcpu));
        out.append("who runs: ").append(floor).append('\n');
        if (lift != null) {
            out.append("%s to %s: %s%n".formatted(lift.from(), lift.to(), lift.words()));
            lift.cargo()
                    .forEach(row ->
                            out.append(
                                    "  %-10s %s  %s%n"
                                            .formatted(row.name(), row.value(), row.meaning())));
        }
        out.append("code:\n");
        for (Tape.Line line : tape) {
            out.append(
                    "%s %s  %-31s %s%n"
                            .formatted(
                                    line.isNext() ? ">" : " ",
                                    line.address(),
                                    line.bytes(),
                                    line.words()));
        }
        return out.toString().replace("\r\n", "\n");
    }
}
