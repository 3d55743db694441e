package io.xenarium.bench.cell;

/// Several lines that a cell shows as they are, where a string would be quoted.
public record Text(String text) {
    @Override
    public String toString() {
        return text;
    }
}
