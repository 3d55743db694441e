package io.xenarium.toolstack;

/// What comes as a kernel, whichever way it is packed, down to the ELF file inside.
///
/// Kernels are recognized by their first bytes, as a loader has no other way to know: an ELF file
/// begins with 7f 45 4c 46, a Linux bzImage has "HdrS" at byte 0x202
/// (Documentation/arch/x86/boot.rst).
final class KernelImage {
    private static final int BOOT_HEADER_MAGIC = 0x202;

    private KernelImage() {}

    /// The ELF file in `image`.
    ///
    /// @throws Refused where there is none
    static Elf elf(byte[] image) {
        if (isBzImage(image)) {
            throw new Refused(
                    "is a packed Linux kernel: unpack it first with Linux's extract-vmlinux");
        }
        return Elf.read(image);
    }

    private static boolean isBzImage(byte[] image) {
        return image.length > BOOT_HEADER_MAGIC + 4
                && image[BOOT_HEADER_MAGIC] == 'H'
                && image[BOOT_HEADER_MAGIC + 1] == 'd'
                && image[BOOT_HEADER_MAGIC + 2] == 'r'
                && image[BOOT_HEADER_MAGIC + 3] == 'S';
    }
}
