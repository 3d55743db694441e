package io.xenarium.toolstack;

import io.xenarium.terms.Bug;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;

/// Debian's Xen 4.17 with a domain 0, on the shelf of guests: what it takes to run a guest on Xen
/// itself, on a PC that QEMU emulates. Xen, its toolstack and the kernel are Debian's, unmodified;
/// the archive that domain 0 begins with is made here.
public final class XenShelf {
    /// What the serial port shows right before the guest runs.
    public static final String UNPAUSING = "xen: unpausing the guest";

    private static final String VERSION = "4.17";
    private static final String XEN = "boot/xen-" + VERSION + "-amd64.gz";
    private static final String PROGRAMS = "usr/lib/xen-" + VERSION + "/bin/";
    private static final String LOADER = "ld-linux-x86-64.so.2";
    private static final String LIBRARIES = "lib/x86_64-linux-gnu/";

    private static final Pattern KERNEL = Pattern.compile("boot/vmlinuz-.*");
    private static final Pattern MODULE = Pattern.compile(".*/kernel/drivers/xen/.*\\.ko");
    private static final Pattern LIBRARY =
            Pattern.compile("(usr/)?" + LIBRARIES + "[^/]+\\.so[.0-9]*");

    /// The modules of domain 0's kernel that the toolstack speaks to Xen through.
    private static final List<String> MODULES =
            List.of("xen_privcmd", "xenfs", "xen_evtchn", "xen_gntdev");

    private static final List<String> TOOLS =
            List.of("xl", "xenstored", "xenconsoled", "xen-init-dom0");

    /// With the libraries that the tools are linked to.
    private static final List<String> PACKAGES_OF_LIBRARIES =
            List.of(
                    "libc6",
                    "libgcc-s1",
                    "liblzma5",
                    "libuuid1",
                    "libxencall1",
                    "libxendevicemodel1",
                    "libxenevtchn1",
                    "libxenforeignmemory1",
                    "libxengnttab1",
                    "libxenhypfs1",
                    "libxenmisc" + VERSION,
                    "libxenstore4",
                    "libxentoolcore1",
                    "libxentoollog1",
                    "libyajl2",
                    "libzstd1",
                    "zlib1g");

    private static final List<String> FOLDERS =
            List.of(
                    "bin",
                    "dev",
                    "etc",
                    "guest",
                    "lib",
                    "lib/modules",
                    "lib/x86_64-linux-gnu",
                    "lib64",
                    "proc",
                    "sys",
                    "usr",
                    "usr/lib",
                    "usr/lib/xen-" + VERSION,
                    "usr/lib/xen-" + VERSION + "/bin",
                    "var",
                    "var/lib",
                    "var/log");

    private static final int PLAIN = 0644;

    /// A Xen, the kernel of its domain 0 and the archive that this one begins with.
    public record Host(Path xen, Path kernel, Path ramdisk) {}

    private final Path folder;

    XenShelf(Path folder) {
        this.folder = folder;
    }

    /// What was fetched before.
    public Optional<Host> find() {
        Host host = host();
        return Optional.of(host)
                .filter(each ->
                        Files.isRegularFile(each.xen)
                                && Files.isRegularFile(each.kernel)
                                && Files.isRegularFile(each.ramdisk));
    }

    private Host host() {
        return new Host(
                folder.resolve("xen"), folder.resolve("vmlinuz"), folder.resolve("dom0.cpio"));
    }

    /// Fetches it all.
    ///
    /// @param teller hears what is being done
    /// @throws Refused where something cannot be had, saying what to do
    public Host fetch(Consumer<String> teller) {
        try (AptGet apt = new AptGet(teller)) {
            byte[] packed = apt.file("xen-hypervisor-" + VERSION + "-amd64", XEN);
            byte[] xen = new GZIPInputStream(new ByteArrayInputStream(packed)).readAllBytes();
            Map<String, byte[]> linux =
                    DebianPackage.files(
                            apt.kernel("amd64"),
                            path ->
                                    KERNEL.matcher(path).matches()
                                            || MODULE.matcher(path).matches());
            Host host = host();
            Folders.write(host.ramdisk, ramdisk(apt, linux));
            Folders.write(host.xen, xen);
            Folders.write(host.kernel, theKernel(linux));
            return host;
        } catch (IOException failed) {
            throw new Refused(
                    "Debian's Xen cannot be stored in %s: %s"
                            .formatted(folder, failed.getMessage()));
        }
    }

    private static byte[] theKernel(Map<String, byte[]> linux) {
        return linux.entrySet().stream()
                .filter(file -> KERNEL.matcher(file.getKey()).matches())
                .map(Map.Entry::getValue)
                .findFirst()
                .orElseThrow(() -> new Refused("the package of the kernel has no kernel"));
    }

    private static byte[] ramdisk(AptGet apt, Map<String, byte[]> linux) throws IOException {
        CpioArchive archive = new CpioArchive();
        for (String each : FOLDERS) {
            archive.folder(each);
        }
        byte[] busybox = apt.file("busybox-static:amd64", "bin/busybox");
        archive.file("bin/busybox", SmallLinux.EXECUTABLE, busybox);
        archive.file("init", SmallLinux.EXECUTABLE, init());
        Path utilities = apt.download("xen-utils-" + VERSION + ":amd64");
        for (String tool : TOOLS) {
            archive.file(PROGRAMS + tool, SmallLinux.EXECUTABLE, program(utilities, tool));
        }
        for (Map.Entry<String, byte[]> library : libraries(apt).entrySet()) {
            String place = library.getKey().equals(LOADER) ? "lib64/" : LIBRARIES;
            archive.file(place + library.getKey(), SmallLinux.EXECUTABLE, library.getValue());
        }
        List<KernelModule> known =
                linux.entrySet().stream()
                        .filter(file -> MODULE.matcher(file.getKey()).matches())
                        .map(file -> KernelModule.of(file.getKey(), file.getValue()))
                        .toList();
        StringBuilder order = new StringBuilder();
        for (KernelModule module : KernelModule.inOrder(known, MODULES)) {
            archive.file("lib/modules/" + module.name() + ".ko", PLAIN, module.file());
            order.append(module.name()).append('\n');
        }
        archive.file("lib/modules/order", PLAIN, ascii(order.toString()));
        return archive.end();
    }

    private static byte[] program(Path utilities, String tool) throws IOException {
        return DebianPackage.file(utilities, PROGRAMS + tool)
                .orElseThrow(() ->
                        new Refused(
                                "%s has no %s: this release of Debian cannot be used"
                                        .formatted(utilities.getFileName(), tool)));
    }

    /// By the name by which a program asks for them.
    private static Map<String, byte[]> libraries(AptGet apt) throws IOException {
        Map<String, byte[]> libraries = new TreeMap<>();
        for (String name : PACKAGES_OF_LIBRARIES) {
            Map<String, byte[]> files =
                    DebianPackage.files(
                            apt.download(name + ":amd64"), path -> LIBRARY.matcher(path).matches());
            files.forEach((path, library) ->
                    libraries.put(path.substring(path.lastIndexOf('/') + 1), library));
        }
        return libraries;
    }

    /// The archive that domain 0 begins with, and after it one that holds its guest: Linux unpacks
    /// any number of them, one after the other.
    public static byte[] withGuest(
            Host host, LinuxShelf.Kernel guest, String cmdline, int memoryMib) throws IOException {
        CpioArchive archive = new CpioArchive();
        archive.folder("guest");
        archive.file("guest/kernel", PLAIN, Files.readAllBytes(guest.image()));
        archive.file("guest/ramdisk", PLAIN, Files.readAllBytes(guest.ramdisk()));
        String config =
                """
                name = "guest"
                type = "pv"
                kernel = "/guest/kernel"
                ramdisk = "/guest/ramdisk"
                cmdline = "%s"
                memory = %d
                """
                        .formatted(cmdline, memoryMib);
        archive.file("guest/config", PLAIN, ascii(config));
        var both = new ByteArrayOutputStream();
        both.writeBytes(Files.readAllBytes(host.ramdisk));
        both.writeBytes(archive.end());
        return both.toByteArray();
    }

    private static byte[] init() {
        try (InputStream text = XenShelf.class.getResourceAsStream("xen/init")) {
            if (text == null) {
                throw new Bug("there is no resource xen/init");
            }
            return text.readAllBytes();
        } catch (IOException unreadable) {
            throw new Bug("the resource xen/init cannot be read", unreadable);
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
