package io.xenarium.bench;

import io.xenarium.bench.wire.Child;

import java.io.IOException;

/// The process of a bench: joins the server at the address that it is given, and ends with it.
public final class BenchMain {
    private BenchMain() {}

    public static void main(String[] arguments) throws IOException {
        Child.serve(arguments[0], link -> new Bench(link)::take);
    }
}
