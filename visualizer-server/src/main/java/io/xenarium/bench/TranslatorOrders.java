package io.xenarium.bench;

import io.xenarium.bench.view.Focus;
import io.xenarium.bench.view.TranslatorView;
import io.xenarium.machine.code.Translator;
import io.xenarium.toolstack.Host;
import io.xenarium.toolstack.Refused;

import tools.jackson.databind.JsonNode;

/// What a reader may do to the translator. None of it changes what a guest does, so none of it is
/// an input, and no journal keeps it.
final class TranslatorOrders {
    private static final int PATIENCE_MAX = 1_000_000;

    private TranslatorOrders() {}

    /// Obeys one order, and says what was done.
    ///
    /// @throws Refused where it is none, or its region is in use no more
    static String obey(Host host, JsonNode body) {
        Translator translator = TranslatorView.translator(host, Focus.none());
        return switch (body.path("do").asString("")) {
            case "interpret" -> {
                translator.rest(true);
                yield "From now on all code is interpreted; the regions stay.";
            }
            case "translate" -> {
                translator.rest(false);
                yield "The translator works again.";
            }
            case "forget" -> forget(translator, body.path("region").asInt(0));
            case "patience" -> bePatient(translator, body.path("times").asInt(0));
            default ->
                    throw new Refused(
                            "“do” must be one of interpret, translate, forget, patience.");
        };
    }

    private static String bePatient(Translator translator, int times) {
        if (times < 1 || times > PATIENCE_MAX) {
            throw new Refused(
                    "A block is translated after 1 to %d executions.".formatted(PATIENCE_MAX));
        }
        translator.setPatience(times);
        return "All regions are forgotten; from now on a block is translated after %d executions."
                .formatted(times);
    }

    private static String forget(Translator translator, int region) {
        if (!translator.forget(region)) {
            throw new Refused("There is no region %d in use.".formatted(region));
        }
        return "Region %d is forgotten: its code is interpreted until it is hot once more."
                .formatted(region);
    }
}
