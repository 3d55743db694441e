package io.xenarium.speed;

import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What a fresh engine did with a workload from its first instruction on.
///
/// @param warmSeconds of the guest's run until it had 90 % of its top speed
/// @param peak its top speed, in instructions a second
/// @param pauseMillis the longest that a short stretch of instructions took by the clock on the
///   wall: no pause, of a translation, a compilation or a garbage collection, was longer
/// @param made how many regions there have been
/// @param inUse how many were in use in the end
/// @param codeBytes of their bytecode
/// @param classBytes of their class files
/// @param metaspaceBytes by which the JVM's memory for classes has grown
/// @param codeCacheBytes by which its memory for machine code has grown
public record ColdRun(
        double warmSeconds,
        double peak,
        double pauseMillis,
        long made,
        long inUse,
        long codeBytes,
        long classBytes,
        long metaspaceBytes,
        long codeCacheBytes) {

    /// As a line.
    String words() {
        return Stream.of(
                        warmSeconds,
                        peak,
                        pauseMillis,
                        made,
                        inUse,
                        codeBytes,
                        classBytes,
                        metaspaceBytes,
                        codeCacheBytes)
                .map(Object::toString)
                .collect(Collectors.joining(" "));
    }

    /// Out of a line.
    static ColdRun of(String... words) {
        long[] counts = Arrays.stream(words, 3, words.length).mapToLong(Long::parseLong).toArray();
        return new ColdRun(
                Double.parseDouble(words[0]),
                Double.parseDouble(words[1]),
                Double.parseDouble(words[2]),
                counts[0],
                counts[1],
                counts[2],
                counts[3],
                counts[4],
                counts[5]);
    }
}
