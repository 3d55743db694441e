package io.xenarium.toolstack;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A loadable module of a Linux kernel, and what it says about itself: texts of `key=value`, each
/// ended by a zero byte, in the section `.modinfo` of its ELF file.
///
/// A package of a kernel has no table of dependencies in it (that is made when it is installed), so
/// the order of loading is worked out here.
///
/// @param name with `_` where its file has `-`: the kernel takes both for the same
record KernelModule(String name, byte[] file, Map<String, List<String>> says) {
    private static final String SUFFIX = ".ko";

    /// The module in a file of this path.
    static KernelModule of(String path, byte[] file) {
        String name = path.substring(path.lastIndexOf('/') + 1).replace(SUFFIX, "");
        byte[] texts = Elf.readModule(file).section(".modinfo").orElse(new byte[0]);
        Map<String, List<String>> says = new LinkedHashMap<>();
        for (String text : new String(texts, StandardCharsets.ISO_8859_1).split("\0")) {
            int equals = text.indexOf('=');
            if (equals > 0) {
                says.computeIfAbsent(text.substring(0, equals), _ -> new ArrayList<>())
                        .add(text.substring(equals + 1));
            }
        }
        return new KernelModule(plain(name), file, says);
    }

    /// The wanted ones and what they need, in the order in which they can be loaded. What is not
    /// among the known is taken for built into the kernel.
    static List<KernelModule> inOrder(List<KernelModule> known, List<String> wanted) {
        List<KernelModule> order = new ArrayList<>();
        wanted.forEach(name -> add(order, known, plain(name), 0));
        return order;
    }

    /// Depth has a limit, because a damaged package could have modules that need each other.
    private static void add(
            List<KernelModule> order, List<KernelModule> known, String name, int depth) {
        Optional<KernelModule> found =
                known.stream().filter(module -> module.answersTo(name)).findFirst();
        if (found.isPresent() && !order.contains(found.get()) && depth < known.size()) {
            found.get().needs().forEach(needed -> add(order, known, plain(needed), depth + 1));
            order.add(found.get());
        }
    }

    private boolean answersTo(String wanted) {
        return name.equals(wanted)
                || says.getOrDefault("alias", List.of()).stream()
                        .anyMatch(alias -> plain(alias).equals(wanted));
    }

    private List<String> needs() {
        List<String> needs = new ArrayList<>();
        for (String depends : says.getOrDefault("depends", List.of())) {
            needs.addAll(List.of(depends.split(",")));
        }
        for (String soft : says.getOrDefault("softdep", List.of())) {
            if (soft.startsWith("pre:")) {
                needs.addAll(List.of(soft.substring(4).split("post:")[0].strip().split(" +")));
            }
        }
        needs.removeIf(String::isEmpty);
        return needs;
    }

    private static String plain(String name) {
        return name.replace('-', '_');
    }
}
