package io.xenarium.lab02.check;

import io.xenarium.lab.CheckFailed;
import io.xenarium.lab.Facts;
import io.xenarium.lab.Rule;
import io.xenarium.lab.Subject;
import io.xenarium.parts.PvEntry;

import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/// The learner's part on a world, and what is expected of the two.
final class Scene {
    private static final String TABLE = "the trap table";
    private static final String HANDLER = "the handler of trap ";
    private static final Facts FACTS = new Facts(Scene::rule);

    final EntryWorld world;
    private final PvEntry part;
    private String last = "nothing";

    Scene(EntryWorld world) {
        this.world = world;
        part = Subject.current().mine().pvEntry().make(world);
        world.part = part;
        if (Subject.current().isReplay()) {
            world.told = Subject.current().steps();
        }
    }

    /// A guest's kernel in the middle of its work.
    static Scene running() {
        return new Scene(Op.running());
    }

    /// A guest's program in the middle of its work.
    static Scene inAProgram() {
        EntryWorld world = Op.running();
        world.isKernel = false;
        world.set(PvEntry.Register.RSP, EntryWorld.USER_STACK + 0x800);
        return new Scene(world);
    }

    Scene with(PvEntry.Register register, long value) {
        world.set(register, value);
        return this;
    }

    Scene lay(long at, long... words) {
        world.lay(at, words);
        return this;
    }

    Scene masked() {
        world.isMasked = true;
        return this;
    }

    Scene asks(Op.Kind kind, long at, long number) {
        Op op = new Op(kind, at, number);
        last = op.toString();
        op.happen(part, world);
        return this;
    }

    Scene asks(Op.Kind kind) {
        return asks(kind, 0, 0);
    }

    /// Expects that something is so by now.
    Scene is(String fact, String wanted) {
        String is = world.fact(fact);
        if (!is.equals(wanted)) {
            throw FACTS.differs(last, fact, is, wanted);
        }
        return this;
    }

    Scene is(String fact, long wanted) {
        return is(fact, EntryWorld.hex(wanted));
    }

    /// Expects these words from `at` upwards.
    Scene holds(long at, long... wanted) {
        for (int i = 0; i < wanted.length; i++) {
            is(EntryWorld.WORD + EntryWorld.hex(at + i * 8L), wanted[i]);
        }
        return this;
    }

    /// The first thing in which `mine` differs from `xen`, as a failure; null where nothing does.
    static CheckFailed difference(String last, EntryWorld mine, EntryWorld xen) {
        Map<String, String> facts = mine.facts();
        facts.put(TABLE, xen.facts().get(TABLE));
        return FACTS.difference(last, facts, xen.facts())
                .or(() -> otherHandler(last, mine, xen))
                .or(() ->
                        mine.otherWord(xen)
                                .map(word ->
                                        FACTS.differs(last, word, mine.fact(word), xen.fact(word))))
                .orElse(null);
    }

    /// A table may be long: what is told of it is the first handler that is another one.
    private static Optional<CheckFailed> otherHandler(
            String last, EntryWorld mine, EntryWorld xen) {
        return IntStream.range(0, 256)
                .filter(vector -> !mine.handler(vector).equals(xen.handler(vector)))
                .mapToObj(vector ->
                        FACTS.differs(
                                last, HANDLER + vector, mine.handler(vector), xen.handler(vector)))
                .findFirst();
    }

    private static Rule rule(String last, String fact) {
        return switch (fact) {
            case "the guest" -> Rules.CRASH;
            case "the answer" -> Rules.ANSWER;
            case "the hypercalls made" -> Rules.CALLED;
            case "the mode" -> Rules.MODE;
            case "the event mask" -> Rules.MASK;
            case TABLE -> Rules.TABLE;
            case "what is left" -> Rules.REST;
            case "what loadSegments found" -> Rules.EARLY;
            default -> {
                if (fact.startsWith(HANDLER)) {
                    yield Rules.TABLE;
                }
                if (fact.startsWith(EntryWorld.WORD)) {
                    yield last.startsWith("multicall") ? Rules.ENTRY : Rules.FRAME;
                }
                yield last.startsWith("hypercall") ? Rules.CALLER : Rules.REGISTER;
            }
        };
    }
}
