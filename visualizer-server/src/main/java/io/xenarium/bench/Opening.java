package io.xenarium.bench;

import io.xenarium.machine.Journal;

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
record Opening(
        long seed,
        String guest,
        List<String> mine,
        List<Journal.Entry> journal,
        long start,
        long position) {
    static Opening of(JsonNode json) {
        return new Opening(
                json.path("seed").asLong(),
                json.path("guest").asString(),
                labs(json),
                JournalJson.entries(json.path("journal")),
                json.path("start").asLong(),
                json.path("t").asLong());
    }

    /// The labs that a request names under `mine`.
    static List<String> labs(JsonNode json) {
        List<String> labs = new ArrayList<>();
        json.path("mine").forEach(lab -> labs.add(lab.asString()));
        return labs;
    }
}
