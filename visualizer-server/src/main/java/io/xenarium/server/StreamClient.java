package io.xenarium.server;

import io.javalin.http.sse.SseClient;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// One page that listens, and its mailbox.
///
/// 1. The mailbox is bounded. Of frames that wait only the newest is kept, since each is the whole
///    picture; of console output that waits the oldest is dropped, and the page sees by the offsets
///    that something is missing.
/// 2. One thread of its own writes to it, and says something at least every ten seconds, so that
///    either side notices when the other is gone.
final class StreamClient {
    private static final int HEARTBEAT_SECONDS = 10;
    private static final int LETTERS_MAX = 500;
    private static final int CHARS_MAX = 1 << 20;

    private final SseClient connection;
    private final Deque<Letter> mailbox = new ArrayDeque<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition arrived = lock.newCondition();
    private long chars;
    private boolean isStopped;

    StreamClient(SseClient connection) {
        this.connection = connection;
    }

    void start() {
        Thread.ofPlatform().daemon().name("stream").start(this::write);
    }

    /// Puts a letter into the mailbox.
    void put(Letter letter) {
        lock.lock();
        try {
            if (letter.kind().equals(Letter.STATE)) {
                drop(Letter.STATE);
            }
            mailbox.addLast(letter);
            chars += letter.data().length();
            if (chars > CHARS_MAX) {
                drop(Letter.CONSOLE);
            }
            while (mailbox.size() > LETTERS_MAX) {
                chars -= mailbox.removeFirst().data().length();
            }
            arrived.signal();
        } finally {
            lock.unlock();
        }
    }

    private void drop(String kind) {
        mailbox.removeIf(letter -> letter.kind().equals(kind));
        chars = mailbox.stream().mapToLong(letter -> letter.data().length()).sum();
    }

    void stop() {
        lock.lock();
        try {
            isStopped = true;
            arrived.signal();
        } finally {
            lock.unlock();
        }
    }

    private void write() {
        try {
            while (!connection.terminated()) {
                Letter letter = next();
                if (isStopped) {
                    return;
                }
                if (letter == null) {
                    connection.sendComment("still here");
                } else {
                    connection.sendEvent(letter.kind(), letter.data(), letter.id());
                }
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        } finally {
            connection.close();
        }
    }

    /// The next letter, or null when it is time for a sign of life.
    private Letter next() throws InterruptedException {
        lock.lock();
        try {
            long left = TimeUnit.SECONDS.toNanos(HEARTBEAT_SECONDS);
            while (mailbox.isEmpty() && !isStopped && left > 0) {
                left = arrived.awaitNanos(left);
            }
            Letter letter = mailbox.pollFirst();
            chars -= letter == null ? 0 : letter.data().length();
            return letter;
        } finally {
            lock.unlock();
        }
    }
}
