package io.xenarium.lab07.check;

import io.xenarium.guest.Guests;
import io.xenarium.lab.CheckFailed;
import io.xenarium.lab.Subject;
import io.xenarium.lab.Tier;
import io.xenarium.machine.Dice;
import io.xenarium.parts.DomainBuilder;
import io.xenarium.parts.DomainBuilder.Segment;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Optional;

/// The fifth tier: files that lie. Whoever rents out machines builds domains of what strangers
/// bring.
@Tier(5)
public final class T5Hostile {
    private static final int GARBAGE = 3000;
    private static final int DAMAGES = 12;
    private static final int NOTES_AT = 0x30b0;
    private static final int NOTES_BYTES = 0xc0;

    @Test
    @Tag("07.1")
    void lengthsThatLieAreRefusedOrSteppedOver() {
        T2LockStep.notes(true);
    }

    @Test
    @Tag("07.1")
    void garbageIsReadOrRefused() {
        DomainBuilder part = Subject.current().mine().domainBuilder().make(new BuildWorld(1, 1));
        DomainBuilder xen =
                Subject.current().reference().domainBuilder().make(new BuildWorld(1, 1));
        Dice dice = new Dice(3);
        for (int i = 0; i < GARBAGE; i++) {
            byte[] file = new byte[dice.below(60)];
            for (int at = 0; at < file.length; at++) {
                file[at] = (byte) (dice.below(2) == 0 ? 0 : dice.next());
            }
            String is = Scene.read(part, file);
            String wanted = Scene.read(xen, file);
            if (!is.equals(wanted)) {
                String what = Note.hex(file);
                throw new CheckFailed(Rules.NOTES, "%s: %s".formatted(what, is), wanted);
            }
        }
    }

    @Test
    @Tag("07.2")
    void ofSegmentsThatOverlapTheLaterOneIsSeen() {
        Segment first = new Segment(0, 0x2000, new byte[] {1, 1, 1, 1, 1, 1}, 6);
        Segment second = new Segment(0, 0x2002, new byte[] {2}, 2);
        Scene.grub().loads(0, first, second).has(0x2000, 6, "01 01 02 00 01 01");
        Scene.grub().loads(0, second, first).has(0x2000, 6, "01 01 01 01 01 01");
    }

    @Test
    @Tag("07.2")
    void manySegmentsOverEachOtherAreXens() {
        T2LockStep.segments(24);
    }

    @Test
    @Tag("07.2")
    void aSegmentOfNothingTouchesNothing() {
        Segment nothing = new Segment(0, 0x3000, new byte[0], 0);
        Scene.grub().loads(0, nothing).has(0x2ffe, 4, "a5 a5 a5 a5");
    }

    @Test
    @Tag("07.6")
    void aDamagedFileIsRefusedOrBootsAsOnXen() {
        Dice dice = new Dice(5);
        for (int i = 0; i < DAMAGES; i++) {
            byte[] image = Guests.hello();
            int at = NOTES_AT + dice.below(NOTES_BYTES);
            image[at] = (byte) dice.next();
            String mine = end(Subject.current().mine(), image);
            String xen = end(Subject.current().reference(), image);
            if (!mine.equals(xen)) {
                throw new CheckFailed(
                        Rules.GUEST,
                        "with byte 0x%x changed: %s".formatted(at, mine),
                        "with it: " + xen);
            }
        }
    }

    private static String end(io.xenarium.parts.Parts parts, byte[] image) {
        List<String> lines = new Birth(parts, image, Optional.empty()).lines();
        return lines.isEmpty() ? "it says nothing" : lines.getLast();
    }
}
