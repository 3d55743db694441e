package io.xenarium.server;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

import java.util.List;

/// What is known of a bench outside of it, so that another one can go on in its place: what the
/// computer is made from, the inputs it was given on each branch of time, and the event at which it
/// stood. The same inputs give the same run, so that nothing else is needed.
final class BenchMemory {
    private long seed;
    private List<String> mine;
    private String guest;
    private ArrayNode journal = JsonMapper.shared().createArrayNode();
    private ObjectNode past = JsonMapper.shared().createObjectNode();
    private long start;
    private long position;

    BenchMemory(WorkbookConfig config) {
        seed = config.seed();
        mine = config.mine();
        guest = config.guest();
    }

    /// What a new bench is told to open: where this one stands, and all branches.
    synchronized ObjectNode opening() {
        ObjectNode opening = moment();
        opening.set("past", past.deepCopy());
        return opening;
    }

    /// Where the bench stands, without what else was tried.
    synchronized ObjectNode moment() {
        ObjectNode opening = JsonMapper.shared().createObjectNode();
        opening.put("seed", seed).put("guest", guest).put("start", start).put("t", position);
        opening.set("mine", JsonMapper.shared().valueToTree(mine));
        opening.set("journal", journal.deepCopy());
        return opening;
    }

    /// The bench stands at event `t`, and from entry `from` on its journal reads `entries`.
    synchronized void learn(JsonNode told) {
        position = told.path("t").asLong();
        start = told.path("start").asLong();
        int from = told.path("from").asInt();
        while (journal.size() > from) {
            journal.remove(journal.size() - 1);
        }
        told.path("entries").forEach(journal::add);
        if (told.path("past") instanceof ObjectNode newPast) {
            past = newPast.deepCopy();
        }
        if (past.path("branches").path(past.path("current").asInt()) instanceof ObjectNode branch) {
            branch.set("end", told.path("end"));
            branch.set("endNanos", told.path("endNanos"));
        }
    }

    /// From now on the computer is made from this.
    synchronized void remake(List<String> newMine, String newGuest) {
        mine = List.copyOf(newMine);
        guest = newGuest;
        forget();
    }

    /// From now on the run is another one, with its own seed and inputs.
    synchronized void adopt(JsonNode opening) {
        seed = opening.path("seed").asLong();
        guest = opening.path("guest").asString();
        journal = (ArrayNode) opening.path("journal").deepCopy();
        start = opening.path("start").asLong();
        position = opening.path("t").asLong();
        past = JsonMapper.shared().createObjectNode();
        mine = opening.path("mine").valueStream().map(JsonNode::asString).toList();
    }

    private void forget() {
        journal = JsonMapper.shared().createArrayNode();
        past = JsonMapper.shared().createObjectNode();
        start = 0;
        position = 0;
    }

    /// The computer could not be made from this: falls back to the reference, then to our own
    /// guest. Returns that choice in words, empty where there is nothing left to fall back to.
    synchronized String fallBack() {
        forget();
        if (!mine.isEmpty()) {
            mine = List.of();
            return "Until then the reference holds the slot.";
        }
        boolean isOurs = guest.equals(WorkbookConfig.HELLO);
        guest = WorkbookConfig.HELLO;
        return isOurs ? "" : "Until then the guest is hello.";
    }

    /// Chooses where the next bench goes on, the more carefully the more often one has died early;
    /// returns that choice in words.
    synchronized String choose(int earlyDeaths) {
        if (earlyDeaths <= 0 || journal.isEmpty()) {
            return journal.isEmpty() ? "" : "It goes on at event " + position + ".";
        }
        position = start;
        if (earlyDeaths == 1) {
            return "It is back at the beginning, with all inputs still ahead.";
        }
        forget();
        boolean hadMine = !mine.isEmpty();
        mine = List.of();
        return "It is back at the beginning"
                + (hadMine ? ", and the reference holds all slots again." : ".");
    }
}
