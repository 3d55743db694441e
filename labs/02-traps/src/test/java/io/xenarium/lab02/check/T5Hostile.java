package io.xenarium.lab02.check;

import static io.xenarium.lab02.check.EntryWorld.LISTS;
import static io.xenarium.lab02.check.EntryWorld.LONG_LIST;
import static io.xenarium.lab02.check.EntryWorld.MADE_AGAIN;
import static io.xenarium.lab02.check.EntryWorld.READ_ONLY;

import io.xenarium.lab.Tier;
import io.xenarium.lab02.check.Op.Kind;
import io.xenarium.parts.PvEntry.Register;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The fifth tier: a guest that means harm, to Xen or to itself.
@Tier(5)
public final class T5Hostile {
    private static final long HANDLER = 0x50_0000;

    @Test
    @Tag("02.1")
    void aListWithoutAnEndIsRefused() {
        Scene scene = Scene.running();
        for (long at = LISTS; at < 0x5000; at += 16) {
            scene.lay(at, 14, 0x1234);
        }
        scene.asks(Kind.SET_TRAPS, LISTS, 0).is("the trap table", "{}").is("the answer", "-EFAULT");
    }

    @Test
    @Tag("02.1")
    void aListOfThousandsIsDoneInPieces() {
        Scene.running()
                .lay(LISTS, 14, 0x1234, 3, 0x5678, 14, 0x1234, 3, 0x5678)
                .asks(Kind.SET_TRAPS, LONG_LIST, 0)
                .is("what is left", "rdi 0x110000, rsi 0x0")
                .is("the answer", MADE_AGAIN)
                .is("the trap table", "{3=0x5678 flags 0, 14=0x1234 flags 0}");
    }

    @Test
    @Tag("02.2")
    void aStackThatCannotBeWrittenEndsTheGuest() {
        Scene.running()
                .with(Register.RSP, READ_ONLY + 0x100)
                .asks(Kind.FAULT, HANDLER, 1)
                .is("the guest", "has ended");
        Scene.running().asks(Kind.FAULT, 0, 1).is("the guest", "has ended");
    }

    @Test
    @Tag("02.3")
    void aProgramCannotChooseWhereItsKernelIsEntered() {
        Scene.inAProgram()
                .with(Register.RSP, READ_ONLY + 0x100)
                .asks(Kind.FAULT, HANDLER, 1)
                .is("the guest", "goes on")
                .is("rsp", 0x1ef0);
    }

    @Test
    @Tag("02.4")
    void aForgedFrameGetsNoPrivilege() {
        Scene.running()
                .with(Register.RSP, 0x1f00)
                .lay(0x1f00, 7, 0x11, 0xcc, 0, 0x40_2000, 0xe030, 0xffff_ffffL, 0x1f80, 0xe02b)
                .asks(Kind.IRET)
                .is("rflags", 0x3f7fd5 & ~0x20000 | 0x202)
                .is("the I/O privilege level", "3");
        Scene.running().with(Register.RSP, 0x4ff0).asks(Kind.IRET).is("the guest", "has ended");
    }

    @Test
    @Tag("02.5")
    void noNumberReachesOutsideOfTheTable() {
        for (long number = -70; number < 200; number++) {
            boolean isKnown = number >= 0 && number < EntryWorld.HYPERCALLS;
            Scene scene =
                    Scene.running()
                            .with(Register.RAX, number)
                            .with(Register.RDI, 7)
                            .asks(Kind.HYPERCALL);
            if (!isKnown) {
                scene.is("rax", -38);
            }
        }
    }

    @Test
    @Tag("02.6")
    void aListOfThousandsOfCallsIsDoneInPieces() {
        Scene.running()
                .lay(LISTS, 12)
                .asks(Kind.MULTICALL, LONG_LIST, 5000)
                .is("what is left", "rdi 0x140000, rsi 0x388")
                .is("the answer", MADE_AGAIN);
    }

    @Test
    @Tag("02.6")
    void whatIsLeftHasToBeWrittenSomewhere() {
        Scene.running()
                .lay(READ_ONLY, EntryWorld.IN_PIECES, 0, 1, 5)
                .asks(Kind.MULTICALL, READ_ONLY, 1)
                .is("the answer", "-EFAULT");
    }

    @Test
    @Tag("02.6")
    void aListThatLeadsNowhereEndsThere() {
        Scene.running().lay(0x4fc0, 12).asks(Kind.MULTICALL, 0x4fc0, 5).is("the answer", "-EFAULT");
        Scene.running()
                .asks(Kind.MULTICALL, 0x9000, 0xffff_ffffL)
                .is("the hypercalls made", "[]")
                .is("the answer", "-EFAULT");
    }
}
