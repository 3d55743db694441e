package io.xenarium.toolstack;

import io.xenarium.machine.cpu.Feature;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// What a domain is made from, as the configuration file of `xl create` says it (xl.cfg(5)).
///
/// @param name what the domain is called
/// @param kernel the image: the path of a file, `hello` for our own small guest, or the name under
///   which an image was put into [Host#images]
/// @param ramdisk the initial ram disk, named in the same way
/// @param cmdline what the kernel is told
/// @param memoryMiB memory of the domain
/// @param vcpus virtual processors of the domain
/// @param sharing its part in the processors
/// @param hidden features of the processor that CPUID does not show it
/// @param disks its disks
/// @param endings what becomes of it when it ends
public record XlConfig(
        String name,
        String kernel,
        Optional<String> ramdisk,
        String cmdline,
        int memoryMiB,
        int vcpus,
        Sharing sharing,
        Set<Feature> hidden,
        List<DiskSpec> disks,
        Ending.Plan endings) {
    public XlConfig {
        hidden = Collections.unmodifiableSet(new TreeSet<>(hidden));
        disks = List.copyOf(disks);
    }

    /// A domain without disks, which is left to be looked at when it has ended.
    public XlConfig(
            String name,
            String kernel,
            Optional<String> ramdisk,
            String cmdline,
            int memoryMiB,
            int vcpus) {
        this(
                name,
                kernel,
                ramdisk,
                cmdline,
                memoryMiB,
                vcpus,
                Sharing.PLAIN,
                Set.of(),
                List.of(),
                Ending.Plan.LOOK);
    }

    /// The same domain with these disks.
    public XlConfig with(List<DiskSpec> newDisks) {
        return new XlConfig(
                name, kernel, ramdisk, cmdline, memoryMiB, vcpus, sharing, hidden, newDisks,
                endings);
    }

    /// The same domain that ends otherwise.
    public XlConfig ending(Ending.Plan plan) {
        return new XlConfig(
                name, kernel, ramdisk, cmdline, memoryMiB, vcpus, sharing, hidden, disks, plan);
    }

    /// The same domain that is not shown these features of the processor.
    public XlConfig hiding(Set<Feature> features) {
        return new XlConfig(
                name, kernel, ramdisk, cmdline, memoryMiB, vcpus, sharing, features, disks,
                endings);
    }

    /// The same domain with another part in the processors.
    public XlConfig sharing(Sharing part) {
        return new XlConfig(
                name, kernel, ramdisk, cmdline, memoryMiB, vcpus, part, hidden, disks, endings);
    }

    /// The same domain with its images under these names.
    XlConfig named(String newKernel, Optional<String> newRamdisk) {
        return new XlConfig(
                name,
                newKernel,
                newRamdisk,
                cmdline,
                memoryMiB,
                vcpus,
                sharing,
                hidden,
                disks,
                endings);
    }

    /// A domain with one vCPU, no ram disk and no command line.
    public static XlConfig of(String name, String kernel, int memoryMiB) {
        return new XlConfig(name, kernel, Optional.empty(), "", memoryMiB, 1);
    }

    /// Reads the text of a configuration file.
    ///
    /// @throws Refused naming the line that is wrong
    public static XlConfig parse(String text) {
        return new XlConfigReader(text).read();
    }

    /// The text of a configuration file that says the same.
    public String text() {
        StringBuilder text = new StringBuilder();
        put(text, "name", name);
        put(text, "kernel", kernel);
        ramdisk.ifPresent(path -> put(text, "ramdisk", path));
        if (!cmdline.isEmpty()) {
            put(text, "cmdline", cmdline);
        }
        text.append("memory = ").append(memoryMiB).append('\n');
        text.append("vcpus = ").append(vcpus).append('\n');
        text.append(sharing.text());
        if (!hidden.isEmpty()) {
            put(text, "cpuid", CpuidSpec.text(hidden));
        }
        if (!disks.isEmpty()) {
            text.append("disk = [");
            for (int i = 0; i < disks.size(); i++) {
                text.append(i == 0 ? "" : ", ").append(quoted(disks.get(i).text()));
            }
            text.append("]\n");
        }
        put(text, "on_poweroff", endings.poweroff().text());
        put(text, "on_reboot", endings.reboot().text());
        put(text, "on_crash", endings.crash().text());
        return text.toString();
    }

    private static void put(StringBuilder text, String key, String value) {
        text.append(key).append(" = ").append(quoted(value)).append('\n');
    }

    private static String quoted(String value) {
        String plain = value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
        return "\"" + plain + "\"";
    }
}
