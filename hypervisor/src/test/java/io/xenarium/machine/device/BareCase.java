package io.xenarium.machine.device;

import io.xenarium.lab03.FourLevels;
import io.xenarium.machine.Machine;
import io.xenarium.machine.Memory;
import io.xenarium.machine.code.Engine;
import io.xenarium.machine.cpu.Cpu;
import io.xenarium.machine.cpu.CpuidPolicy;
import io.xenarium.machine.cpu.Registers;
import io.xenarium.machine.cpu.Role;
import io.xenarium.xen.PagingUnit;

/// A bare board with code at [#CODE], ready to run at privilege 0 in long mode or in protected mode
/// without paging. The first 2 MiB are mapped to themselves; every gate of the IDT leads to
/// [#HANDLERS] + 16 · vector, where a HLT stands.
final class BareCase {
    static final int CODE = 0x10000;
    static final int STACK = 0x20000;
    static final int GDT = 0x1000;
    static final int IDT = 0x2000;
    static final int TSS = 0x3000;
    static final int TABLES = 0x4000;
    static final int HANDLERS = 0x8000;
    static final int IST = 0x28000;
    static final int INNER_STACK = 0x30000;

    final Board board;
    final Registers r;
    final Memory memory;
    private final boolean isLong;

    /// The engines that are tested. The translator translates everything before it executes it.
    enum Kind {
        INTERPRETER(Engine.INTERPRETER),
        TRANSLATOR(Engine.translator(0));

        final Engine engine;

        Kind(Engine engine) {
            this.engine = engine;
        }
    }

    private BareCase(boolean isLong, Kind kind) {
        this.isLong = isLong;
        Machine machine = new Machine(1, 512, 1, (made, _) -> processor(kind.engine, made));
        board = new Board(machine);
        r = board.registers();
        memory = machine.memory();
        describe();
        enter();
    }

    /// A processor with nobody below it, and with the reference's page walk.
    static Cpu processor(Engine engine, Memory memory) {
        Cpu cpu = engine.cpu(memory, CpuidPolicy.processor(), Role.BARE);
        return PagingUnit.into(cpu, memory, new FourLevels.Maker());
    }

    private void describe() {
        long code = isLong ? 0x00af_9b00_0000_ffffL : 0x00cf_9b00_0000_ffffL;
        long[] descriptors = {
            0,
            code,
            0x00cf_9300_0000_ffffL,
            0x00cf_fb00_0000_ffffL,
            0x00cf_f300_0000_ffffL,
            0x00af_fb00_0000_ffffL,
            0x0000_8900_3000_0067L,
            0
        };
        for (int i = 0; i < descriptors.length; i++) {
            memory.setLong(GDT + 8L * i, descriptors[i]);
        }
        r.gdtBase = GDT;
        r.gdtLimit = 8 * descriptors.length - 1;
        r.system.idtBase = IDT;
        r.system.idtLimit = 0xfff;
        r.system.taskBase = TSS;
        r.system.taskLimit = 0x67;
        r.system.taskAccess = 0x8b;
    }

    private void enter() {
        r.rflags = 2;
        r.rip = CODE;
        r.gpr[Registers.RSP] = STACK;
        r.debug[6] = 0xffff_0ff0L;
        r.debug[7] = 0x400;
        r.cpl = 0;
        r.setFlat(Registers.CS, 8, isLong ? 0xa09b : 0xc09b);
        for (int segment : new int[] {Registers.ES, Registers.SS, Registers.DS}) {
            r.setFlat(segment, 0x10, 0xc093);
        }
        for (int vector = 0; vector < 256; vector++) {
            gate(vector, 0, 14, 0);
            memory.setByte(handler(vector), (byte) 0xf4);
        }
    }

    static BareCase longMode(Kind kind) {
        BareCase made = new BareCase(true, kind);
        made.r.cr0 = 0x8001_0011L;
        made.r.cr3 = TABLES;
        made.r.cr4 = 0x620;
        made.r.efer = 0xd01;
        made.memory.setLong(TABLES, TABLES + 0x1007);
        made.memory.setLong(TABLES + 0x1000, TABLES + 0x2007);
        made.memory.setLong(TABLES + 0x2000, 0x87);
        made.memory.setLong(TSS + 4, INNER_STACK);
        made.memory.setLong(TSS + 0x24, IST);
        return made;
    }

    static BareCase protectedMode(Kind kind) {
        BareCase made = new BareCase(false, kind);
        made.r.cr0 = 0x11;
        made.r.cr4 = 0;
        made.r.efer = 0;
        made.memory.setLong(TSS + 4, INNER_STACK | 0x10L << 32);
        return made;
    }

    static long handler(int vector) {
        return HANDLERS + 16L * vector;
    }

    void gate(int vector, int privilege, int type, int stack) {
        long at = handler(vector);
        long low = at & 0xffff | 8 << 16 | (at >> 16) << 48;
        low |= (0x8000L | privilege << 13 | type << 8 | stack) << 32;
        memory.setLong(IDT + (isLong ? 16L : 8L) * vector, low);
    }

    /// Puts the bytes at [#CODE] and runs until the board stops; the vector of the handler that
    /// halted it, or −1 where something else did.
    int run(int... bytes) {
        code(bytes);
        return run();
    }

    int run() {
        Board.State state = board.run(1000);
        long from = r.rip - 1 - HANDLERS;
        boolean isHandler = from >= 0 && from < 256 * 16 && from % 16 == 0;
        return state == Board.State.HALTED && isHandler ? (int) from / 16 : -1;
    }

    void code(int... bytes) {
        for (int i = 0; i < bytes.length; i++) {
            memory.setByte(CODE + i, (byte) bytes[i]);
        }
    }

    /// The `index`-th word from the stack's top.
    long stack(int index) {
        long rsp = r.gpr[Registers.RSP];
        return isLong ? memory.getLong(rsp + 8L * index) : memory.getInt(rsp + 4L * index);
    }
}
