package io.xenarium.lab12.check;

import io.xenarium.abi.BlockRing;
import io.xenarium.lab12.check.BlockWorld.Answer;
import io.xenarium.lab12.check.BlockWorld.Mapping;
import io.xenarium.lab12.check.BlockWorld.Order;
import io.xenarium.parts.BlockBackend.Request;
import io.xenarium.parts.BlockBackend.Segment;

import java.util.List;
import java.util.stream.Collectors;

/// Requests, responses and orders in words.
final class Words {
    private Words() {}

    static String of(Request request) {
        String what = operation(request.operation());
        return request.operation() == BlockRing.DISCARD
                ? "%s %d sectors from %d (id %d)"
                        .formatted(what, request.count(), request.sector(), request.id())
                : "%s %s at sector %d%s (id %d)"
                        .formatted(
                                what,
                                segments(request.segments()),
                                request.sector(),
                                announced(request),
                                request.id());
    }

    private static String announced(Request request) {
        return request.count() == request.segments().size()
                ? ""
                : ", announced as %d segments".formatted(request.count());
    }

    private static String segments(List<Segment> segments) {
        return segments.stream()
                .map(each -> "page %d [%d..%d]".formatted(each.ref(), each.first(), each.last()))
                .collect(Collectors.joining(", ", "(", ")"));
    }

    static String operation(int operation) {
        return switch (operation) {
            case BlockRing.READ -> "READ";
            case BlockRing.WRITE -> "WRITE";
            case BlockRing.WRITE_BARRIER -> "WRITE_BARRIER";
            case BlockRing.FLUSH_DISKCACHE -> "FLUSH_DISKCACHE";
            case BlockRing.DISCARD -> "DISCARD";
            default -> "operation " + operation;
        };
    }

    static String status(int status) {
        return switch (status) {
            case BlockRing.OKAY -> "OKAY";
            case BlockRing.ERROR -> "ERROR";
            case BlockRing.NOT_SUPPORTED -> "NOT_SUPPORTED";
            default -> Integer.toString(status);
        };
    }

    static String of(Answer answer) {
        return "id %d, %s: %s"
                .formatted(answer.id(), operation(answer.operation()), status(answer.status()));
    }

    static String of(Order order) {
        return order.kind() + " for " + of(order.work().request());
    }

    static String of(Mapping mapping) {
        return "page %d %s"
                .formatted(mapping.ref(), mapping.isReadOnly() ? "read-only" : "writable");
    }
}
