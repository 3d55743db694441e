package io.xenarium.lab12.check;

import io.xenarium.abi.BlockRing;
import io.xenarium.lab.CheckFailed;
import io.xenarium.machine.Clock;
import io.xenarium.machine.Dice;
import io.xenarium.machine.device.Disk;
import io.xenarium.machine.device.DiskImage;
import io.xenarium.parts.BlockBackend;
import io.xenarium.parts.BlockBackend.Request;
import io.xenarium.parts.BlockBackend.Segment;

import java.util.List;

/// A guest that keeps two accounts, which must always be equal, on a disk that forgets at a loss of
/// power what was not flushed. It does as file systems do: both numbers into a journal, flush, a
/// record that says they are valid, flush, and only then into their places.
///
/// It goes so many steps (a request put in, or something that the disk does) and then the power
/// fails.
final class Bank {
    /// Longer than any run.
    static final int STEPS_MAX = 200;

    private static final int ROUNDS = 3;
    private static final int[] ACCOUNTS = {0, 8};
    private static final int[] JOURNAL = {24, 32};
    private static final int RECORD = 48;
    private static final int PAGE = 0;

    /// The power has failed.
    private static final class PowerCut extends RuntimeException {
        private static final long serialVersionUID = 1;

        PowerCut() {
            super("the power has failed", null, false, false);
        }
    }

    private final BlockWorld world;
    private final BlockBackend submits;
    private final BlockBackend completes;
    private final boolean hasBarriers;
    private final Disk disk =
            new Disk(
                    DiskImage.of(new byte[BlockWorld.SECTORS * Disk.SECTOR_BYTES]), new Clock(), 1);
    private byte[] read = new byte[0];
    private int stepsLeft;
    private int promised;
    private int begun;

    /// @param submits the part that takes requests on
    /// @param completes the part that is told what the disk has done
    /// @param hasBarriers whether records are written with a barrier, instead of a flush after them
    Bank(BlockWorld world, BlockBackend submits, BlockBackend completes, boolean hasBarriers) {
        this.world = world;
        this.submits = submits;
        this.completes = completes;
        this.hasBarriers = hasBarriers;
        disk.onDone((_, data) -> read = data);
    }

    /// Runs for so many steps, loses power, and looks at what is left. Returns whether the run had
    /// ended by itself before.
    ///
    /// @throws CheckFailed where a promise was broken
    boolean isOverAfter(int steps, int fate) {
        stepsLeft = steps;
        boolean isOver = true;
        try {
            run();
        } catch (PowerCut _) {
            isOver = false;
        }
        world.tell("the power fails; what was in the disk's cache is lost, kept, or torn");
        disk.losePower(new Dice(fate));
        recover(steps);
        return isOver;
    }

    private void run() {
        for (int round = 1; round <= ROUNDS; round++) {
            begun = round;
            write(JOURNAL[0], round, BlockRing.WRITE);
            write(JOURNAL[1], round, BlockRing.WRITE);
            flush();
            if (hasBarriers) {
                write(RECORD, round, BlockRing.WRITE_BARRIER);
            } else {
                write(RECORD, round, BlockRing.WRITE);
                flush();
            }
            promised = round;
            world.tell("the bank has promised: both accounts are %d", round);
            write(ACCOUNTS[0], round, BlockRing.WRITE);
            write(ACCOUNTS[1], round, BlockRing.WRITE);
            flush();
        }
    }

    private void write(int sector, int value, int operation) {
        world.pages[PAGE][0] = value;
        ask(new Request(operation, 7, sector, 1, List.of(new Segment(PAGE, 0, 0))));
    }

    private void flush() {
        ask(new Request(BlockRing.FLUSH_DISKCACHE, 7, 0, 0, List.of()));
    }

    /// Puts a request in and waits for its response.
    private void ask(Request request) {
        step();
        world.push(request);
        submits.submit(world.take());
        while (world.shown == world.consumed) {
            if (world.queue.isEmpty()) {
                throw new CheckFailed(
                        Rules.ANSWER,
                        "%s is never answered".formatted(Words.of(request)),
                        "answers it when the disk has done it");
            }
            step();
            BlockWorld.Order order = world.next();
            completes.complete(order.work(), done(order));
        }
        world.consume();
    }

    private byte[] done(BlockWorld.Order order) {
        Request request = order.work().request();
        long sector = order.kind() == Disk.Kind.FLUSH ? 0 : request.sector();
        disk.submit(new Disk.Request(0, order.kind(), sector, request.sectors(), order.data()));
        disk.drain();
        return read;
    }

    private void step() {
        if (stepsLeft-- == 0) {
            throw new PowerCut();
        }
    }

    /// What the guest does when it starts again: where the record fits the journal, the journal
    /// counts.
    private void recover(int steps) {
        int record = number(RECORD);
        boolean isValid = number(JOURNAL[0]) == record && number(JOURNAL[1]) == record;
        int first = isValid ? record : number(ACCOUNTS[0]);
        int second = isValid ? record : number(ACCOUNTS[1]);
        world.tell(
                "record %d, journal %d and %d: the accounts are %d and %d",
                record, number(JOURNAL[0]), number(JOURNAL[1]), first, second);
        if (first != second || first < promised || first > begun) {
            throw new CheckFailed(
                    Rules.POWER,
                    "the power failed after %d steps; %d was flushed, and the accounts are %d and %d"
                            .formatted(steps, promised, first, second),
                    "whatever flush or barrier was answered before, the accounts are %d or later"
                            .formatted(promised));
        }
    }

    private int number(int sector) {
        return BlockWorld.numbers(disk.read(sector, 1)).getInt(0);
    }
}
