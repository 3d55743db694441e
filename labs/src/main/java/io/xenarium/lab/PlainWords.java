package io.xenarium.lab;

import java.util.Map;

/// Sentences for the compiler errors that learners meet most.
final class PlainWords {
    private static final Map<String, String> SENTENCES =
            Map.ofEntries(
                    Map.entry(
                            "cant.resolve",
                            "Java knows no such name here: a typing slip, or an import that is"
                                    + " missing?"),
                    Map.entry(
                            "cant.apply",
                            "The method is there, but it wants other arguments than these."),
                    Map.entry(
                            "expected",
                            "Something is missing before this place: often a bracket or a"
                                    + " semicolon."),
                    Map.entry(
                            "illegal.start",
                            "Java cannot begin anything with this: look for a bracket or semicolon"
                                    + " that is missing above."),
                    Map.entry(
                            "premature.eof",
                            "The file ends in the middle: a closing brace is missing."),
                    Map.entry(
                            "missing.ret.stmt",
                            "There is a way through this method that ends without `return`."),
                    Map.entry(
                            "unreachable.stmt",
                            "This line can never run: what stands above it always leaves the"
                                    + " method. Is the `throw new NotYet` still there?"),
                    Map.entry(
                            "var.might.not.have.been.initialized",
                            "On some way to this line nothing was put into the variable."),
                    Map.entry(
                            "prob.found.req",
                            "The value is of another type than the place it goes to. Ports, domains"
                                    + " and vCPUs are wrapped: `new Port(n)`, `port.value()`."),
                    Map.entry(
                            "does.not.override.abstract",
                            "The class lacks a method that its interface promises."),
                    Map.entry(
                            "not.exhaustive",
                            "The switch leaves a case out: every kind of port needs an answer."),
                    Map.entry(
                            "incomparable.types",
                            "These two can never be equal: one is a number, the other wraps one?"),
                    Map.entry("already.defined", "The name is taken already in this place."),
                    Map.entry(
                            "report.access",
                            "It is private to another class: a part can only use what Platform"
                                    + " lends it."),
                    Map.entry(
                            "doesnt.exist",
                            "A part sees `terms`, `abi` and `parts` of the hypervisor and the JDK,"
                                    + " nothing else."));

    private PlainWords() {}

    /// The sentence for a compiler's code such as `compiler.err.cant.resolve.location`, empty where
    /// there is none.
    static String of(String code) {
        String bare = code.replace("compiler.err.", "");
        return SENTENCES.entrySet().stream()
                .filter(entry -> bare.startsWith(entry.getKey()) || bare.endsWith(entry.getKey()))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse("");
    }
}
