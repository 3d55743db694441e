import io.xenarium.parts.Parts;
import io.xenarium.terms.DomId;
import io.xenarium.toolstack.Host;
import io.xenarium.toolstack.HostConfig;
import io.xenarium.toolstack.Timeline;
import io.xenarium.toolstack.XlConfig;

// How fast the machine is: for each guest, from switching the computer on to the guest's prompt, in
// a
// fresh computer each time; the first line of a guest includes what Java needs to warm up.
//
//   java -cp 'visualizer-server/target/*:visualizer-server/target/lib/*' \
//       visualizer-server/src/bench/java/Speed.java [PV-GRUB-IMAGE]

private static final int ROUNDS = 5;
private static final long STEP_NANOS = 1_000_000;
private static final long LIMIT_NANOS = 20_000_000_000L;

void main(String[] arguments) {
    bench("hello", 16, "hello> ");
    for (String image : arguments) {
        bench(image, 128, "grub>");
    }
}

/// Boots `image` until it has said `prompt`, several times.
void bench(String image, int memoryMiB, String prompt) {
    IO.println("%-10s %14s %12s %10s".formatted("guest", "instructions", "to prompt", "MIPS"));
    for (int round = 0; round < ROUNDS; round++) {
        long start = System.nanoTime();
        Timeline timeline = boot(image, memoryMiB, prompt);
        double seconds = (System.nanoTime() - start) / 1e9;
        long retired = timeline.now().retired();
        IO.println(
                "%-10s %,14d %10.3f s %10.1f"
                        .formatted(
                                image.substring(image.lastIndexOf('/') + 1).split("-")[0],
                                retired,
                                seconds,
                                retired / seconds / 1e6));
    }
}

Timeline boot(String image, int memoryMiB, String prompt) {
    Parts parts = Parts.reference(Thread.currentThread().getContextClassLoader());
    Host host = Host.of(new HostConfig(1, memoryMiB + 64, parts));
    Timeline timeline = new Timeline(host);
    DomId guest = host.xl().create(XlConfig.of("bench", image, memoryMiB));
    long nanos = 0;
    while (!host.consoleOutput(guest).text().contains(prompt)) {
        if (nanos > LIMIT_NANOS) {
            throw new IllegalStateException(image + " has not said " + prompt);
        }
        nanos += STEP_NANOS;
        timeline.run(nanos);
    }
    return timeline;
}
