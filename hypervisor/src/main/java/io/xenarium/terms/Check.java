package io.xenarium.terms;

/// Assertions that are always on. A failed one is our own error, never the guest's: a guest gets an
/// [Errno].
public final class Check {
    private Check() {}

    /// Throws a [Bug] unless `condition` holds.
    public static void that(boolean condition, String why) {
        if (!condition) {
            throw new Bug(why);
        }
    }

    /// Throws a [Bug] unless `condition` holds; the message is only built when it does not.
    public static void that(boolean condition, String why, long value) {
        if (!condition) {
            throw new Bug(why.formatted(value));
        }
    }
}
