package io.xenarium.lab;

import io.xenarium.parts.Parts;
import io.xenarium.parts.Slot;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/// Loads parts from their sources: a learner's own, a reference, or a mutant of one. Each load goes
/// through a fresh class loader. Not for two threads at once.
public final class LearnerParts {
    private final Compile compile = new Compile();

    /// `base`, with the slots of `labs` filled by the learner's parts, as they stand on disk now.
    /// `all` names every lab; `05:M2` is a mutant of one.
    ///
    /// @throws LabProblem where one does not compile; the message has every complaint
    public static Parts load(Path root, List<String> labs, Parts base) {
        LearnerParts loader = new LearnerParts();
        List<String> named =
                labs.equals(List.of("all"))
                        ? LabFolder.all(root).stream().map(LabFolder::id).toList()
                        : labs;
        Parts parts = base;
        for (String lab : named) {
            int colon = lab.indexOf(':');
            parts =
                    colon < 0
                            ? loader.own(LabFolder.of(root, lab), parts)
                            : loader.mutant(
                                    LabFolder.of(root, lab.substring(0, colon)),
                                    lab.substring(colon + 1),
                                    parts);
        }
        return parts;
    }

    private Parts own(LabFolder folder, Parts base) {
        Compile.Result compiled = stateless(Runner.texts(folder.sources()));
        return fill(base, folder.id(), required(folder, compiled), Parts.Holder.YOURS);
    }

    /// The reference parts of all slots, compiled from the solutions: also of a slot whose lab is
    /// not written yet.
    public Parts solutions(Path root) {
        Parts parts = Parts.none();
        for (Slot slot : Slot.values()) {
            LabFolder folder = LabFolder.ofSolution(root, slot.lab());
            Compile.Result compiled = compile.folder(folder.solutionSources());
            parts = fill(parts, folder.id(), required(folder, compiled), Parts.Holder.REFERENCE);
        }
        return parts;
    }

    /// The code as it is at the end of the chapter of `lab`, for who has done every lab so far: in
    /// the learner's slots the solutions of these labs, in the others what `base` has.
    Parts asOf(Path root, String lab, Parts base) {
        Parts parts = base;
        for (LabFolder folder : LabFolder.all(root)) {
            if (folder.id().compareTo(lab) <= 0) {
                Compile.Result compiled = stateless(Runner.texts(folder.solutionSources()));
                parts = fill(parts, folder.id(), required(folder, compiled), Parts.Holder.YOURS);
            }
        }
        return parts;
    }

    /// `base` with the slot of a lab filled by a mutant, such as `M1`, of its solution: a part with
    /// one known bug.
    public Parts mutant(LabFolder folder, String mutant, Parts base) {
        Compile.Result compiled = stateless(Mutant.of(folder, mutant).apply(folder));
        return fill(base, folder.id(), required(folder, compiled), Parts.Holder.MUTANT);
    }

    /// Compiles sources without loading them, and complains also of what they keep for themselves.
    Compile.Result compile(Path sources) {
        return stateless(Runner.texts(sources));
    }

    private Compile.Result stateless(Map<String, String> sources) {
        if (sources.isEmpty()) {
            throw new LabProblem("there is no Java file to compile");
        }
        Compile.Result compiled = compile.texts(sources);
        return compiled.isGood()
                ? new Compile.Result(
                        compiled.classes(), OwnState.complaints(compiled.classes(), sources))
                : compiled;
    }

    Compile.Result compile(Map<String, String> sources) {
        return compile.texts(sources);
    }

    private static Map<String, byte[]> required(LabFolder folder, Compile.Result compiled) {
        if (!compiled.isGood()) {
            throw new LabProblem(
                    "lab %s does not compile:%n%s"
                            .formatted(
                                    folder.id(),
                                    String.join(
                                            "\n",
                                            compiled.complaints().stream()
                                                    .map(Object::toString)
                                                    .toList())));
        }
        return compiled.classes();
    }

    /// `base`, with the slot of `lab` filled by the maker among `classes`, guarded and counted.
    static Parts fill(Parts base, String lab, Map<String, byte[]> classes, Parts.Holder holder) {
        Slot slot = slot(lab);
        FreshLoader loader =
                new FreshLoader(Weave.classes(classes), LearnerParts.class.getClassLoader());
        return base.with(slot, Guard.maker(slot, loader.make(slot.maker())), holder);
    }

    /// The slot that a lab fills.
    static Slot slot(String lab) {
        return Arrays.stream(Slot.values())
                .filter(slot -> slot.lab().equals(lab))
                .findFirst()
                .orElseThrow(() -> new LabProblem("lab " + lab + " fills no slot"));
    }
}
