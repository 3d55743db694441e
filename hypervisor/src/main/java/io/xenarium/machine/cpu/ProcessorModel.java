package io.xenarium.machine.cpu;

import io.xenarium.terms.Check;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/// A processor as CPUID describes it: a policy that is made of a few facts, so that each domain can
/// be shown one of its own (AMD APM vol. 3, appendix E).
///
/// 1. It never offers what our processor does not have: [Feature] holds no more.
/// 2. Leaves that it does not have are all zero; there is no leaf 0xd, because there is no XSAVE,
///    and no leaf 2 or 4, because AMD's processors tell of their caches in 0x80000005 and
///    0x80000006.
///
/// Hiding a feature does not take its instructions away, as on real processors under Xen.
///
/// @param vendor twelve characters
/// @param signature stepping, model and family as in eax of leaf 1
/// @param brand at most 47 characters
public record ProcessorModel(String vendor, int signature, String brand, Set<Feature> features)
        implements CpuidPolicy {
    /// All that our processor has, with AMD's vendor name, because a guest's kernel asks an AMD
    /// processor for the fewest model-specific registers. Family 15, model 6, stepping 1: a plain
    /// 64-bit processor.
    public static final ProcessorModel FULL =
            new ProcessorModel(
                    "AuthenticAMD", 0x00000f61, "Xenarium x86-64", EnumSet.allOf(Feature.class));

    private static final int EXTENDED = 0x80000000;
    private static final int LAST_BASIC = 7;
    private static final int LAST_EXTENDED = 0x80000008;
    private static final int VENDOR_CHARACTERS = 12;
    private static final int BRAND_CHARACTERS = 47;

    /// Flush line of 64 bytes (in units of 8).
    private static final int CLFLUSH_LINE = 8 << 8;

    /// 32 KiB, 8 ways, 64 bytes a line.
    private static final int LEVEL_1_CACHE = 32 << 24 | 8 << 16 | 1 << 8 | 64;

    /// 512 KiB, 8 ways (coded as 6), 64 bytes a line.
    private static final int LEVEL_2_CACHE = 512 << 16 | 6 << 12 | 1 << 8 | 64;

    /// 40 bits of machine address, 48 of linear address.
    private static final int ADDRESS_BITS = 48 << 8 | 40;

    public ProcessorModel {
        Check.that(
                vendor.length() == VENDOR_CHARACTERS,
                "a vendor has %d characters",
                vendor.length());
        Check.that(brand.length() <= BRAND_CHARACTERS, "a brand of %d characters", brand.length());
        features = Collections.unmodifiableSet(copy(features));
    }

    private static EnumSet<Feature> copy(Set<Feature> features) {
        EnumSet<Feature> copy = EnumSet.noneOf(Feature.class);
        copy.addAll(features);
        return copy;
    }

    /// The same, but without some features.
    public ProcessorModel without(Feature... hidden) {
        return without(Set.of(hidden));
    }

    /// The same, but without some features.
    public ProcessorModel without(Set<Feature> hidden) {
        EnumSet<Feature> left = copy(features);
        left.removeAll(hidden);
        return new ProcessorModel(vendor, signature, brand, left);
    }

    /// Writes it, for [#load].
    public void save(DataOutput out) throws IOException {
        out.writeUTF(vendor);
        out.writeInt(signature);
        out.writeUTF(brand);
        out.writeInt(features.size());
        for (Feature feature : features) {
            out.writeUTF(feature.name());
        }
    }

    /// Reads what [#save] wrote.
    public static ProcessorModel load(DataInput in) throws IOException {
        String vendor = in.readUTF();
        int signature = in.readInt();
        String brand = in.readUTF();
        EnumSet<Feature> features = EnumSet.noneOf(Feature.class);
        for (int left = in.readInt(); left > 0; left--) {
            features.add(Feature.valueOf(in.readUTF()));
        }
        return new ProcessorModel(vendor, signature, brand, features);
    }

    @Override
    public Leaf leaf(int leaf, int subleaf) {
        return switch (leaf) {
            case 0 -> named(LAST_BASIC);
            case 1 ->
                    new Leaf(
                            signature,
                            features.contains(Feature.CLFSH) ? CLFLUSH_LINE : 0,
                            bits(leaf, Feature.Place.ECX),
                            bits(leaf, Feature.Place.EDX));
            case 7 -> subleaf == 0 ? structured(leaf) : Leaf.ZERO;
            case EXTENDED -> named(LAST_EXTENDED);
            case EXTENDED + 1 ->
                    new Leaf(
                            signature,
                            0,
                            bits(leaf, Feature.Place.ECX),
                            bits(leaf, Feature.Place.EDX) | repeated());
            case EXTENDED + 2, EXTENDED + 3, EXTENDED + 4 -> brand(16 * (leaf - EXTENDED - 2));
            case EXTENDED + 5 -> new Leaf(0, 0, LEVEL_1_CACHE, LEVEL_1_CACHE);
            case EXTENDED + 6 -> new Leaf(0, 0, LEVEL_2_CACHE, 0);
            case EXTENDED + 8 -> new Leaf(ADDRESS_BITS, 0, 0, 0);
            default -> Leaf.ZERO;
        };
    }

    private Leaf named(int last) {
        return new Leaf(last, word(vendor, 0), word(vendor, 8), word(vendor, 4));
    }

    private Leaf structured(int leaf) {
        return new Leaf(0, bits(leaf, Feature.Place.EBX), bits(leaf, Feature.Place.ECX), 0);
    }

    private int bits(int leaf, Feature.Place place) {
        int bits = 0;
        for (Feature feature : features) {
            bits |= feature.mask(leaf, place);
        }
        return bits;
    }

    private int repeated() {
        int bits = 0;
        for (Feature feature : features) {
            bits |= feature.isRepeated() ? feature.mask(1, Feature.Place.EDX) : 0;
        }
        return bits;
    }

    private Leaf brand(int at) {
        return new Leaf(
                word(brand, at), word(brand, at + 4), word(brand, at + 8), word(brand, at + 12));
    }

    /// Four characters of `text`, zeros behind its end, as a register holds them.
    private static int word(String text, int at) {
        byte[] padded = new byte[48];
        byte[] ascii = text.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(ascii, 0, padded, 0, ascii.length);
        return ByteBuffer.wrap(padded).order(ByteOrder.LITTLE_ENDIAN).getInt(at);
    }
}
