package io.xenarium.toolstack;

import io.xenarium.parts.DomainBuilder;
import io.xenarium.parts.Parts;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/// What a kernel says about itself to the domain builder: in notes of the owner "Xen"
/// (public/elfnote.h), or in the older form, a section `__xen_guest` with one text of `KEY=value`
/// separated by commas.
final class XenNotes {
    /// What a note is about; the numbers are public/elfnote.h's.
    enum Kind {
        ENTRY(1),
        HYPERCALL_PAGE(2),
        VIRT_BASE(3),
        PADDR_OFFSET(4),
        XEN_VERSION(5),
        GUEST_OS(6),
        GUEST_VERSION(7),
        LOADER(8),
        PAE_MODE(9),
        FEATURES(10),
        BSD_SYMTAB(11),
        HV_START_LOW(12),
        L1_MFN_VALID(13),
        SUSPEND_CANCEL(14),
        INIT_P2M(15),
        MOD_START_PFN(16),
        SUPPORTED_FEATURES(17),
        PHYS32_ENTRY(18);

        private final int type;

        Kind(int type) {
            this.type = type;
        }

        private static Optional<Kind> of(int type) {
            return type > 0 && type <= values().length
                    ? Optional.of(values()[type - 1])
                    : Optional.empty();
        }
    }

    private static final String VERSION = "xen-3.0";
    private static final String LEGACY_SECTION = "__xen_guest";

    /// Features that a kernel may require and a domain that is no dom0 cannot give. What else
    /// stands there is either given or never refused by Xen's own builder.
    private static final List<String> NOT_FOR_GUESTS =
            List.of("auto_translated_physmap", "dom0", "supervisor_mode_kernel");

    private final Map<Kind, byte[]> notes = new TreeMap<>();
    private final DomainBuilder reader;
    private boolean isLegacy;

    private XenNotes(DomainBuilder reader) {
        this.reader = reader;
    }

    /// Reads what `elf` says about itself, and refuses a kernel that cannot be a PV guest here.
    static XenNotes of(Elf elf, DomainBuilder reader) {
        XenNotes found = of(elf.notes(), elf, reader);
        if (found.notes.isEmpty()) {
            elf.section(LEGACY_SECTION).ifPresent(found::readLegacy);
        }
        found.check();
        return found;
    }

    /// The same, read by the reference: for an image that is not about to be built.
    static XenNotes of(Elf elf) {
        return of(elf, reference());
    }

    /// What `elf` says about itself, whether it can be a PV guest or not.
    static XenNotes unchecked(Elf elf) {
        return of(elf.notes(), elf, reference());
    }

    private static DomainBuilder reference() {
        return Reference.READER;
    }

    /// The reference, looked for once, when it is first needed.
    private static final class Reference {
        static final DomainBuilder READER =
                Parts.reference(XenNotes.class.getClassLoader()).domainBuilder().make(Site.none());
    }

    private static XenNotes of(List<byte[]> stretches, Elf elf, DomainBuilder reader) {
        XenNotes found = new XenNotes(reader);
        for (byte[] stretch : stretches) {
            reader.parseElfNotes(stretch)
                    .orElseThrow(() -> elf.truncated("a note"))
                    .forEach((type, contents) ->
                            Kind.of(type).ifPresent(kind -> found.notes.put(kind, contents)));
        }
        return found;
    }

    private void readLegacy(byte[] section) {
        isLegacy = true;
        for (String pair : Elf.text(section).split(",")) {
            int equals = pair.indexOf('=');
            String key = equals < 0 ? pair : pair.substring(0, equals);
            String value = equals < 0 ? "" : pair.substring(equals + 1);
            switch (key) {
                case "XEN_VER" -> putText(Kind.XEN_VERSION, value);
                case "GUEST_OS" -> putText(Kind.GUEST_OS, value);
                case "GUEST_VER" -> putText(Kind.GUEST_VERSION, value);
                case "LOADER" -> putText(Kind.LOADER, value);
                case "PAE" -> putText(Kind.PAE_MODE, value);
                case "FEATURES" -> putText(Kind.FEATURES, value);
                case "VIRT_BASE" -> putNumber(Kind.VIRT_BASE, value);
                case "VIRT_ENTRY" -> putNumber(Kind.ENTRY, value);
                case "ELF_PADDR_OFFSET" -> putNumber(Kind.PADDR_OFFSET, value);
                case "HYPERCALL_PAGE" -> putNumber(Kind.HYPERCALL_PAGE, value);
                default -> {}
            }
        }
        if (isLegacy && notes.containsKey(Kind.HYPERCALL_PAGE)) {
            long page = number(Kind.HYPERCALL_PAGE).orElseThrow();
            putNumber(Kind.HYPERCALL_PAGE, Long.toString((page << 12) + virtBase()));
        }
    }

    private void putText(Kind kind, String value) {
        notes.put(kind, value.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1));
    }

    private void putNumber(Kind kind, String value) {
        try {
            boolean isHex = value.startsWith("0x") || value.startsWith("0X");
            long number =
                    isHex ? Long.parseUnsignedLong(value.substring(2), 16) : Long.parseLong(value);
            notes.put(
                    kind,
                    ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(number).array());
        } catch (NumberFormatException notOne) {
            throw new Refused(
                    "says %s=%s in %s, which is no number: the file is damaged"
                            .formatted(kind, value, LEGACY_SECTION));
        }
    }

    private void check() {
        if (notes.isEmpty()) {
            throw new Refused(
                    "has no Xen notes, so it is no paravirtual kernel: give one built for Xen PV");
        }
        String version = text(Kind.XEN_VERSION);
        if (!version.equals(VERSION)) {
            throw new Refused(
                    "is built for Xen interface \"%s\": give one built for \"%s\""
                            .formatted(version, VERSION));
        }
        if (number(Kind.ENTRY).isEmpty() && !isLegacy) {
            throw new Refused(
                    number(Kind.PHYS32_ENTRY).isPresent()
                            ? "is a PVH kernel and has no PV entry: give one built for Xen PV"
                            : "has no ENTRY note, so nobody knows where it starts");
        }
        for (String feature : text(Kind.FEATURES).split("\\|")) {
            if (feature.startsWith("!") && NOT_FOR_GUESTS.contains(feature.substring(1))) {
                throw new Refused(
                        "requires the feature %s, which no guest has: give a domU kernel"
                                .formatted(feature.substring(1)));
            }
        }
    }

    /// How many kinds of notes there are.
    int count() {
        return notes.size();
    }

    /// A note that is a text; empty where there is none.
    String text(Kind kind) {
        return notes.containsKey(kind) ? Elf.text(notes.get(kind)) : "";
    }

    /// A note that is a number of 4 or 8 bytes.
    Optional<Long> number(Kind kind) {
        byte[] bytes = notes.get(kind);
        if (bytes == null) {
            return Optional.empty();
        }
        OptionalLong number = reader.number(bytes);
        if (number.isEmpty()) {
            throw new Refused(
                    "has a note %s of %d bytes, which is no number: the file is damaged"
                            .formatted(kind, bytes.length));
        }
        return Optional.of(number.getAsLong());
    }

    /// Where the guest sees its pseudo-physical address 0.
    long virtBase() {
        return number(Kind.VIRT_BASE).orElse(0L);
    }

    /// What is taken off the addresses in the program headers. Kernels with the old section alone
    /// have virtual addresses there.
    long paddrOffset() {
        return number(Kind.PADDR_OFFSET).orElse(isLegacy ? virtBase() : 0L);
    }

    /// The first instruction.
    long entry() {
        return number(Kind.ENTRY).orElse(virtBase());
    }

    /// Where the kernel wants its p2m list, if not within the initial mapping.
    Optional<Long> initP2m() {
        return number(Kind.INIT_P2M);
    }

    /// Whether the kernel can take a ram disk that is not mapped.
    boolean takesUnmappedRamdisk() {
        return number(Kind.MOD_START_PFN).orElse(0L) == 1;
    }
}
