package io.xenarium.server;

import io.xenarium.desk.Desk;
import io.xenarium.desk.DeskRefused;
import io.xenarium.desk.SourceText;

import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// Looks again and again whether somebody else, an IDE most likely, has saved a file of a lab that
/// a page has open, and tells the pages. What was there before goes into the local history.
///
/// It reads the files anew instead of asking the system to be told: a dozen small files, and the
/// same on every system, however a program writes them.
final class DeskWatch implements AutoCloseable {
    private static final long PAUSE_MILLIS = 700;

    private final Desk desk;
    private final Streams streams;

    /// The files of the labs that are open, by lab and name.
    private final Map<String, Map<String, SourceText>> known = new HashMap<>();

    private Thread thread;

    DeskWatch(Desk desk, Streams streams) {
        this.desk = desk;
        this.streams = streams;
    }

    /// From now on looks after the files of this lab.
    synchronized void open(Desk.OpenLab lab) {
        Map<String, SourceText> files = new HashMap<>();
        lab.files().forEach(file -> files.put(file.file(), file));
        known.put(lab.lab(), files);
        if (thread == null) {
            thread = Thread.ofPlatform().daemon().name("desk watch").start(this::watch);
        }
    }

    /// A page has written this text: the others hear of it, and nobody is surprised.
    synchronized void saved(String lab, SourceText text) {
        Map<String, SourceText> files = known.get(lab);
        SourceText before = files == null ? null : files.put(text.file(), text);
        if (before == null || !before.version().equals(text.version())) {
            tell(lab, text);
        }
    }

    private void watch() {
        while (true) {
            try {
                TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
            } catch (InterruptedException closed) {
                return;
            }
            if (streams.size() > 0) {
                look();
            }
        }
    }

    private synchronized void look() {
        known.forEach((lab, files) -> {
            try {
                desk.texts(lab).forEach(now -> compare(lab, files, now));
            } catch (DeskRefused unreadable) {
                // A file in the midst of being replaced is there again at the next look.
            }
        });
    }

    private void compare(String lab, Map<String, SourceText> files, SourceText now) {
        SourceText before = files.put(now.file(), now);
        if (before != null && !before.version().equals(now.version())) {
            desk.keep(lab, before.file(), before.text());
            tell(lab, now);
        }
    }

    private void tell(String lab, SourceText text) {
        ObjectNode news = JsonMapper.shared().createObjectNode().put("lab", lab);
        news.set("file", JsonMapper.shared().valueToTree(text));
        streams.tell("file", news);
    }

    @Override
    public synchronized void close() {
        if (thread != null) {
            thread.interrupt();
        }
    }
}
