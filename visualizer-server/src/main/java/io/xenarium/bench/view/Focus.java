package io.xenarium.bench.view;

import io.xenarium.terms.DomId;
import io.xenarium.toolstack.Host;
import io.xenarium.toolstack.Refused;
import io.xenarium.xen.Domain;
import io.xenarium.xen.Vcpu;

import java.util.SortedMap;
import java.util.TreeMap;

/// What a picture is about: names and values, as they stand in the page's address. What is not said
/// has a sensible default, so that every view can be opened by its name alone.
///
/// @param values by name, in the order of names
public record Focus(SortedMap<String, String> values) {
    private static final int VALUE_MAX = 64;

    /// @throws Refused where a value is longer than any that makes sense
    public Focus {
        values = new TreeMap<>(values);
        values.forEach((name, value) -> {
            if (name.length() > VALUE_MAX || value.length() > VALUE_MAX) {
                throw new Refused("A focus has names and values of at most 64 characters.");
            }
        });
    }

    /// A focus on nothing in particular.
    public static Focus none() {
        return new Focus(new TreeMap<>());
    }

    /// The text under `name`, or `other`.
    public String text(String name, String other) {
        return values.getOrDefault(name, other);
    }

    /// The number under `name`, in decimal or with 0x in hex, or `other`.
    ///
    /// @throws Refused where it is no number of 64 bits
    public long number(String name, long other) {
        String text = values.get(name);
        if (text == null || text.isBlank()) {
            return other;
        }
        try {
            String digits = text.strip().replace("_", "");
            return digits.startsWith("0x") || digits.startsWith("0X")
                    ? Long.parseUnsignedLong(digits.substring(2), 16)
                    : Long.parseLong(digits);
        } catch (NumberFormatException notOne) {
            throw new Refused("“%s” is no number: give one such as 12 or 0x1a2f.".formatted(text));
        }
    }

    /// The domain under `domain`, else the youngest guest, else domain 0.
    Domain domain(Host host) {
        long number = number("domain", -1);
        if (number < 0) {
            return host.hypervisor().domains().getLast();
        }
        return host.hypervisor().domains().stream()
                .filter(domain -> domain.id().value() == number)
                .findFirst()
                .orElseThrow(() -> new Refused("There is no domain " + number + " now."));
    }

    /// The vCPU under `vcpu` of [#domain], else its first.
    Vcpu vcpu(Host host) {
        Domain domain = domain(host);
        long number = number("vcpu", 0);
        if (number < 0 || number >= domain.vcpus().size()) {
            throw new Refused("%s has no vCPU %d.".formatted(name(domain.id()), number));
        }
        return domain.vcpus().get((int) number);
    }

    private static String name(DomId id) {
        return "Domain " + id.value();
    }
}
