package io.xenarium.lab04.check;

import static io.xenarium.lab04.check.Op.get;
import static io.xenarium.lab04.check.Op.pin;
import static io.xenarium.lab04.check.Op.store;
import static io.xenarium.lab04.check.Op.unpin;
import static io.xenarium.lab04.check.Op.update;
import static io.xenarium.lab04.check.Op.updateMarked;
import static io.xenarium.lab04.check.Op.updateVa;
import static io.xenarium.terms.Errno.EBUSY;
import static io.xenarium.terms.Errno.EINVAL;
import static io.xenarium.trace.MemoryEvent.FrameType.L1;
import static io.xenarium.trace.MemoryEvent.FrameType.L2;
import static io.xenarium.trace.MemoryEvent.FrameType.L4;
import static io.xenarium.trace.MemoryEvent.FrameType.NONE;
import static io.xenarium.trace.MemoryEvent.FrameType.WRITABLE;

import io.xenarium.lab.Tier;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The fifth tier: twelve guests that want one thing, a page table that they can write into. After
/// every step the tables are searched for it.
@Tier(5)
public final class T5Hostile {
    @Test
    @Tag("04.5")
    void guest01MapsATableThatStands() {
        Scene.usual()
                .refuses(EBUSY, update(5, 2, 0x4067))
                .refuses(EBUSY, update(5, 2, 0x3067))
                .refuses(EBUSY, update(5, 2, 0x1067));
    }

    @Test
    @Tag("04.4")
    void guest02MapsAPageFirstAndMakesItATableThen() {
        Scene scene = Scene.usual();
        scene.world.memory[5][2] = 0x6067;
        Recount.settle(scene.world);
        scene.isUsed(6, WRITABLE, 1).refuses(EINVAL, pin(6, L1)).refuses(EINVAL, pin(13, L2));
    }

    @Test
    @Tag("04.4")
    void guest03HidesTheMappingInTheTableItself() {
        Scene.usual().refuses(EBUSY, pin(14, L1));
    }

    @Test
    @Tag("04.4")
    void guest04HidesItInTheTableBelow() {
        Scene scene = Scene.usual();
        scene.world.memory[6][1] = 0xd067;
        scene.refuses(EBUSY, pin(13, L2));
        scene.world.memory[6][1] = 0xc067;
        scene.world.memory[13][1] = 0xf067;
        scene.world.memory[15][0] = 0x6067;
        scene.refuses(EBUSY, pin(13, L2)).isUsed(12, NONE, 0);
    }

    @Test
    @Tag("04.4")
    void guest05UsesOneFrameAtTwoLevels() {
        Scene scene = Scene.usual();
        scene.world.memory[15][0] = 0xd067;
        scene.does(pin(6, L1)).refuses(EINVAL, pin(6, L2)).refuses(EBUSY, pin(15, L2));
        scene.does(pin(13, L2)).refuses(EINVAL, pin(13, L1));
    }

    @Test
    @Tag("04.5")
    void guest06AsksForALargePage() {
        Scene scene = Scene.usual().refuses(EINVAL, update(3, 2, 0x00e7));
        scene.world.memory[15][3] = 0x00e7;
        scene.refuses(EINVAL, pin(15, L2)).refuses(EINVAL, update(3, 0, 0x40e7));
    }

    @Test
    @Tag("04.5")
    void guest07MakesAReadOnlyEntryWritable() {
        Scene.usual()
                .refuses(EBUSY, update(4, 2, 0x4067))
                .refuses(EBUSY, updateMarked(4, 2, 0x4067))
                .refuses(EBUSY, update(4, 2, 0x4007))
                .refuses(EINVAL, updateMarked(3, 0, 0x3067));
    }

    @Test
    @Tag("04.5")
    void guest08UsesATableThatShowsItself() {
        Scene.usual()
                .refuses(EINVAL, update(3, 2, 0x3067))
                .does(update(3, 2, 0x3065))
                .refuses(EINVAL, update(3, 2, 0x3067))
                .does(update(3, 2, 0))
                .isUsed(3, L2, 1);
    }

    @Test
    @Tag("04.5")
    void guest09RemembersInItsTlb() {
        Scene scene =
                Scene.usual()
                        .does(update(5, 2, 0x6067))
                        .does(update(5, 2, 0x6065))
                        .does(store(6, 1, 0xc065))
                        .does(pin(6, L1))
                        .does(store(6, 1, 0x4067));
        scene.holds(6, 1, 0xc065);
    }

    @Test
    @Tag("04.5")
    void guest10UnpinsATableThatIsStillUsed() {
        Scene.usual()
                .does(pin(4, L1))
                .does(unpin(4))
                .refuses(EBUSY, update(5, 2, 0x4067))
                .does(update(3, 0, 0))
                .isUsed(4, NONE, 0)
                .does(update(5, 2, 0x4067))
                .isUsed(4, WRITABLE, 1)
                .refuses(EINVAL, update(3, 0, 0x4067));
    }

    @Test
    @Tag("04.6")
    void guest11WritesWhereItShouldNot() {
        Scene.usual()
                .refuses(EINVAL, update(1, 2, 0x4067))
                .refuses(EINVAL, update(16, 1, 0x1_1067))
                .refuses(EINVAL, updateVa(8, 0x5067))
                .refuses(EINVAL, update(23, 0, 0x4067));
    }

    @Test
    @Tag("04.5")
    void guest12TriesTheTablesOfAnother() {
        Scene.usual()
                .refuses(EBUSY, update(5, 2, 0x10067))
                .refuses(EBUSY, update(5, 2, 0x10067).of(2))
                .refuses(EINVAL, update(3, 2, 0x10067))
                .refuses(EINVAL, get(16, L1))
                .refuses(EINVAL, pin(16, L4));
    }
}
