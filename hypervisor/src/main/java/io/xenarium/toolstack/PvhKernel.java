package io.xenarium.toolstack;

import io.xenarium.abi.E820;
import io.xenarium.abi.PvhStartInfo;
import io.xenarium.machine.Machine;
import io.xenarium.machine.Memory;
import io.xenarium.machine.cpu.Registers;
import io.xenarium.machine.cpu.SystemRegisters;
import io.xenarium.machine.device.Board;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/// A kernel that is entered by Xen's PVH protocol: an ELF file with a note that names its 32-bit
/// entry (public/elfnote.h, XEN_ELFNOTE_PHYS32_ENTRY; docs/misc/pvh.pandoc). QEMU's `-kernel` knows
/// the same protocol, so one image runs on both.
///
/// It begins in protected mode without paging, all segments flat, ebx pointing to the
/// [PvhStartInfo], which lies behind the kernel in memory.
public final class PvhKernel {
    /// Present, accessed, flat: code and data of privilege 0, 32 bits.
    private static final int CODE_32 = 0xc09b;

    private static final int DATA_32 = 0xc093;

    /// A busy 32-bit TSS.
    private static final int TASK_32 = 0x8b;

    /// Protected mode; the bit beside it says that there is an x87.
    private static final long CR0_PE = 0x11;

    private final Elf elf;
    private final long entry;

    private PvhKernel(Elf elf, long entry) {
        this.elf = elf;
        this.entry = entry;
    }

    /// Reads an image.
    ///
    /// @throws Refused where it is no kernel of this kind
    public static PvhKernel read(byte[] image) {
        Elf elf = KernelImage.elf(image);
        Optional<Long> entry = XenNotes.unchecked(elf).number(XenNotes.Kind.PHYS32_ENTRY);
        if (entry.isPresent()) {
            return new PvhKernel(elf, entry.get());
        }
        throw new Refused("has no PVH entry: give a kernel with the note XEN_ELFNOTE_PHYS32_ENTRY");
    }

    /// Puts the kernel into a computer that has just been switched on and makes its processor ready
    /// to enter it.
    ///
    /// @throws Refused where it does not fit into the memory
    public Board load(Machine machine, String commandLine) {
        Memory memory = machine.memory();
        long end = 0;
        for (Elf.Segment segment : elf.segments()) {
            long last = segment.paddr() + segment.memoryBytes();
            if (segment.paddr() < 0 || last < segment.paddr() || last > bytes(memory)) {
                throw new Refused(
                        "does not fit into %d MiB: give the machine more memory"
                                .formatted(bytes(memory) >> 20));
            }
            end = Math.max(end, last);
        }
        for (Elf.Segment segment : elf.segments()) {
            memory.write(segment.paddr(), elf.contents(segment));
        }
        long infoAt = end + Memory.FRAME_BYTES - 1 & -Memory.FRAME_BYTES;
        writeStartInfo(memory, infoAt, commandLine);
        Board board = new Board(machine);
        enter(board.registers(), infoAt);
        return board;
    }

    private static long bytes(Memory memory) {
        return (long) memory.frames() * Memory.FRAME_BYTES;
    }

    private static void writeStartInfo(Memory memory, long at, String commandLine) {
        long memoryMap = at + PvhStartInfo.BYTES;
        long line = memoryMap + PvhStartInfo.ENTRY_BYTES;
        byte[] text = commandLine.getBytes(StandardCharsets.ISO_8859_1);
        if (line + text.length + 1 > bytes(memory)) {
            throw new Refused("leaves no room for its start info: give the machine more memory");
        }
        ByteBuffer info =
                ByteBuffer.allocate((int) (line - at) + text.length + 1)
                        .order(ByteOrder.LITTLE_ENDIAN);
        info.putInt(PvhStartInfo.MAGIC, PvhStartInfo.MAGIC_VALUE);
        info.putInt(PvhStartInfo.VERSION, PvhStartInfo.VERSION_VALUE);
        info.putLong(PvhStartInfo.CMDLINE, line);
        info.putLong(PvhStartInfo.MEMMAP, memoryMap);
        info.putInt(PvhStartInfo.MEMMAP_ENTRIES, 1);
        int entry = PvhStartInfo.BYTES;
        info.putLong(entry + E820.ADDRESS, 0);
        info.putLong(entry + E820.SIZE, bytes(memory));
        info.putInt(entry + E820.TYPE, E820.RAM);
        info.put((int) (line - at), text);
        memory.write(at, info.array());
    }

    private void enter(Registers r, long infoAt) {
        r.setFlat(Registers.CS, 0x8, CODE_32);
        for (int segment : new int[] {Registers.ES, Registers.SS, Registers.DS}) {
            r.setFlat(segment, 0x10, DATA_32);
        }
        r.cpl = 0;
        r.cr0 = CR0_PE;
        r.cr3 = 0;
        r.cr4 = 0;
        r.efer = 0;
        r.rflags = 2;
        r.debug[6] = 0xffff_0ff0L;
        r.debug[7] = 0x400;
        Arrays.fill(r.gpr, 0);
        r.gpr[Registers.RBX] = infoAt;
        r.rip = entry;
        SystemRegisters system = r.system;
        system.taskLimit = 0x67;
        system.taskAccess = TASK_32;
    }
}
