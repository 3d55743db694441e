package io.xenarium.server;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// The letters that wait for a page.
///
/// It is bounded. Of frames that wait only the newest is kept, since each is the whole picture; of
/// console output that waits the oldest is dropped, and the page sees by the offsets that something
/// is missing.
final class Mailbox {
    static final int LETTERS_MAX = 500;
    static final int CHARS_MAX = 1 << 20;

    private final Deque<Letter> letters = new ArrayDeque<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition arrived = lock.newCondition();
    private long chars;
    private boolean isClosed;

    /// Puts a letter in, and takes out what it makes worthless.
    void put(Letter letter) {
        lock.lock();
        try {
            if (letter.kind().equals(Letter.STATE)) {
                letters.removeIf(waiting -> waiting.kind().equals(Letter.STATE));
            }
            letters.addLast(letter);
            chars = letters.stream().mapToLong(waiting -> waiting.data().length()).sum();
            while (letters.size() > LETTERS_MAX || chars > CHARS_MAX && letters.size() > 1) {
                chars -= dropOldest().data().length();
            }
            arrived.signal();
        } finally {
            lock.unlock();
        }
    }

    /// Console output goes first: there is always more of it.
    private Letter dropOldest() {
        for (Letter letter : letters) {
            if (letter.kind().equals(Letter.CONSOLE)) {
                letters.remove(letter);
                return letter;
            }
        }
        return letters.removeFirst();
    }

    /// The next letter; nothing where none comes within `seconds`, or the box is closed.
    Optional<Letter> take(long seconds) throws InterruptedException {
        lock.lock();
        try {
            long left = TimeUnit.SECONDS.toNanos(seconds);
            while (letters.isEmpty() && !isClosed && left > 0) {
                left = arrived.awaitNanos(left);
            }
            return Optional.ofNullable(letters.pollFirst());
        } finally {
            lock.unlock();
        }
    }

    boolean isClosed() {
        lock.lock();
        try {
            return isClosed;
        } finally {
            lock.unlock();
        }
    }

    /// Lets whoever waits go.
    void close() {
        lock.lock();
        try {
            isClosed = true;
            letters.clear();
            arrived.signal();
        } finally {
            lock.unlock();
        }
    }
}
