package io.xenarium.bench.view;

import io.xenarium.abi.Hypercall;
import io.xenarium.machine.Memory;
import io.xenarium.machine.cpu.PageWalk;
import io.xenarium.terms.Vaddr;
import io.xenarium.trace.CpuEvent;
import io.xenarium.trace.Sentence;
import io.xenarium.trace.XenEvent;
import io.xenarium.xen.Vcpu;

import java.util.ArrayList;
import java.util.List;

/// The way from one floor to another that a vCPU takes at this moment, and what it carries.
///
/// @param from `user`, `kernel` or `xen`
/// @param to likewise
/// @param kind `hypercall`, `return`, `trap`, `bounce` or `iret`
/// @param cargo what is carried: arguments, a result, an error code, the words of a frame
public record Lift(String from, String to, String kind, String words, List<Row> cargo) {
    /// One thing that is carried.
    public record Row(String name, String value, String meaning) {}

    private static final String XEN = "xen";
    private static final String KERNEL = "kernel";

    /// What Xen pushes onto a kernel's stack, from the stack pointer upwards, without the error
    /// code (docs/guest-guide/x86/pv-traps.rst).
    private static final List<String> FRAME =
            List.of("rcx", "r11", "rip", "cs", "rflags", "rsp", "ss");

    private static final List<String> MEANINGS =
            List.of(
                    "rcx before: SYSCALL overwrites it",
                    "r11 before: SYSCALL overwrites it",
                    "where it was",
                    "its code segment; bits 32 to 39: the upcall mask",
                    "its flags",
                    "its stack",
                    "its stack segment");

    private static final int WITH_ERROR_CODE =
            1 << 8 | 1 << 10 | 1 << 11 | 1 << 12 | 1 << 13 | 1 << 14 | 1 << 17;

    /// Whether the processor is with Xen after it.
    boolean isInXen() {
        return to.equals(XEN);
    }

    /// The way that `event` is, null where it is none of `vcpu`.
    static Lift of(XenEvent event, Vcpu vcpu, Scene scene) {
        boolean isIts =
                event.stamp().domain().equals(vcpu.domain().id())
                        && event.stamp().vcpu().equals(vcpu.id());
        if (!isIts || !(event instanceof CpuEvent cpu)) {
            return null;
        }
        String guest = vcpu.isKernelMode() ? KERNEL : "user";
        String words = Sentence.of(event);
        return switch (cpu) {
            case CpuEvent.HypercallEntered call ->
                    new Lift(KERNEL, XEN, "hypercall", words, arguments(call));
            case CpuEvent.HypercallReturned back ->
                    new Lift(
                            XEN,
                            KERNEL,
                            "return",
                            words,
                            List.of(new Row("rax", hex(back.result()), "the result")));
            case CpuEvent.Trapped trap -> new Lift(guest, XEN, "trap", words, exception(trap));
            case CpuEvent.Bounced bounced ->
                    new Lift(XEN, KERNEL, "bounce", words, frame(bounced, vcpu, scene));
            case CpuEvent.Returned back ->
                    new Lift(
                            XEN,
                            back.toUser() ? "user" : KERNEL,
                            "iret",
                            words,
                            List.of(new Row("rip", hex(back.rip().value()), "where it goes on")));
        };
    }

    private static List<Row> arguments(CpuEvent.HypercallEntered call) {
        String name = Hypercall.of(call.number()).map(Hypercall::text).orElse("none that exists");
        CpuEvent.Args args = call.args();
        return List.of(
                new Row("rax", hex(call.number()), name),
                new Row("rdi", hex(args.rdi()), "first argument"),
                new Row("rsi", hex(args.rsi()), "second"),
                new Row("rdx", hex(args.rdx()), "third"),
                new Row("r10", hex(args.r10()), "fourth"),
                new Row("r8", hex(args.r8()), "fifth"));
    }

    private static List<Row> exception(CpuEvent.Trapped trap) {
        List<Row> rows = new ArrayList<>();
        rows.add(new Row("vector", Integer.toString(trap.vector()), "what happened"));
        if ((WITH_ERROR_CODE >>> trap.vector() & 1) != 0) {
            rows.add(new Row("error", hex(trap.error()), "error code"));
        }
        if (trap.vector() == 14) {
            rows.add(new Row("cr2", hex(trap.address().value()), "the address"));
        }
        rows.add(new Row("rip", hex(trap.rip().value()), "where the guest was"));
        return rows;
    }

    private static List<Row> frame(CpuEvent.Bounced bounced, Vcpu vcpu, Scene scene) {
        List<Row> rows = new ArrayList<>();
        rows.add(new Row("rip", hex(bounced.handler().value()), "the handler"));
        boolean hasError = bounced.vector() >= 0 && (WITH_ERROR_CODE >>> bounced.vector() & 1) != 0;
        Vaddr at = bounced.stack();
        for (int i = 0; i < FRAME.size(); i++) {
            if (i == 2 && hasError) {
                rows.add(new Row("[error]", word(vcpu, scene, at), "error code"));
                at = at.plus(8);
            }
            rows.add(new Row("[" + FRAME.get(i) + "]", word(vcpu, scene, at), MEANINGS.get(i)));
            at = at.plus(8);
        }
        return rows;
    }

    /// A word of the guest's stack, as its own page tables show it.
    private static String word(Vcpu vcpu, Scene scene, Vaddr at) {
        Memory memory = scene.host().machine().memory();
        PageWalk.Result walk =
                scene.host().hypervisor().look(vcpu.registers(), at.value(), PageWalk.USER);
        boolean isThere = walk.isAllowed() && memory.holds(walk.maddr() >>> 12);
        return isThere ? hex(memory.getLong(walk.maddr())) : "not there";
    }

    private static String hex(long value) {
        return "0x%x".formatted(value);
    }
}
