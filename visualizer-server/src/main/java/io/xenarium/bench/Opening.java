package io.xenarium.bench;

import io.xenarium.machine.Input;
import io.xenarium.machine.Journal;
import io.xenarium.toolstack.Refused;
import io.xenarium.toolstack.XlConfig;

import tools.jackson.databind.JsonNode;

import java.util.ArrayList;
import java.util.List;

/// What a bench is told to open.
///
/// @param seed the seed of the machine's dice
/// @param guest `hello`, `grub`, or the path of an ELF image
/// @param mine the labs whose slots the learner's parts fill
/// @param journal the inputs so far; empty for a computer that is new
/// @param start the event at which the guest had been made and nothing had run yet; 0 where that is
///   still to happen
/// @param position the event to return to
/// @param past the branches of time, where there is more than the one that the journal tells
record Opening(
        long seed,
        String guest,
        List<String> mine,
        List<Journal.Entry> journal,
        long start,
        long position,
        RememberedPast past) {
    /// An opening without branches.
    Opening(long seed, String guest, List<String> mine, List<Journal.Entry> journal) {
        this(seed, guest, mine, journal, 0, 0, RememberedPast.NONE);
    }

    static Opening of(JsonNode json) {
        List<Journal.Entry> journal = JournalJson.entries(json.path("journal"));
        return new Opening(
                json.path("seed").asLong(),
                json.path("guest").asString(),
                labs(json),
                journal,
                json.path("start").asLong(),
                json.path("t").asLong(),
                RememberedPast.of(json.path("past"), journal));
    }

    /// The same run on this computer, where the guest's image may lie elsewhere, without what else
    /// was tried. The only domain that it may ask for is the guest that it names, so that no link
    /// makes this computer read a file.
    ///
    /// @throws Refused where it asks for another
    Opening asHere() {
        GuestChoice choice =
                GuestChoice.all().stream()
                        .filter(known -> known.id().equals(guest))
                        .findFirst()
                        .orElseThrow(() ->
                                new Refused(
                                        "This link is of the guest “%s”, which is not here."
                                                .formatted(guest)));
        List<Journal.Entry> entries = new ArrayList<>();
        for (Journal.Entry entry : journal) {
            entries.add(
                    entry.input() instanceof Input.Created created
                            ? new Journal.Entry(entry.nanos(), here(created, choice))
                            : entry);
        }
        return new Opening(seed, guest, mine, entries, start, position, RememberedPast.NONE);
    }

    private static Input here(Input.Created created, GuestChoice choice) {
        XlConfig wanted = XlConfig.parse(created.config());
        XlConfig known = choice.config();
        boolean isKnown =
                wanted.name().equals(known.name()) && wanted.memoryMiB() == known.memoryMiB();
        if (!isKnown) {
            throw new Refused("This link asks for a domain that is no guest of ours.");
        }
        return new Input.Created(known.text());
    }

    /// The labs that a request names under `mine`.
    static List<String> labs(JsonNode json) {
        List<String> labs = new ArrayList<>();
        json.path("mine").forEach(lab -> labs.add(lab.asString()));
        return labs;
    }
}
