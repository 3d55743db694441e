package io.xenarium.lab02.check;

import static io.xenarium.lab02.check.EntryWorld.KERNEL_STACK;
import static io.xenarium.lab02.check.EntryWorld.LISTS;

import io.xenarium.lab.Tier;
import io.xenarium.lab02.check.Op.Kind;
import io.xenarium.parts.PvEntry.Register;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The first tier: what each operation does when it is alone.
@Tier(1)
public final class T1Contract {
    private static final long HANDLER = 0x50_0000;

    /// Where the frame of a fault in the running kernel begins: 8 words below rsp, rounded down.
    private static final long FRAME = KERNEL_STACK + 0xf00 - 64;

    @Test
    @Tag("02.1")
    void theTrapTableIsTakenOver() {
        Scene.running()
                .lay(LISTS, 14 | 4 << 8, 0x1234, 3 | 3 << 8, 0x5678, 99, 0)
                .asks(Kind.SET_TRAPS, LISTS, 0)
                .is("the answer", "0")
                .is("the trap table", "{3=0x5678 flags 3, 14=0x1234 flags 4}");
    }

    @Test
    @Tag("02.1")
    void handlersOfTheUpperHalfAreTakenLikeAnyOther() {
        Scene.running()
                .lay(LISTS, 14, 0xffff_ffff_8100_0000L, 99, 0)
                .asks(Kind.SET_TRAPS, EntryWorld.UPPER + LISTS, 0)
                .is("the answer", "0")
                .is("the trap table", "{14=0xffffffff81000000 flags 0}");
    }

    @Test
    @Tag("02.1")
    void noArrayEmptiesTheTable() {
        Scene.running()
                .lay(LISTS, 14, 0x1234, 0, 0)
                .asks(Kind.SET_TRAPS, LISTS, 0)
                .asks(Kind.SET_TRAPS)
                .is("the answer", "0")
                .is("the trap table", "{}");
    }

    @Test
    @Tag("02.1")
    void aRefusedTableChangesNothing() {
        Scene.running()
                .lay(LISTS, 14, 0x1234, 13, 1L << 60)
                .asks(Kind.SET_TRAPS, LISTS, 0)
                .is("the trap table", "{}")
                .is("the answer", "-EINVAL");
        Scene.running()
                .lay(0x4ff0, 14, 0x1234)
                .asks(Kind.SET_TRAPS, 0x4ff0, 0)
                .is("the trap table", "{}")
                .is("the answer", "-EFAULT");
    }

    @Test
    @Tag("02.2")
    void aFaultPushesAFrame() {
        Scene.running()
                .asks(Kind.FAULT, HANDLER, 5)
                .is("the guest", "goes on")
                .is("rsp", FRAME)
                .holds(FRAME, 0x101, 0x202, 5, 0x40_1000, 0xe030, 0x246, KERNEL_STACK + 0xf08)
                .holds(FRAME + 56, 0xe02b)
                .is("rip", HANDLER)
                .is("the segments", "the kernel's");
    }

    @Test
    @Tag("02.2")
    void aStackOfTheUpperHalfIsRoundedDownToo() {
        Scene.running()
                .with(Register.RSP, EntryWorld.UPPER + KERNEL_STACK + 0xf08)
                .asks(Kind.FAULT, HANDLER, 5)
                .is("the guest", "goes on")
                .is("rsp", EntryWorld.UPPER + FRAME)
                .holds(FRAME, 0x101, 0x202, 5, 0x40_1000);
    }

    @Test
    @Tag("02.2")
    void theFrameTellsTheEventMask() {
        Scene.running()
                .masked()
                .asks(Kind.FAULT, HANDLER, 5)
                .holds(FRAME + 32, 0x1_0000_e030L, 0x46)
                .is("the event mask", "set");
    }

    @Test
    @Tag("02.2")
    void anUpcallMasksEventsAndHasNoErrorCode() {
        Scene.running()
                .asks(Kind.UPCALL, HANDLER, 0)
                .is("rsp", KERNEL_STACK + 0xf00 - 56)
                .holds(KERNEL_STACK + 0xf00 - 56, 0x101, 0x202, 0x40_1000, 0xe030, 0x246)
                .is("the event mask", "set");
        Scene.running().asks(Kind.FAULT, HANDLER, 0).is("the event mask", "clear");
    }

    @Test
    @Tag("02.2")
    void theHandlerIsNotStepped() {
        Scene.running()
                .with(Register.RFLAGS, 0x54302 | 0x1000)
                .asks(Kind.FAULT, HANDLER, 0)
                .is("rflags", 0x1202)
                .holds(FRAME + 40, 0x55302);
    }

    @Test
    @Tag("02.3")
    void aProgramIsLeftForTheKernelsStack() {
        long frame = KERNEL_STACK + 0xf30 - 64;
        Scene.inAProgram()
                .asks(Kind.FAULT, HANDLER, 7)
                .is("the mode", "kernel")
                .is("rsp", frame)
                .holds(frame + 16, 7, 0x40_1000, 0xe033, 0x246, 0x2800, 0xe02b);
    }

    @Test
    @Tag("02.4")
    void iretGoesBackToTheKernel() {
        returning(0xe030, 0x246)
                .asks(Kind.IRET)
                .is("the answer", "7")
                .is("the mode", "kernel")
                .is("rip", 0x40_2000)
                .is("rsp", 0x1f80)
                .is("r11", 0x11)
                .is("rcx", 0xcc)
                .is("rflags", 0x246)
                .is("the segments", "cs 0xe030, ss 0xe02b");
    }

    @Test
    @Tag("02.4")
    void theWayBackIsLookedAtWhenAllOfItIsThere() {
        returning(0xe033, 0x246)
                .asks(Kind.IRET)
                .is("what loadSegments found", "rip 0x402000, user mode");
    }

    @Test
    @Tag("02.4")
    void iretGoesToAProgramWhereTheLevelIsThree() {
        returning(0xe033, 0x246).asks(Kind.IRET).is("the mode", "user");
    }

    @Test
    @Tag("02.4")
    void iretTakesTheMaskFromTheFlags() {
        returning(0xe030, 0x46).asks(Kind.IRET).is("the event mask", "set").is("rflags", 0x246);
        returning(0xe030, 0x246).masked().asks(Kind.IRET).is("the event mask", "clear");
    }

    @Test
    @Tag("02.4")
    void aReturnFromASystemCallLosesRcxAndR11() {
        returning(0xe033, 0x246)
                .lay(0x1f18, 0x100)
                .asks(Kind.IRET)
                .is("rcx", 0x40_2000)
                .is("r11", 0x246)
                .is("the segments", "cs 0xe033, ss 0xe02b, by SYSRET");
    }

    /// A kernel whose rsp points to nine words for an iret.
    private static Scene returning(long cs, long flags) {
        return Scene.running()
                .with(Register.RSP, 0x1f00)
                .lay(0x1f00, 7, 0x11, 0xcc, 0, 0x40_2000, cs, flags, 0x1f80, 0xe02b);
    }

    @Test
    @Tag("02.5")
    void aHypercallTakesItsArgumentsFromTheRegisters() {
        Scene.running()
                .with(Register.RAX, 12)
                .asks(Kind.HYPERCALL)
                .is("the hypercalls made", "[12(260, 259)]")
                .is("rax", 1200 + 0x102)
                .is("rflags", 0x202)
                .is("rip", 0x40_1000);
    }

    @Test
    @Tag("02.5")
    void anUnknownNumberIsNoHypercall() {
        for (long number : new long[] {64, -1, 1L << 32 | 12, 1L << 63}) {
            Scene.running()
                    .with(Register.RAX, number)
                    .asks(Kind.HYPERCALL)
                    .is("the hypercalls made", "[]")
                    .is("rax", -38);
        }
    }

    @Test
    @Tag("02.5")
    void theFlagsThatAnIretSetsStay() {
        Scene.running()
                .with(Register.RAX, EntryWorld.IRET)
                .asks(Kind.HYPERCALL)
                .is("rflags", EntryWorld.FLAGS_OF_IRET);
    }

    @Test
    @Tag("02.5")
    void whatIsLeftIsDoneByTheSameSyscallAgain() {
        Scene.running()
                .with(Register.RAX, EntryWorld.IN_PIECES)
                .with(Register.RDI, 1)
                .asks(Kind.HYPERCALL)
                .is("rax", EntryWorld.IN_PIECES)
                .is("rdi", 2)
                .is("rsi", 0x10b)
                .is("rdx", 0x103)
                .is("r10", 0x108)
                .is("rip", 0x40_0ffe);
    }

    @Test
    @Tag("02.6")
    void aMulticallMakesEachAndStoresTheAnswers() {
        Scene.running()
                .lay(LISTS, 12, 0, 1, 2, 3, 4, 5, 6)
                .lay(LISTS + 64, EntryWorld.MISSING)
                .asks(Kind.MULTICALL, LISTS, 2)
                .is("the hypercalls made", "[12(1, 2), 60(0, 0)]")
                .is("the answer", "0")
                .holds(LISTS, 12, 1203)
                .holds(LISTS + 64, EntryWorld.MISSING, -38);
    }

    @Test
    @Tag("02.6")
    void aMulticallWithinAMulticallIsRefused() {
        Scene.running()
                .lay(LISTS, 13, 0, 1, 2)
                .asks(Kind.MULTICALL, LISTS, 1)
                .is("the hypercalls made", "[]")
                .is("the answer", "0")
                .holds(LISTS, 13, -22);
    }

    @Test
    @Tag("02.6")
    void aMemberThatIsNotDoneIsMadeAgain() {
        Scene.running()
                .lay(LISTS, 12, 0, 0, 0, 0, 0, 0, 0, EntryWorld.IN_PIECES, 0, 1, 5)
                .with(Register.RAX, 13)
                .asks(Kind.MULTICALL, LISTS, 2)
                .is("what is left", "rdi 0x3040, rsi 0x1")
                .is("the answer", EntryWorld.MADE_AGAIN)
                .holds(LISTS + 64, EntryWorld.IN_PIECES, 0, 2, 13);
    }

    @Test
    @Tag("02.6")
    void anIretIsTheLastMember() {
        Scene.running()
                .lay(LISTS, 23, 9, 0, 0, 0, 0, 0, 0, 12)
                .asks(Kind.MULTICALL, LISTS, 2)
                .is("the hypercalls made", "[23(0, 0)]")
                .is("the answer", "2300")
                .holds(LISTS, 23, 2300);
    }

    @Test
    @Tag("02.6")
    void anIretInAListAnswersForAllWithItsLowerHalf() {
        long wide = 5L << 32 | 0x8000_0000L;
        Scene.running()
                .lay(LISTS, 23, 9, 0, 0, wide)
                .asks(Kind.MULTICALL, LISTS, 1)
                .is("the answer", Long.toString((int) (wide + 2300)))
                .holds(LISTS, 23, wide + 2300);
    }
}
