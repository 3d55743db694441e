package io.xenarium.toolstack;

/// What comes as a kernel, whichever way it is packed, down to the ELF file inside.
///
/// Kernels are recognized by their first bytes, as a loader has no other way to know: an ELF file
/// begins with 7f 45 4c 46, a Linux bzImage has "HdrS" at byte 0x202
/// (Documentation/arch/x86/boot.rst).
final class KernelImage {
    private KernelImage() {}

    /// The ELF file in `image`.
    ///
    /// @throws Refused where there is none
    static Elf elf(byte[] image) {
        return Elf.read(BzImage.is(image) ? BzImage.unpack(image) : image);
    }
}
