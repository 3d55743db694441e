package io.xenarium.bench;

import io.xenarium.machine.Journal;
import io.xenarium.toolstack.RememberedBranch;
import io.xenarium.toolstack.Timeline;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

import java.util.ArrayList;
import java.util.List;

/// The tree of branches as a bench tells it to the server, so that another bench has it too. The
/// inputs of the current branch are not in it: they are the journal, which is told by itself, entry
/// by entry.
///
/// @param current the branch that the machine is on
record RememberedPast(int current, List<RememberedBranch> branches) {
    static final RememberedPast NONE = new RememberedPast(0, List.of());

    /// That of a timeline.
    static RememberedPast of(Timeline timeline) {
        return new RememberedPast(timeline.branch().id(), timeline.remember());
    }

    /// What a server keeps, beside the inputs of the current branch.
    static RememberedPast of(JsonNode json, List<Journal.Entry> journal) {
        int current = json.path("current").asInt();
        List<RememberedBranch> branches = new ArrayList<>();
        for (JsonNode one : json.path("branches")) {
            Timeline.Branch branch =
                    new Timeline.Branch(
                            branches.size(),
                            one.path("parent").asInt(),
                            one.path("fork").asLong(),
                            one.path("end").asLong(),
                            one.path("endNanos").asLong());
            List<Journal.Entry> inputs =
                    branch.id() == current ? journal : JournalJson.entries(one.path("inputs"));
            branches.add(new RememberedBranch(branch, one.path("forkNanos").asLong(), inputs));
        }
        return branches.isEmpty() ? NONE : new RememberedPast(current, branches);
    }

    ObjectNode json() {
        ObjectNode json = JsonMapper.shared().createObjectNode().put("current", current);
        ArrayNode list = json.putArray("branches");
        for (RememberedBranch each : branches) {
            Timeline.Branch branch = each.branch();
            ObjectNode one =
                    list.addObject()
                            .put("parent", branch.parent())
                            .put("fork", branch.forkSeq())
                            .put("forkNanos", each.forkNanos())
                            .put("end", branch.endSeq())
                            .put("endNanos", branch.endNanos());
            if (branch.id() != current) {
                one.set("inputs", JournalJson.of(each.inputs()));
            }
        }
        return json;
    }
}
