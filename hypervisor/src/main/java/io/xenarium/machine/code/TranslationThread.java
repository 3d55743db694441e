package io.xenarium.machine.code;

import java.util.concurrent.LinkedBlockingQueue;

/// The thread that writes regions while the guest runs on, one for all machines of the process.
///
/// It is the only thread of the machine. It cannot change what a guest sees, because it only reads
/// a [RegionPlan], which nobody changes any more, and makes a class of it; the processor decides at
/// which point of its own work it begins to use the class, and it executes the same either way.
final class TranslationThread {
    private static final LinkedBlockingQueue<Runnable> WORK = new LinkedBlockingQueue<>();

    static {
        Thread.ofPlatform().daemon().name("translator").start(TranslationThread::work);
    }

    private TranslationThread() {}

    static void submit(Runnable translation) {
        WORK.add(translation);
    }

    private static void work() {
        try {
            while (true) {
                WORK.take().run();
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }
}
