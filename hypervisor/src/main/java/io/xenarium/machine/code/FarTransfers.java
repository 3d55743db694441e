package io.xenarium.machine.code;

import static io.xenarium.machine.code.Descriptors.CODE;
import static io.xenarium.machine.code.Descriptors.CONFORMING;
import static io.xenarium.machine.code.Descriptors.RPL;
import static io.xenarium.machine.code.Descriptors.access;
import static io.xenarium.machine.code.Descriptors.limit;
import static io.xenarium.machine.code.Descriptors.privilege;

import io.xenarium.machine.cpu.Fault;
import io.xenarium.machine.cpu.PageWalk;
import io.xenarium.machine.cpu.Registers;

/// Far jumps, calls and returns, and IRET (Intel SDM vol. 3, 5.8; vol. 2, the instructions' own
/// pages). Call gates are those of long mode; the gates of 32-bit code and task switches are
/// refused as descriptors of the wrong type.
final class FarTransfers {
    private static final int CALL_GATE = 12;

    private final Core core;
    private final Descriptors descriptors;
    private final TaskState task;

    FarTransfers(Core core, Descriptors descriptors) {
        this.core = core;
        this.descriptors = descriptors;
        task = new TaskState(core);
    }

    void jump(Step s) {
        int selector = pointerSelector(s);
        long offset = pointerOffset(s);
        long descriptor = target(selector);
        if (isCallGate(descriptor)) {
            jumpThroughGate(selector, descriptor);
        } else {
            transfer(selector, descriptor, offset, s.bytes);
        }
    }

    void call(Step s) {
        int selector = pointerSelector(s);
        long offset = pointerOffset(s);
        long descriptor = target(selector);
        if (isCallGate(descriptor)) {
            callThroughGate(selector, descriptor, s);
            return;
        }
        int size = core.stackBytes();
        long bottom = Core.cut(core.gpr[Registers.RSP] - 2L * s.bytes, size);
        int oldSelector = core.registers.selector[Registers.CS];
        core.memory.requireWritable(core.stackAddress(bottom, 2 * s.bytes, true), 2 * s.bytes);
        long back = core.after(s);
        transfer(selector, descriptor, offset, s.bytes);
        core.push(oldSelector, s.bytes);
        core.push(back, s.bytes);
    }

    private int pointerSelector(Step s) {
        return s.kind0 == Step.MEMORY
                ? (int) core.memory.read16(core.address(s) + s.bytes)
                : s.number0;
    }

    private long pointerOffset(Step s) {
        return s.kind0 == Step.MEMORY
                ? core.memory.read(core.address(s), s.bytes)
                : Core.cut(s.immediate, s.bytes);
    }

    private long target(int selector) {
        if (Descriptors.isNull(selector)) {
            throw core.fault.of(Fault.GP);
        }
        return descriptors.read(selector, Fault.GP);
    }

    /// Loads cs and rip for a far jump or call within the same privilege.
    private void transfer(int selector, long descriptor, long offset, int bytes) {
        requireCode(selector, descriptor, false);
        enterCode(selector & ~RPL | core.registers.cpl, descriptor, offset, bytes);
    }

    /// Checks a code segment for a jump, call or return.
    private void requireCode(int selector, long descriptor, boolean isReturn) {
        int access = access(descriptor);
        boolean isConforming = (access & CONFORMING) != 0;
        int rpl = selector & RPL;
        int cpl = core.registers.cpl;
        int dpl = privilege(access);
        boolean isAllowed;
        if (isReturn) {
            isAllowed = rpl >= cpl && (isConforming ? dpl <= rpl : dpl == rpl);
        } else {
            isAllowed = isConforming ? dpl <= cpl : rpl <= cpl && dpl == cpl;
        }
        boolean isTwoSizes =
                core.registers.isLongModeActive()
                        && (access & Descriptors.LONG) != 0
                        && (access & Descriptors.BIG) != 0;
        if (!Descriptors.isCode(access) || !isAllowed || isTwoSizes) {
            throw core.fault.of(Fault.GP, selector & ~RPL);
        }
        descriptors.requirePresent(descriptor, selector, Fault.NP);
    }

    /// Whether a segment holds 64-bit code: its descriptor's L bit means that in long mode only.
    private boolean isLong(long descriptor) {
        return core.registers.isLongModeActive() && (access(descriptor) & Descriptors.LONG) != 0;
    }

    /// The last step of a far transfer: cs and rip change together or not at all.
    private void enterCode(int selector, long descriptor, long offset, int bytes) {
        Registers r = core.registers;
        Mode before = core.mode();
        boolean wasLong = core.isLong;
        int oldLimit = r.segmentLimit[Registers.CS];
        long oldBase = r.segmentBase[Registers.CS];
        long oldRip = core.rip;
        core.isLong = isLong(descriptor);
        r.segmentLimit[Registers.CS] = limit(descriptor);
        try {
            core.jump(offset, core.isLong ? 8 : bytes == 2 ? 2 : 4);
            descriptors.markAccessed(selector, descriptor);
        } catch (Fault fault) {
            core.isLong = wasLong;
            core.rip = oldRip;
            r.segmentLimit[Registers.CS] = oldLimit;
            throw fault;
        }
        descriptors.put(Registers.CS, selector, descriptor);
        core.isLong = r.inLongMode();
        boolean isMoved = r.segmentBase[Registers.CS] != oldBase;
        core.modeChanged |= core.mode() != before || isMoved || core.isCodeLimited();
    }

    // --- call gates ---------------------------------------------------------------------------

    private boolean isCallGate(long descriptor) {
        boolean isSystem = (access(descriptor) & Descriptors.SYSTEM_CLEAR) == 0;
        return core.registers.isLongModeActive()
                && isSystem
                && Descriptors.type(descriptor) == CALL_GATE;
    }

    private void jumpThroughGate(int selector, long gate) {
        long offset = gateOffset(selector, gate);
        int codeSelector = (int) (gate >>> 16) & 0xffff;
        long code = gateCode(codeSelector);
        int access = access(code);
        boolean isConforming = (access & CONFORMING) != 0;
        if (!isConforming && privilege(access) != core.registers.cpl) {
            throw core.fault.of(Fault.GP, codeSelector & ~RPL);
        }
        enterCode(codeSelector & ~RPL | core.registers.cpl, code, offset, 8);
    }

    private void callThroughGate(int selector, long gate, Step s) {
        Registers r = core.registers;
        long offset = gateOffset(selector, gate);
        int codeSelector = (int) (gate >>> 16) & 0xffff;
        long code = gateCode(codeSelector);
        int access = access(code);
        int oldCpl = r.cpl;
        int cpl = (access & CONFORMING) != 0 ? oldCpl : privilege(access);
        int oldSelector = r.selector[Registers.CS];
        int oldStack = r.selector[Registers.SS];
        long oldRsp = core.gpr[Registers.RSP];
        boolean isInward = cpl != oldCpl;
        long top = isInward ? task.innerStack(cpl, 0) : oldRsp;
        long back = core.after(s);
        int bytes = isInward ? 32 : 16;
        if (!PageWalk.isCanonical(top - bytes) || !PageWalk.isCanonical(top - 1)) {
            throw core.fault.of(Fault.SS);
        }
        core.setPrivilege(cpl);
        try {
            core.memory.requireWritable(top - bytes, bytes);
            enterCode(codeSelector & ~RPL | cpl, code, offset, 8);
        } catch (Fault fault) {
            core.setPrivilege(oldCpl);
            throw fault;
        }
        core.gpr[Registers.RSP] = top;
        if (isInward) {
            r.setNull(Registers.SS, cpl);
            core.push(oldStack, 8);
            core.push(oldRsp, 8);
        }
        core.push(oldSelector, 8);
        core.push(back, 8);
    }

    /// Checks a call gate and returns where it leads.
    private long gateOffset(int selector, long gate) {
        int access = access(gate);
        int least = Math.max(selector & RPL, core.registers.cpl);
        if (privilege(access) < least) {
            throw core.fault.of(Fault.GP, selector & ~RPL);
        }
        descriptors.requirePresent(gate, selector, Fault.NP);
        long upper = descriptors.readUpperHalf(selector);
        return gate & 0xffff | gate >>> 32 & 0xffff_0000L | upper << 32;
    }

    private long gateCode(int selector) {
        long code = target(selector);
        int access = access(code);
        boolean isAllowed =
                Descriptors.isCode(access)
                        && privilege(access) <= core.registers.cpl
                        && (access & (Descriptors.LONG | Descriptors.BIG)) == Descriptors.LONG;
        if (!isAllowed) {
            throw core.fault.of(Fault.GP, selector & ~RPL);
        }
        descriptors.requirePresent(code, selector, Fault.NP);
        return code;
    }

    // --- returns ------------------------------------------------------------------------------

    void goBack(Step s) {
        int bytes = s.bytes;
        long offset = core.peek(0, bytes);
        int selector = (int) core.peek(bytes, bytes) & 0xffff;
        long extra = s.kind0 == Step.IMMEDIATE ? s.immediate & 0xffff : 0;
        long descriptor = returnDescriptor(selector);
        boolean isOutward = (selector & RPL) > core.registers.cpl;
        if (!isOutward) {
            int size = core.stackBytes();
            long rsp = core.gpr[Registers.RSP];
            enterCode(selector, descriptor, offset, bytes);
            core.setGpr(Registers.RSP, size, rsp + 2L * bytes + extra);
            return;
        }
        long newRsp = core.peek(2L * bytes + extra, bytes);
        int newSs = (int) core.peek(3L * bytes + extra, bytes) & 0xffff;
        returnOutward(selector, descriptor, offset, newSs, newRsp, bytes);
        core.release(extra);
    }

    private long returnDescriptor(int selector) {
        long descriptor = target(selector);
        requireCode(selector, descriptor, true);
        return descriptor;
    }

    /// Loads cs, rip, ss and rsp for a return to the same or to less privilege.
    private void returnOutward(
            int selector, long descriptor, long offset, int newSs, long newRsp, int bytes) {
        Registers r = core.registers;
        int newCpl = selector & RPL;
        boolean toLong = isLong(descriptor);
        boolean isNull = Descriptors.isNull(newSs);
        long stack = 0;
        if (!isNull) {
            stack = descriptors.read(newSs, Fault.GP);
            descriptors.requireStack(newSs, stack, newCpl);
            descriptors.markAccessed(newSs, stack);
        } else if (!toLong || newCpl == 3 || (newSs & RPL) != newCpl) {
            throw core.fault.of(Fault.GP);
        }
        enterCode(selector, descriptor, offset, bytes);
        if (isNull) {
            r.setNull(Registers.SS, newSs);
        } else {
            descriptors.put(Registers.SS, newSs, stack);
        }
        core.setGpr(Registers.RSP, toLong ? 8 : bytes, newRsp);
        boolean isLessPrivileged = newCpl > r.cpl;
        if (isLessPrivileged) {
            core.setPrivilege(newCpl);
            dropPrivilegedSegments();
        }
    }

    /// Data segments that the new privilege may not use become null.
    private void dropPrivilegedSegments() {
        Registers r = core.registers;
        for (int segment : new int[] {Registers.ES, Registers.DS, Registers.FS, Registers.GS}) {
            int access = r.segmentAccess[segment];
            boolean isConforming = (access & (CODE | CONFORMING)) == (CODE | CONFORMING);
            if (!isConforming && privilege(access) < r.cpl) {
                r.setNull(segment, 0);
            }
        }
    }

    void returnFromInterrupt(Step s) {
        int bytes = s.bytes;
        if (core.flags.has(Flags.NT)) {
            throw core.fault.of(Fault.GP);
        }
        long offset = core.peek(0, bytes);
        int selector = (int) core.peek(bytes, bytes) & 0xffff;
        long image = core.peek(2L * bytes, bytes);
        boolean isOutward = (selector & RPL) > core.registers.cpl;
        boolean popsStack = core.isLong || isOutward;
        long newRsp = popsStack ? core.peek(3L * bytes, bytes) : 0;
        int newSs = popsStack ? (int) core.peek(4L * bytes, bytes) & 0xffff : 0;
        int oldCpl = core.registers.cpl;
        long descriptor = returnDescriptor(selector);
        if (popsStack) {
            returnOutward(selector, descriptor, offset, newSs, newRsp, bytes);
        } else {
            int size = core.stackBytes();
            long rsp = core.gpr[Registers.RSP];
            enterCode(selector, descriptor, offset, bytes);
            core.setGpr(Registers.RSP, size, rsp + 3L * bytes);
        }
        long merged = merge(core.flags.get(), image, bytes, oldCpl);
        core.resumesAt = (merged & Flags.RF) != 0 ? core.retired + 1 : -1;
        core.flags.set(merged & ~Flags.RF);
        core.watchAlignment();
        core.holdsTraps = false;
        core.reconsider();
    }

    /// What RFLAGS becomes when code of privilege `cpl` loads `image` by IRET.
    private static long merge(long old, long image, int bytes, int cpl) {
        long loaded =
                Flags.ARITHMETIC | Flags.TF | Flags.DF | Flags.NT | Flags.RF | Flags.AC | Flags.ID;
        if (cpl <= (old & Flags.IOPL) >> 12) {
            loaded |= Flags.IF;
        }
        if (cpl == 0) {
            loaded |= Flags.IOPL;
        }
        loaded = bytes == 2 ? loaded & 0xffff : loaded;
        return old & ~loaded | image & loaded;
    }
}
