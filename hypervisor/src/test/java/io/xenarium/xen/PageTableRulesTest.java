package io.xenarium.xen;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.xenarium.abi.Hypercall;
import io.xenarium.check.Invariants;
import io.xenarium.machine.Machine;
import io.xenarium.machine.Memory;
import io.xenarium.machine.cpu.Registers;
import io.xenarium.terms.Errno;
import io.xenarium.trace.MemoryEvent.FrameType;
import io.xenarium.trace.Trace;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.List;

/// The rules of direct paging, one by one.
class PageTableRulesTest {
    private static final long ARGUMENTS = TestGuest.FREE << 12;
    private static final long DONE = ARGUMENTS + 0xf00;
    private static final long SELF = 0x7ff0;
    private static final long TABLE = 0x67;
    private static final long SHOWN = 0x65;
    private static final int PIN_L1 = 0;
    private static final int PIN_L2 = 1;
    private static final int PIN_L3 = 2;
    private static final int PIN_L4 = 3;
    private static final int UNPIN = 4;

    /// Pages that are unmapped from the start, so that they can become tables.
    private static final int SPARE = 8;

    private static final int PAGES = 24;

    private final NoCpu cpu = new NoCpu();
    private final Hypervisor xen;
    private final FrameTable frames;
    private final Memory memory;
    private final TestGuest guest;
    private final TestGuest other;

    PageTableRulesTest() {
        Machine machine = new Machine(1, 300, 1, (memory, clock) -> cpu);
        memory = machine.memory();
        xen = new Hypervisor(machine, PlainParts.all(), new Trace());
        frames = xen.frames();
        guest = new TestGuest(xen, PAGES, new byte[0]);
        other = new TestGuest(xen, 8, new byte[0]);
        for (int page = SPARE; page < PAGES; page++) {
            assertEquals(0, map(page, 0));
        }
    }

    @AfterEach
    void allCountsAreRight() {
        assertEquals(List.of(), Invariants.check(xen));
    }

    private long map(int page, long entry) {
        return guest.call(Hypercall.UPDATE_VA_MAPPING.number(), (long) page << 12, entry, 1);
    }

    private long op(int command, int page) {
        return ext(command, mfn(page), 0);
    }

    private long ext(int command, long first, long second) {
        guest.put(ARGUMENTS, command);
        guest.put(ARGUMENTS + 8, first);
        guest.put(ARGUMENTS + 16, second);
        return guest.call(Hypercall.MMUEXT_OP.number(), ARGUMENTS, 1, 0, SELF);
    }

    private long update(long pointer, long value) {
        return update(pointer, value, SELF);
    }

    private long update(long pointer, long value, long whose) {
        guest.put(ARGUMENTS, pointer);
        guest.put(ARGUMENTS + 8, value);
        return guest.call(Hypercall.MMU_UPDATE.number(), ARGUMENTS, 1, 0, whose);
    }

    private long mfn(int page) {
        return guest.mfns[page];
    }

    private long entryAt(int page, int index) {
        return guest.maddr(page, index * 8);
    }

    private void write(int page, int index, long entry) {
        memory.setLong(entryAt(page, index), entry);
    }

    private long read(int page, int index) {
        return memory.getLong(entryAt(page, index));
    }

    private long entry(int page, long flags) {
        return mfn(page) << 12 | flags;
    }

    private FrameType type(int page) {
        return frames.type(mfn(page));
    }

    @Test
    void pinningTheTopChecksAllLevelsBelow() {
        write(8, 5, entry(9, TABLE));
        write(9, 6, entry(10, TABLE));
        write(10, 7, entry(11, TABLE));
        write(11, 8, entry(12, 0x67));
        assertEquals(0, op(PIN_L4, 8));
        assertEquals(FrameType.L3, type(9));
        assertEquals(FrameType.L2, type(10));
        assertEquals(FrameType.L1, type(11));
        assertEquals(FrameType.WRITABLE, type(12));
        assertEquals(0, op(UNPIN, 8));
        for (int page = 8; page < 13; page++) {
            assertEquals(FrameType.NONE, type(page), "page " + page);
            assertEquals(1, frames.references(mfn(page)), "page " + page);
        }
    }

    @Test
    void aLevelFarBelowDecidesTheAnswerAndNothingStaysBehind() {
        write(8, 5, entry(9, TABLE));
        write(9, 6, entry(10, TABLE));
        write(10, 7, entry(11, TABLE));
        write(11, 3, entry(12, 0x63));
        write(11, 8, entry(8, 0x67));
        byte[][] before = pages();
        assertEquals(Errno.EBUSY.rc(), op(PIN_L4, 8), "its leaf maps the top writable");
        assertUnchanged(before);
        write(11, 8, (long) frames.frames() << 12 | 0x65);
        before = pages();
        assertEquals(Errno.EPERM.rc(), op(PIN_L4, 8), "no memory");
        assertUnchanged(before);
        write(11, 8, 0);
        write(9, 7, entry(10, TABLE | 0x80));
        before = pages();
        assertEquals(Errno.EINVAL.rc(), op(PIN_L4, 8), "a large page");
        assertUnchanged(before);
    }

    private byte[][] pages() {
        byte[][] pages = new byte[6][Memory.FRAME_BYTES];
        for (int i = 0; i < pages.length; i++) {
            memory.read(guest.maddr(8 + i, 0), pages[i]);
        }
        return pages;
    }

    private void assertUnchanged(byte[][] before) {
        byte[][] after = pages();
        for (int i = 0; i < before.length; i++) {
            assertArrayEquals(before[i], after[i], "page " + (8 + i));
            assertEquals(FrameType.NONE, type(8 + i));
            assertEquals(1, frames.references(mfn(8 + i)));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {PIN_L2, PIN_L3, PIN_L4})
    void aTableCanShowItselfReadOnly(int pin) {
        write(8, 5, entry(8, SHOWN));
        assertEquals(0, op(pin, 8));
        assertEquals(2, frames.references(mfn(8)), "its owner's and the pin's");
        assertEquals(0, op(UNPIN, 8));
        write(8, 5, entry(8, TABLE));
        assertEquals(Errno.EINVAL.rc(), op(pin, 8), "writable");
    }

    @ParameterizedTest
    @ValueSource(ints = {PIN_L2, PIN_L3, PIN_L4})
    void aTableCanShowAnotherOfItsLevelButIsThenShownNowhere(int pin) {
        assertEquals(0, op(pin, 9));
        write(8, 5, entry(9, SHOWN));
        assertEquals(0, op(pin, 8));
        assertEquals(1, frames.linearCount(mfn(8)));
        assertEquals(-1, frames.linearCount(mfn(9)));
        assertEquals(2, frames.typeCount(mfn(9)));
        assertEquals(0, op(UNPIN, 9), "it stays a table while it is shown");
        assertEquals(Errno.EINVAL.rc(), update(entryAt(9, 4), entry(8, SHOWN)), "no circle");
        write(10, 1, entry(8, SHOWN));
        assertEquals(Errno.EINVAL.rc(), op(pin, 10), "no chain");
        assertEquals(0, op(UNPIN, 8));
        assertEquals(FrameType.NONE, type(9));
    }

    @Test
    void aTableOfAnotherLevelIsNoTable() {
        assertEquals(0, op(PIN_L1, 8));
        assertEquals(Errno.EINVAL.rc(), op(PIN_L2, 8));
        assertEquals(Errno.EINVAL.rc(), op(PIN_L1, 8), "pinned already");
        assertEquals(2, frames.references(mfn(8)));
        write(9, 0, entry(8, TABLE));
        assertEquals(Errno.EINVAL.rc(), op(PIN_L3, 9));
        assertEquals(Errno.EINVAL.rc(), ext(UNPIN, mfn(9), 0), "not pinned");
        assertEquals(Errno.EINVAL.rc(), ext(PIN_L1, 1L << 40, 0));
        assertEquals(Errno.EINVAL.rc(), ext(PIN_L1, -1, 0));
    }

    @Test
    void aReadBackEntryStaysAsItIs() {
        assertEquals(0, map(9, entry(9, 0x63)));
        long kernels = read(3, 9);
        assertEquals(entry(9, 0x67) | PageEntry.GUEST_KERNEL, kernels);
        assertEquals(0, map(9, kernels));
        assertEquals(kernels, read(3, 9));
        assertEquals(0, map(9, entry(9, 0x67)));
        assertEquals(entry(9, 0x167), read(3, 9), "a program's");
        assertEquals(0, map(9, entry(9, 0x67) | 1L << 62), "nobody's bit");
    }

    @ParameterizedTest
    @ValueSource(longs = {0x8, 0x10, 0x18, 0x80})
    void aGuestWithoutDevicesHasNothingToSayAboutCaches(long bits) {
        assertEquals(Errno.EINVAL.rc(), map(9, entry(9, 0x65 | bits)));
        assertEquals(0, op(PIN_L1, 8));
        assertEquals(Errno.EINVAL.rc(), update(entryAt(2, 1), entry(8, TABLE | bits)));
    }

    @Test
    void whoseFrameItIsDecidesHowAMappingIsRefused() {
        assertEquals(Errno.EBUSY.rc(), map(9, other.mfns[6] << 12 | 0x65), "another's");
        assertEquals(Errno.EBUSY.rc(), map(9, 1L << 12 | 0x65), "Xen's");
        assertEquals(Errno.EBUSY.rc(), map(9, entry(3, 0x67)), "a table, writable");
        assertEquals(Errno.EPERM.rc(), map(9, 0x65), "frame 0");
        assertEquals(Errno.EPERM.rc(), map(9, (long) frames.frames() << 12 | 0x65), "none");
        assertEquals(Errno.EINVAL.rc(), map(9, 0x000f_ffff_ffff_f065L), "nowhere");
    }

    @Test
    void aHarmlessChangeIsMadeWithoutANewLook() {
        assertEquals(0, map(9, entry(9, 0x67)));
        int references = frames.references(mfn(9));
        assertEquals(0, map(9, entry(9, 0x07) | 1L << 63 | 0xe00));
        assertEquals(references, frames.references(mfn(9)));
        assertEquals(0, map(9, entry(9, 0x05)));
        assertEquals(FrameType.NONE, type(9), "not writable any more");
    }

    @Test
    void marksAreKeptWhateverWasThereBefore() {
        write(8, 0, 0x60);
        assertEquals(0, op(PIN_L1, 8));
        assertEquals(0, update(entryAt(8, 0) | 2, entry(9, 0x5)));
        assertEquals(entry(9, 0x165 & ~0L), read(8, 0), "the marks of an empty entry");
        assertEquals(0, update(entryAt(8, 0), entry(9, 0x5)));
        assertEquals(entry(9, 0x105), read(8, 0));
    }

    @Test
    void aFrameThatIsNoTableIsSimplyWritten() {
        assertEquals(0, update(entryAt(9, 3), 0x1234_5678_9abc_def1L), "not typed");
        assertEquals(0x1234_5678_9abc_def1L, read(9, 3));
        assertEquals(0, update(entryAt(7, 3), 77), "writable memory");
        assertEquals(77, read(7, 3));
        assertEquals(Errno.ENOSYS.rc(), update(entryAt(9, 3) | 4, 1));
        assertEquals(Errno.EINVAL.rc(), update(other.maddr(6, 0), 1));
    }

    @Test
    void theUpperHalfOfR10SaysWhoseTablesAreMeant() {
        long own = (guest.domain.id().value() + 1L) << 16 | SELF;
        long others = (other.domain.id().value() + 1L) << 16 | SELF;
        assertEquals(0, update(entryAt(9, 0), 5, own));
        assertEquals(Errno.EPERM.rc(), update(other.maddr(6, 0), 5, others));
        assertEquals(Errno.ESRCH.rc(), update(entryAt(9, 0), 5, 0x4242L << 16 | SELF));
        long named = other.domain.id().value();
        assertEquals(Errno.EPERM.rc(), update(entryAt(9, 0), 5, named), "its memory");
        assertEquals(
                Errno.ESRCH.rc(),
                update(entryAt(9, 0), 5, guest.domain.id().value()),
                "oneself is DOMID_SELF");
        assertEquals(Errno.EPERM.rc(), update(entryAt(9, 0), 5, 0x7ff2), "Xen's");
        assertEquals(Errno.ESRCH.rc(), update(entryAt(9, 0), 5, 0x7ff4));
    }

    @Test
    void whoeverContinuesAddsToWhatWasDone() {
        guest.put(DONE, 40);
        guest.put(ARGUMENTS, entryAt(9, 0));
        guest.put(ARGUMENTS + 8, 1);
        int number = Hypercall.MMU_UPDATE.number();
        assertEquals(0, guest.call(number, ARGUMENTS, 0x8000_0001L, DONE, SELF));
        assertEquals(41, guest.get(DONE) & 0xffff_ffffL);
        assertEquals(-7, guest.call(number, 0, 0x8000_0000L, 0, 0xffff_fff9L), "the end of one");
    }

    @Test
    void aDoneThatCannotBeWrittenIsNoError() {
        guest.put(ARGUMENTS, entryAt(9, 0));
        guest.put(ARGUMENTS + 8, 1);
        int number = Hypercall.MMU_UPDATE.number();
        assertEquals(0, guest.call(number, ARGUMENTS, 1, 0x7000_0000L, SELF));
        assertEquals(1, read(9, 0));
        long behind = (PAGES + 4L) << 12;
        assertEquals(Errno.EFAULT.rc(), guest.call(number, behind, 1, DONE, SELF));
        assertEquals(0, guest.get(DONE) & 0xffff_ffffL);
        assertEquals(Errno.EFAULT.rc(), guest.call(number, XenSlots.M2P_VADDR, 0, 0, SELF));
    }

    @Test
    void aLongArrayIsDoneInPiecesByTheGuestsOwnInstruction() {
        // Every second page of a large range shows the same page of updates.
        int updates = Limits.PIECE + 100;
        for (int i = 0; i < 256; i++) {
            guest.put(ARGUMENTS + i * 16L, entryAt(9, i));
            guest.put(ARGUMENTS + i * 16L + 8, i);
        }
        for (int i = 0; i < 512; i++) {
            write(10, i, entry(6, 0x65));
        }
        assertEquals(0, op(PIN_L1, 10));
        assertEquals(0, update(entryAt(2, 1), entry(10, TABLE)));
        long array = 1 << 21;
        for (int i = 0; i < 256; i++) {
            guest.put(ARGUMENTS + i * 16L, entryAt(9, i));
            guest.put(ARGUMENTS + i * 16L + 8, i);
        }
        Registers registers = guest.vcpu.registers();
        registers.gpr[Registers.RAX] = Hypercall.MMU_UPDATE.number();
        registers.gpr[Registers.RDI] = array;
        registers.gpr[Registers.RSI] = updates;
        registers.gpr[Registers.RDX] = 0;
        registers.gpr[Registers.R10] = SELF;
        registers.rip = 0x4002;
        xen.hypercalls().enter(guest.vcpu);
        assertEquals(0x4000, registers.rip, "once more");
        assertEquals(Hypercall.MMU_UPDATE.number(), registers.gpr[Registers.RAX]);
        assertEquals(0x8000_0000L + 100, registers.gpr[Registers.RSI]);
        assertEquals(array + Limits.PIECE * 16L, registers.gpr[Registers.RDI]);
        registers.rip = 0x4002;
        xen.hypercalls().enter(guest.vcpu);
        assertEquals(0x4002, registers.rip);
        assertEquals(0, registers.gpr[Registers.RAX]);
        assertEquals(255, read(9, 255));
    }

    @Test
    void theM2pIsShownWhereTheKernelRuns() {
        assertEquals(0, op(PIN_L4, 8));
        assertEquals(0, read(8, 256));
        assertNotEquals(0, read(0, 256));
        assertEquals(0, op(UNPIN, 8));
        assertEquals(0, guest.call(Hypercall.VM_ASSIST.number(), 0, 32));
        assertEquals(0, op(PIN_L4, 8));
        assertNotEquals(0, read(8, 256), "the guest asked to have it hidden from its programs");
        assertEquals(0, op(15, 8));
        assertEquals(0, read(8, 256));
        assertEquals(0, ext(15, 0, 0));
    }

    @Test
    void theGuestsStoresIntoItsL1TablesAreChecked() {
        assertFalse(store(entryAt(3, 9), 8, entry(9, 0x67)), "not asked for");
        guest.call(Hypercall.VM_ASSIST.number(), 0, 2);
        assertTrue(store(entryAt(3, 9), 8, entry(9, 0x67)));
        assertEquals(FrameType.WRITABLE, type(9));
        assertTrue(store(entryAt(3, 9), 1, 0x65), "one byte of it");
        assertEquals(FrameType.NONE, type(9));
        assertTrue(store(entryAt(3, 9) + 7, 1, 0x80), "no-execute");
        assertTrue(store(entryAt(3, 9), 4, 0));
        assertFalse(store(entryAt(3, 9) + 1, 2, 0), "not aligned");
        assertFalse(store(entryAt(3, 9), 8, entry(3, 0x67)), "a table, writable");
        assertFalse(store(entryAt(2, 9), 8, 0), "not L1");
        guest.vcpu.isKernelMode = false;
        assertFalse(store(entryAt(3, 9), 8, 0), "a program");
        guest.vcpu.isKernelMode = true;
    }

    private boolean store(long maddr, int bytes, long value) {
        xen.run(xen.machine().clock().nanos() + 1, StopWhen.never());
        xen.pause(other.domain);
        return cpu.store(maddr, bytes, value);
    }

    @Test
    void whatItIsThatCannotBeFlushedOrClearedIsSaid() {
        assertEquals(Errno.EACCES.rc(), ext(12, 0, 0), "caches");
        assertEquals(Errno.EINVAL.rc(), ext(18, 0, 0), "all caches");
        assertEquals(Errno.EINVAL.rc(), ext(8, 0, 0x7000_0000L), "no bitmap");
        assertEquals(0, ext(8, 0, ARGUMENTS));
        assertEquals(0, ext(11, XenSlots.M2P_VADDR, 0));
        assertEquals(Errno.EOPNOTSUPP.rc(), ext(19, 0, 0));
        assertEquals(Errno.ENOSYS.rc(), ext(14, 0, 0));
        assertEquals(Errno.ENOSYS.rc(), ext(21, 0, 0));
        write(9, 0, 5);
        assertEquals(0, ext(17, mfn(10), mfn(9)));
        assertEquals(5, read(10, 0));
        assertEquals(0, ext(17, mfn(10), mfn(3)), "a table can be copied");
        assertEquals(0, ext(16, mfn(10), 0));
        assertEquals(0, read(10, 3));
        assertEquals(Errno.EINVAL.rc(), ext(16, mfn(3), 0));
        assertEquals(Errno.EINVAL.rc(), ext(17, mfn(10), other.mfns[6]));
    }

    @Test
    void anotherDomainIsMeantOnlyByWhoMay() {
        int update = Hypercall.UPDATE_VA_MAPPING_OTHERDOMAIN.number();
        long entry = entry(9, 0x65);
        assertEquals(0, guest.call(update, 9 << 12, entry, 0, SELF));
        assertEquals(
                Errno.EPERM.rc(), guest.call(update, 9 << 12, entry, 0, other.domain.id().value()));
        assertEquals(Errno.ESRCH.rc(), guest.call(update, 9 << 12, entry, 0, 99));
        guest.put(ARGUMENTS, 6);
        int ext = Hypercall.MMUEXT_OP.number();
        assertEquals(Errno.ESRCH.rc(), guest.call(ext, ARGUMENTS, 1, 0, 99));
        assertEquals(Errno.EPERM.rc(), guest.call(ext, ARGUMENTS, 1, 0, other.domain.id().value()));
    }

    @Test
    void aFlushByABitmapNeedsTheBitmap() {
        int update = Hypercall.UPDATE_VA_MAPPING.number();
        long entry = entry(9, 0x65);
        assertEquals(Errno.EFAULT.rc(), guest.call(update, 9 << 12, entry, 0x7000_0001L));
        assertEquals(0, read(3, 9), "nothing has changed");
        assertEquals(0, guest.call(update, 9 << 12, entry, 0x7000_0000L), "nothing to flush");
        assertEquals(0, guest.call(update, 9 << 12, entry, ARGUMENTS | 2));
        assertEquals(0, guest.call(update, 9 << 12, entry, 4 | 2));
        assertEquals(Errno.EINVAL.rc(), guest.call(update, 1L << 30, entry, 0), "no table");
        assertEquals(Errno.EINVAL.rc(), guest.call(update, XenSlots.M2P_VADDR, entry, 0));
    }
}
