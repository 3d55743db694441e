package io.xenarium.bench;

import io.xenarium.bench.view.ChannelsView;
import io.xenarium.bench.view.CpuView;
import io.xenarium.bench.view.DomainView;
import io.xenarium.bench.view.Focus;
import io.xenarium.bench.view.Scene;
import io.xenarium.machine.Memory;
import io.xenarium.machine.code.Decoder;
import io.xenarium.machine.code.Disassembler;
import io.xenarium.machine.code.Instruction;
import io.xenarium.machine.code.Mode;
import io.xenarium.machine.cpu.PageWalk;
import io.xenarium.machine.cpu.Registers;
import io.xenarium.toolstack.Host;
import io.xenarium.trace.XenEvent;
import io.xenarium.xen.Domain;
import io.xenarium.xen.Vcpu;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Takes pictures of a computer, also in the middle of a hypercall. It only looks.
final class Photographer {
    /// What a picture holds.
    record Picture(
            List<DomainView> domains,
            Optional<CpuView> cpu,
            ChannelsView channels,
            Map<String, Object> views) {
        /// The same picture, with what differs from `before` named.
        Picture since(Picture before) {
            Optional<CpuView> compared = cpu.map(now -> before.cpu.map(now::since).orElse(now));
            return new Picture(domains, compared, channels.since(before.channels), views);
        }
    }

    private final Host host;
    private final EventLog log;
    private final CreditLog credits;
    private final Watched watched;
    private final Decoder decoder = new Decoder();
    private int focusDomain = -1;
    private int focusVcpu;

    /// Of the host of `computer`; its pictures contain the views that are `watched`.
    Photographer(Computer computer, Watched watched) {
        host = computer.host();
        log = computer.log();
        credits = computer.credits();
        this.watched = watched;
    }

    /// A picture of now. In focus is the vCPU that the newest event is about, else the one before.
    Picture take(Optional<XenEvent> newest) {
        newest.filter(event ->
                        event.stamp().domain().isDomain() && event.stamp().domain().value() > 0)
                .ifPresent(event -> {
                    focusDomain = event.stamp().domain().value();
                    focusVcpu = event.stamp().vcpu().value();
                });
        Scene scene = new Scene(host, log::range, credits::range, host.trace().seq(), now());
        return new Picture(
                DomainView.of(host),
                focus().map(this::cpu),
                ChannelsView.of(host),
                watched.take(scene, wallMillis()));
    }

    /// From now on, and for a while, pictures contain this view. Returns the key that it has there.
    String watch(String page, String name, Focus focus) {
        return watched.watch(page, name, focus, wallMillis());
    }

    private long now() {
        return host.machine().clock().nanos();
    }

    private static long wallMillis() {
        return System.nanoTime() / 1_000_000;
    }

    private Optional<Vcpu> focus() {
        List<Domain> guests =
                host.hypervisor().domains().stream().filter(it -> !it.isControl()).toList();
        return guests.stream()
                .filter(domain -> domain.id().value() == focusDomain)
                .findFirst()
                .or(() -> guests.stream().findFirst())
                .map(domain -> domain.vcpus().get(Math.min(focusVcpu, domain.vcpus().size() - 1)));
    }

    private CpuView cpu(Vcpu vcpu) {
        return CpuView.of(vcpu, nextInstruction(vcpu.registers()));
    }

    /// The instruction at rip in words, empty where none can be read.
    private String nextInstruction(Registers registers) {
        byte[] code = code(registers);
        if (code.length == 0) {
            return "";
        }
        Instruction instruction = decoder.decode(code, 0, code.length, Mode.LONG);
        return Disassembler.att(instruction, code, 0, Mode.LONG, registers.rip);
    }

    /// As many bytes from rip on as an instruction can have and as are mapped.
    private byte[] code(Registers registers) {
        Memory memory = host.machine().memory();
        byte[] code = new byte[Decoder.MAX_BYTES];
        int read = 0;
        while (read < code.length && registers.cr3 != 0) {
            PageWalk.Result walk =
                    host.hypervisor().look(registers, registers.rip + read, PageWalk.FETCH);
            if (!walk.isAllowed() || !memory.holds(walk.maddr() >>> 12)) {
                break;
            }
            code[read] = memory.getByte(walk.maddr());
            read++;
        }
        return java.util.Arrays.copyOf(code, read);
    }
}
