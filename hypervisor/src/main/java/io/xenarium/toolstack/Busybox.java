package io.xenarium.toolstack;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// The one program of a small Linux system, which is all its commands: under each of their names
/// there is a link to it.
final class Busybox {
    /// The first commands in the order of their names: where its table of names begins.
    private static final byte[] TABLE = "\0[\0[[\0".getBytes(StandardCharsets.US_ASCII);

    private static final String NAME = "[a-zA-Z0-9_.\\[-]+";

    /// More than any build has.
    private static final int COMMANDS_MAX = 1000;

    private Busybox() {}

    /// The names of the commands that a build has, found in its table of names: a text for each,
    /// ended by a zero byte, and an empty one at the end.
    ///
    /// @throws Refused where there is no such table
    static List<String> commands(byte[] busybox) {
        List<String> names = new ArrayList<>();
        int at = indexOfTable(busybox) + 1;
        while (names.size() < COMMANDS_MAX && at > 0 && at < busybox.length) {
            int end = at;
            while (end < busybox.length && busybox[end] != 0) {
                end++;
            }
            String name = new String(busybox, at, end - at, StandardCharsets.ISO_8859_1);
            if (!name.matches(NAME)) {
                break;
            }
            names.add(name);
            at = end + 1;
        }
        if (!names.contains("sh") || !names.contains("mount") || !names.contains("init")) {
            throw new Refused("this busybox cannot be used: it has no table of its commands");
        }
        return names;
    }

    private static int indexOfTable(byte[] busybox) {
        for (int at = 0; at + TABLE.length < busybox.length; at++) {
            if (java.util.Arrays.equals(busybox, at, at + TABLE.length, TABLE, 0, TABLE.length)) {
                return at;
            }
        }
        return -1;
    }
}
