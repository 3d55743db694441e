package io.xenarium.bench;

import io.xenarium.terms.DomId;
import io.xenarium.toolstack.Host;
import io.xenarium.toolstack.Output;

import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// What of each console the page has been sent.
///
/// 1. A message carries bytes and their offset in the console's stream. An offset beyond what the
///    page has means that something was left out, because nobody can read that fast.
/// 2. `reset` means that the bytes replace all that the page has: time went back.
/// 3. No more than [#SENT_MAX] bytes go out at once.
final class Consoles {
    private static final int SENT_MAX = 32 * 1024;

    private final Map<Integer, Long> sent = new TreeMap<>();
    private boolean hasGoneBack;

    /// Time went back or took another course: what was sent may never have been shown.
    void goneBack() {
        hasGoneBack = true;
    }

    /// The messages that bring the page up to date.
    List<ObjectNode> news(Host host) {
        List<ObjectNode> news = new ArrayList<>();
        for (int domain : known(host)) {
            newsOf(host, domain).ifPresent(news::add);
        }
        hasGoneBack = false;
        return news;
    }

    private Optional<ObjectNode> newsOf(Host host, int domain) {
        Output output = host.consoleOutput(new DomId(domain));
        Long before = sent.put(domain, output.end());
        if (before == null ? output.end() == 0 : !hasGoneBack && before == output.end()) {
            return Optional.empty();
        }
        boolean isReset = hasGoneBack && before != null;
        if (isReset && before == 0 && output.end() == 0) {
            return Optional.empty();
        }
        long from = before == null || isReset ? output.offset() : before;
        return Optional.of(message(domain, output, from, isReset));
    }

    /// All that the consoles show now, for a page that has just come.
    static List<ObjectNode> all(Host host) {
        List<ObjectNode> all = new ArrayList<>();
        host.hypervisor()
                .domains()
                .forEach(domain -> {
                    Output output = host.consoleOutput(domain.id());
                    if (output.end() > 0) {
                        int id = domain.id().value();
                        all.add(message(id, output, output.offset(), true));
                    }
                });
        return all;
    }

    private List<Integer> known(Host host) {
        List<Integer> known = new ArrayList<>(sent.keySet());
        host.hypervisor()
                .domains()
                .forEach(domain -> {
                    if (!known.contains(domain.id().value())) {
                        known.add(domain.id().value());
                    }
                });
        return known;
    }

    private static ObjectNode message(int domain, Output output, long from, boolean isReset) {
        byte[] bytes = output.since(from);
        byte[] newest =
                bytes.length <= SENT_MAX
                        ? bytes
                        : Arrays.copyOfRange(bytes, bytes.length - SENT_MAX, bytes.length);
        return JsonMapper.shared()
                .createObjectNode()
                .put("domain", domain)
                .put("offset", output.end() - newest.length)
                .put("text", Base64.getEncoder().encodeToString(newest))
                .put("reset", isReset);
    }
}
