package io.xenarium.machine.code;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/// The thread that writes regions while the guest runs on, one for all machines of the process.
///
/// It is the only thread of the machine. It cannot change what a guest sees, because it only reads
/// a [RegionPlan], which nobody changes any more, and makes a class of it; the processor decides at
/// which point of its own work it begins to use the class, and it executes the same either way.
///
/// It hands a region over when it has made the next one, or has nothing else to do for a moment:
/// the JVM, which compiles in the background, has done so by then. What is handed over too early is
/// interpreted by the JVM, and that is slower than interpreting the guest's code.
final class TranslationThread {
    private static final int MOMENT_MILLIS = 4;

    private static final LinkedBlockingQueue<Supplier<Runnable>> WORK = new LinkedBlockingQueue<>();

    static {
        Thread.ofPlatform().daemon().name("translator").start(TranslationThread::work);
    }

    private TranslationThread() {}

    static void submit(Supplier<Runnable> translation) {
        WORK.add(translation);
    }

    private static void work() {
        try {
            Runnable last = () -> {};
            while (true) {
                Supplier<Runnable> next = WORK.poll(MOMENT_MILLIS, TimeUnit.MILLISECONDS);
                if (next == null) {
                    last.run();
                    next = WORK.take();
                    last = next.get();
                } else {
                    Runnable made = next.get();
                    last.run();
                    last = made;
                }
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }
}
