package io.xenarium.bench.view;

import io.xenarium.machine.Memory;
import io.xenarium.machine.code.Decoder;
import io.xenarium.machine.code.Disassembler;
import io.xenarium.machine.code.Instruction;
import io.xenarium.machine.code.Mode;
import io.xenarium.machine.code.Op;
import io.xenarium.machine.cpu.PageWalk;
import io.xenarium.machine.cpu.Registers;
import io.xenarium.xen.Hypervisor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// The instructions around rip, disassembled from memory. Reading changes nothing.
///
/// What stands before rip is a guess, since nothing in memory says where an instruction begins: of
/// the places before it, one from which decoding comes out exactly at rip.
final class Tape {
    private static final int BACK_BYTES = 40;
    private static final int BEFORE = 5;
    private static final int BEHIND = 9;

    /// One instruction.
    ///
    /// @param bytes in hex
    /// @param isNext whether rip is here
    public record Line(String address, String bytes, String words, boolean isNext) {}

    private final Hypervisor xen;
    private final Memory memory;
    private final Registers registers;
    private final Decoder decoder = new Decoder();

    private Tape(Hypervisor xen, Registers registers) {
        this.xen = xen;
        memory = xen.machine().memory();
        this.registers = registers;
    }

    /// The lines in the order of their addresses; none where the code at rip cannot be read.
    static List<Line> around(Hypervisor xen, Registers registers) {
        return registers.cr3 == 0 ? List.of() : new Tape(xen, registers).lines();
    }

    private List<Line> lines() {
        byte[] ahead = read(registers.rip, BEHIND * Decoder.MAX_BYTES);
        if (ahead.length == 0) {
            return List.of();
        }
        List<Line> lines = new ArrayList<>(before());
        int at = 0;
        for (int i = 0; i < BEHIND && at < ahead.length; i++) {
            Instruction it = decode(ahead, at);
            lines.add(line(ahead, at, it, registers.rip + at));
            at += it.length();
        }
        return lines;
    }

    private List<Line> before() {
        for (int back = BACK_BYTES; back > 0; back--) {
            byte[] code = read(registers.rip - back, back);
            if (code.length == back && comesOut(code)) {
                return lastOf(code);
            }
        }
        return List.of();
    }

    /// Whether decoding all of `code` ends at its end, with nothing in it that is no instruction.
    private boolean comesOut(byte[] code) {
        int at = 0;
        while (at < code.length) {
            Instruction it = decode(code, at);
            if (it.isUndefined() || it.op() == Op.TRUNCATED) {
                return false;
            }
            at += it.length();
        }
        return at == code.length;
    }

    private List<Line> lastOf(byte[] code) {
        List<Line> lines = new ArrayList<>();
        int at = 0;
        while (at < code.length) {
            Instruction it = decode(code, at);
            lines.add(line(code, at, it, registers.rip - code.length + at));
            at += it.length();
        }
        return lines.subList(Math.max(0, lines.size() - BEFORE), lines.size());
    }

    private Instruction decode(byte[] code, int at) {
        return decoder.decode(code, at, code.length - at, mode());
    }

    private Line line(byte[] code, int at, Instruction it, long vaddr) {
        StringBuilder hex = new StringBuilder();
        for (int i = at; i < Math.min(at + it.length(), code.length); i++) {
            hex.append(hex.isEmpty() ? "" : " ").append("%02x".formatted(code[i] & 0xff));
        }
        String words = Disassembler.intel(it, mode(), vaddr);
        return new Line("%016x".formatted(vaddr), hex.toString(), words, vaddr == registers.rip);
    }

    private Mode mode() {
        return registers.inLongMode() ? Mode.LONG : Mode.PROTECTED_32;
    }

    /// As many of `count` bytes as can be fetched one after the other.
    private byte[] read(long vaddr, int count) {
        byte[] bytes = new byte[count];
        int read = 0;
        while (read < count) {
            PageWalk.Result walk =
                    xen.look(registers, vaddr + read, PageWalk.FETCH | PageWalk.USER);
            if (!walk.isAllowed() || !memory.holds(walk.maddr() >>> 12)) {
                break;
            }
            bytes[read] = memory.getByte(walk.maddr());
            read++;
        }
        return Arrays.copyOf(bytes, read);
    }
}
