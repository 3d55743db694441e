package io.xenarium.xen;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.xenarium.abi.Hypercall;
import io.xenarium.check.Invariants;
import io.xenarium.machine.Machine;
import io.xenarium.machine.code.Interpreter;
import io.xenarium.machine.cpu.Registers;
import io.xenarium.terms.Errno;
import io.xenarium.trace.DomainEvent.Life;
import io.xenarium.trace.MemoryEvent.FrameType;
import io.xenarium.trace.Trace;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.HexFormat;
import java.util.List;

/// Which descriptors a guest may have, and how it loads what they stand for, on the real processor.
class DescriptorRulesTest {
    private static final long ARGUMENTS = TestGuest.FREE << 12;
    private static final long SELF = 0x7ff0;
    private static final String SPIN = "ebfe";

    private final Hypervisor xen;
    private final TestGuest guest;

    DescriptorRulesTest() {
        Machine machine =
                new Machine(
                        1, 200, 1, (memory, clock) -> new Interpreter(memory, new CpuidLeaves()));
        xen = new Hypervisor(machine, PlainParts.all(), new Trace());
        guest = new TestGuest(xen, 16, HexFormat.of().parseHex(SPIN));
    }

    @AfterEach
    void allCountsAreRight() {
        assertEquals(List.of(), Invariants.check(xen));
    }

    private void readOnly(int page) {
        long entry = guest.mfns[page] << 12 | 0x65;
        assertEquals(
                0, guest.call(Hypercall.UPDATE_VA_MAPPING.number(), (long) page << 12, entry, 2));
    }

    @ParameterizedTest
    @CsvSource({
        "0x00cf9a000000ffff, 0x00cffa000000ffff, privilege 3",
        "0x00cf120000001234, 0x00cf120000001234, not present",
        "0x0000800000000000, 0x0000800000000000, the second half of a gate",
        "0x00008c0000101234, 0x00008c0000131234, a call gate: nobody goes through it",
        "0x0000ec0000331234, 0x00008c0000331234, whatever level it says",
        "0xffffffffffffffff, 0xffffffffffffffff, all ones",
    })
    void theseAreAllowed(String asked, String stored, String why) {
        assertEquals(
                Long.parseUnsignedLong(stored.substring(2), 16),
                Segments.checked(Long.parseUnsignedLong(asked.substring(2), 16)),
                why);
    }

    @ParameterizedTest
    @CsvSource({
        "0x0000890000000000, a task state",
        "0x0000820000000000, a local table",
        "0x00008e0000101234, an interrupt gate",
        "0x00008f0000101234, a trap gate",
        "0x00008500e0301234, a task gate",
        "0x00008c00e0281234, a call gate to Xen's data",
        "0x00008c1f00101234, a call gate that copies",
    })
    void theseAreNot(String asked, String why) {
        assertEquals(
                Segments.REFUSED,
                Segments.checked(Long.parseUnsignedLong(asked.substring(2), 16)),
                why);
        long descriptor = Long.parseUnsignedLong(asked.substring(2), 16);
        int update = Hypercall.UPDATE_DESCRIPTOR.number();
        assertEquals(Errno.EINVAL.rc(), guest.call(update, guest.maddr(9, 8), descriptor));
    }

    @Test
    void aTableNeedsFramesThatCanHoldIt() {
        int set = Hypercall.SET_GDT.number();
        guest.put(ARGUMENTS, guest.mfns[9]);
        assertEquals(Errno.EINVAL.rc(), guest.call(set, ARGUMENTS, 512), "mapped writable");
        readOnly(9);
        assertEquals(Errno.EINVAL.rc(), guest.call(set, ARGUMENTS, 7169), "too long");
        assertEquals(0, guest.call(set, ARGUMENTS, 512));
        assertEquals(FrameType.SEGMENT_DESCRIPTORS, xen.frames().type(guest.mfns[9]));
        guest.put(ARGUMENTS, guest.mfns[3]);
        assertEquals(Errno.EINVAL.rc(), guest.call(set, ARGUMENTS, 512), "a page table");
        assertEquals(1, xen.frames().typeCount(guest.mfns[9]), "the old one is still there");
        assertEquals(Errno.EFAULT.rc(), guest.call(set, 0x7000_0000L, 512));
        assertEquals(0, guest.call(set, 0, 0));
        assertEquals(FrameType.NONE, xen.frames().type(guest.mfns[9]));
    }

    @Test
    void descriptorsAreWrittenIntoTablesAndIntoPlainMemory() {
        int update = Hypercall.UPDATE_DESCRIPTOR.number();
        long data = 0x00cf_9200_0000_ffffL;
        assertEquals(0, guest.call(update, guest.maddr(9, 8), data));
        assertEquals(data | 3L << 45, guest.get((9 << 12) + 8));
        assertEquals(Errno.EINVAL.rc(), guest.call(update, guest.maddr(9, 4), data));
        assertEquals(Errno.EINVAL.rc(), guest.call(update, guest.maddr(3, 8), data));
        assertEquals(Errno.EINVAL.rc(), guest.call(update, 1 << 12, data), "Xen's frame");
    }

    private long setLdt(long vaddr, long entries) {
        guest.put(ARGUMENTS, 13);
        guest.put(ARGUMENTS + 8, vaddr);
        guest.put(ARGUMENTS + 16, entries);
        return guest.call(Hypercall.MMUEXT_OP.number(), ARGUMENTS, 1, 0, SELF);
    }

    private void run(String hex) {
        xen.machine().memory().write(guest.maddr(4, 0), HexFormat.of().parseHex(hex + SPIN));
        guest.vcpu.registers.rip = 0x4000;
        xen.run(xen.machine().clock().nanos() + 500, StopWhen.never());
    }

    @Test
    void anLdtIsLookedAtWhenTheProcessorWantsIt() {
        guest.put((9 << 12) + 8, 0x12cf_9234_5678_ffffL);
        readOnly(9);
        assertEquals(0, setLdt(9 << 12, 512));
        assertEquals(FrameType.NONE, xen.frames().type(guest.mfns[9]), "not yet");
        // mov eax, 0xf; mov fs, ax
        run("b80f0000008ee0");
        assertEquals(Life.RUNNING, guest.domain.life(), guest.domain::crashReason);
        assertEquals(0x1234_5678, guest.vcpu.registers.segmentBase[Registers.FS]);
        assertEquals(FrameType.SEGMENT_DESCRIPTORS, xen.frames().type(guest.mfns[9]));
        assertEquals(0, setLdt(0, 0));
        assertEquals(FrameType.NONE, xen.frames().type(guest.mfns[9]));
        run("b80f0000008ee0");
        assertEquals(Life.CRASHED, guest.domain.life(), "no handler for #GP");
    }

    @Test
    void anLdtThatIsNotThereIsAPageFaultAtTheGuestsOwnAddress() {
        guest.put(ARGUMENTS + 64, 14);
        guest.put(ARGUMENTS + 72, 0x4800);
        guest.put(ARGUMENTS + 80, 0);
        guest.put(ARGUMENTS + 88, 0);
        assertEquals(0, guest.call(Hypercall.SET_TRAP_TABLE.number(), ARGUMENTS + 64));
        xen.machine().memory().write(guest.maddr(4, 0x800), HexFormat.of().parseHex(SPIN));
        assertEquals(0, setLdt(9 << 12, 512));
        run("b80f0000008ee0");
        assertEquals(0x4800, guest.vcpu.registers.rip, "the page is mapped writable");
        assertEquals((9 << 12) + 8, guest.vcpu.registers.cr2);
    }

    @Test
    void anLdtHasToBeWhereTheGuestCanHaveOne() {
        assertEquals(Errno.EINVAL.rc(), setLdt(9 << 12 | 8, 1));
        assertEquals(Errno.EINVAL.rc(), setLdt(9 << 12, 8193));
        assertEquals(Errno.EINVAL.rc(), setLdt(XenSlots.M2P_VADDR, 1));
        assertEquals(0, setLdt(XenSlots.M2P_VADDR, 0), "none");
    }
}
