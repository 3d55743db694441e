package io.xenarium.dom0;

import io.xenarium.terms.DomId;

import java.util.List;
import java.util.regex.Pattern;

/// The names of nodes: `/local/domain/1/name`, always absolute and without a slash at the end.
final class StorePath {
    /// XENSTORE_ABS_PATH_MAX and XENSTORE_REL_PATH_MAX of public/io/xs_wire.h.
    private static final int ABSOLUTE_MAX = 3072;

    /// Of the longest name, without what says whose node it is.
    private static final int RELATIVE_MAX = 2048;

    private static final Pattern OF_A_DOMAIN = Pattern.compile("^/local/domain/[0-9]+/");

    private StorePath() {}

    /// The node that holds what a domain is told, and what its relative names begin at.
    static String ofDomain(DomId domain) {
        return "/local/domain/" + domain.value();
    }

    /// Whether this is the name of something that happens, not of a node: `@introduceDomain`.
    static boolean isSpecial(String name) {
        return name.startsWith("@");
    }

    /// Whether a name could be a node's: letters, digits and `-/_@`, no empty part, not too long.
    static boolean isValid(String name) {
        if (name.isEmpty() || name.length() > ABSOLUTE_MAX) {
            return false;
        }
        if (OF_A_DOMAIN.matcher(name).replaceFirst("").length() > RELATIVE_MAX) {
            return false;
        }
        if (name.equals("/")) {
            return true;
        }
        return !name.endsWith("/")
                && !name.contains("//")
                && name.chars().allMatch(StorePath::isAllowed);
    }

    private static boolean isAllowed(int at) {
        return at >= 'a' && at <= 'z'
                || at >= 'A' && at <= 'Z'
                || at >= '0' && at <= '9'
                || "-/_@".indexOf(at) >= 0;
    }

    /// The absolute form of a valid name.
    static String absolute(String name, DomId caller) {
        return name.startsWith("/") ? name : ofDomain(caller) + "/" + name;
    }

    /// The node above; the root is above itself.
    static String parent(String path) {
        int slash = path.lastIndexOf('/');
        return slash <= 0 ? "/" : path.substring(0, slash);
    }

    /// The last part; empty for the root.
    static String leaf(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    /// The parts from the root down; none for the root itself.
    static List<String> parts(String path) {
        return path.equals("/") ? List.of() : List.of(path.substring(1).split("/"));
    }

    /// The name of a child.
    static String child(String path, String leaf) {
        return path.equals("/") ? "/" + leaf : path + "/" + leaf;
    }

    /// Whether `path` is `above` or lies below it.
    static boolean isWithin(String path, String above) {
        return above.equals("/") || path.equals(above) || path.startsWith(above + "/");
    }
}
