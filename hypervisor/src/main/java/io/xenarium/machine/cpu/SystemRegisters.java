package io.xenarium.machine.cpu;

import io.xenarium.machine.Kept;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/// What of a processor's state only code of privilege 0 sets up: descriptor tables, the task
/// register, model-specific registers, and what the processor remembers between two instructions
/// (Intel SDM vol. 3, chapter 2; AMD APM vol. 2, chapter 3). A PV guest runs without any of it.
public final class SystemRegisters implements Kept {
    /// No interrupt waits.
    public static final int NO_INTERRUPT = -1;

    /// Interrupt descriptor table: linear address and limit.
    public long idtBase;

    public int idtLimit = 0xffff;

    /// The selector in LDTR; base and limit stand in [Registers].
    public int ldtSelector;

    /// The task register: selector, base, limit and access of the descriptor that it was loaded
    /// from, the access in the form of [Registers#segmentAccess].
    public int taskSelector;

    public long taskBase;
    public int taskLimit = 0xffff;
    public int taskAccess = 0x8b;

    /// Where SYSCALL goes and what it masks.
    public long star;

    public long lstar;
    public long cstar;
    public int syscallMask;

    /// Memory types by page attribute: WB, WT, UC-, UC, twice.
    public long pageAttributes = 0x0007_0406_0007_0406L;

    /// Enabled, of the first processor, at its usual address.
    public long apicBase = 0xfee0_0900L;

    /// CR8.
    public int taskPriority;

    /// Vector of the external interrupt that waits at the processor's pin, or [#NO_INTERRUPT]. It
    /// is taken at the first boundary between two instructions where RFLAGS.IF is set and no
    /// instruction holds interrupts back; then this is [#NO_INTERRUPT] again.
    public int interrupt = NO_INTERRUPT;

    /// Whether the last instruction holds interrupts back from the next one: STI that has set IF,
    /// or a load of ss.
    public boolean holdsInterrupts;

    /// Data breakpoints that a load of ss has hit, to be reported behind the next instruction.
    public int heldBreakpoints;

    /// Whether the port access at rip has been answered, see [Exit.PortIo].
    public boolean isPortAnswered;

    /// What an answered IN reads.
    public long portValue;

    /// Answers the port access at which the processor has stopped: when it runs again, it carries
    /// the instruction out.
    ///
    /// @param value what an IN reads; an OUT does not look at it
    public void answerPort(long value) {
        isPortAnswered = true;
        portValue = value;
    }

    @Override
    public void save(DataOutput out) throws IOException {
        out.writeLong(idtBase);
        out.writeInt(idtLimit);
        out.writeInt(ldtSelector);
        out.writeInt(taskSelector);
        out.writeLong(taskBase);
        out.writeInt(taskLimit);
        out.writeInt(taskAccess);
        out.writeLong(star);
        out.writeLong(lstar);
        out.writeLong(cstar);
        out.writeInt(syscallMask);
        out.writeLong(pageAttributes);
        out.writeLong(apicBase);
        out.writeInt(taskPriority);
        out.writeInt(interrupt);
        out.writeBoolean(holdsInterrupts);
        out.writeInt(heldBreakpoints);
        out.writeBoolean(isPortAnswered);
        out.writeLong(portValue);
    }

    @Override
    public void load(DataInput in) throws IOException {
        idtBase = in.readLong();
        idtLimit = in.readInt();
        ldtSelector = in.readInt();
        taskSelector = in.readInt();
        taskBase = in.readLong();
        taskLimit = in.readInt();
        taskAccess = in.readInt();
        star = in.readLong();
        lstar = in.readLong();
        cstar = in.readLong();
        syscallMask = in.readInt();
        pageAttributes = in.readLong();
        apicBase = in.readLong();
        taskPriority = in.readInt();
        interrupt = in.readInt();
        holdsInterrupts = in.readBoolean();
        heldBreakpoints = in.readInt();
        isPortAnswered = in.readBoolean();
        portValue = in.readLong();
    }
}
