package io.xenarium.toolstack;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/// A disk of a domain as its configuration says it (xl-disk-configuration(5)): `key=value`
/// separated by commas, or target, format, vdev and access by their places.
///
/// @param target the path of an image, raw: byte for byte what the disk has; it may have holes
/// @param vdev what the guest calls it: `xvda` to `xvdp`, or a partition such as `xvda1`
public record DiskSpec(String target, String vdev, Access access) {
    private static final int XEN_MAJOR = 202;
    private static final String VDEV = "xvd[a-p]([1-9]|1[0-5])?";

    /// What happens to the image.
    public enum Access {
        /// The guest's writes go into it.
        RW,
        /// The guest cannot write.
        RO,
        /// The guest can write, but the image stays as it is: copy on write, in the machine's own
        /// memory. Not xl's own.
        COW
    }

    private static final List<String> PLACES = List.of("target", "format", "vdev", "access");

    /// The older form names the kind of image in front: `phy:/dev/vg/root,xvda,w`.
    private static final String PREFIX = "^(phy|file|raw|aio|tap|tap2):";

    private static final String OLD_FORM = PREFIX + ".*";
    private static final List<String> OLD_PLACES = List.of("target", "vdev", "access");

    /// Keys that xl knows and that make no difference here.
    private static final List<String> PASSED_OVER =
            List.of("backendtype", "devtype", "discard", "script", "direct-io-safe");

    /// Reads the text of a disk.
    ///
    /// @throws Refused where it will not do
    public static DiskSpec parse(String text) {
        Map<String, String> said = new TreeMap<>();
        List<String> places = text.matches(OLD_FORM) ? OLD_PLACES : PLACES;
        int place = 0;
        String[] ends = text.split(", *target=", 2);
        if (ends.length == 2) {
            said.put("target", ends[1]);
        }
        for (String part : ends[0].split(",", -1)) {
            String each = part.strip();
            int equals = each.indexOf('=');
            if (equals > 0) {
                said.put(each.substring(0, equals).strip(), each.substring(equals + 1).strip());
            } else if (place < places.size()) {
                said.put(places.get(place++), each);
            }
        }
        said.computeIfPresent("target", (_, target) -> target.replaceFirst(PREFIX, ""));
        for (String key : said.keySet()) {
            if (!PLACES.contains(key) && !PASSED_OVER.contains(key)) {
                throw new Refused("a disk has no \"%s\": %s".formatted(key, text));
            }
        }
        return new DiskSpec(
                needed(said, "target", text),
                needed(said, "vdev", text),
                access(said.getOrDefault("format", ""), said.getOrDefault("access", ""), text));
    }

    private static String needed(Map<String, String> said, String key, String text) {
        String value = said.getOrDefault(key, "");
        boolean isGood = key.equals("vdev") ? value.matches(VDEV) : !value.isEmpty();
        if (!isGood) {
            throw new Refused(
                    "a disk needs %s: 'target=FILE, format=raw, vdev=xvda, access=rw', not '%s'"
                            .formatted(
                                    key.equals("vdev") ? "a vdev from xvda to xvdp" : key, text));
        }
        return value;
    }

    private static Access access(String format, String letters, String text) {
        if (format.equals("cow")) {
            return Access.COW;
        }
        if (!format.isEmpty() && !format.equals("raw")) {
            throw new Refused(
                    "a disk of the format %s is not known: convert it with `qemu-img convert -O raw`"
                            .formatted(format));
        }
        return switch (letters) {
            case "", "rw", "w" -> Access.RW;
            case "ro", "r" -> Access.RO;
            default -> throw new Refused("a disk is rw or ro, not '%s'".formatted(text));
        };
    }

    /// The text that says the same.
    public String text() {
        return "format=%s, vdev=%s, access=%s, target=%s"
                .formatted(
                        access == Access.COW ? "cow" : "raw",
                        vdev,
                        access == Access.RO ? "ro" : "rw",
                        target);
    }

    /// The number of the device as the guest sees it (xen-vbd-interface(7)).
    int number() {
        int disk = vdev.charAt(3) - 'a';
        int partition = vdev.length() > 4 ? Integer.parseInt(vdev.substring(4)) : 0;
        return XEN_MAJOR << 8 | disk << 4 | partition;
    }

    /// What the machine calls the disk of a domain: all that is needed to find its image again.
    String diskName(String domain) {
        return "%s/%s %s %s"
                .formatted(domain, vdev, access.name().toLowerCase(Locale.ROOT), target);
    }
}
