package io.xenarium.bench.view;

import java.util.List;
import java.util.Map;

/// The computer on the bench beside a second one with the same seed and inputs and the reference in
/// all slots: two lanes in time.
///
/// @param state `looking` while the lanes are compared, then `same` or `differs`
/// @param mine whose parts the lane of the bench has, in words
/// @param same the last event up to which both lanes are equal
/// @param first the first event that differs, null where none does so far
/// @param there the moment of the same number in the reference's lane, null where it is not there
///   yet
/// @param rows the newest events up to this moment, side by side
public record LanesView(
        String state, String mine, long same, First first, There there, List<Row> rows) {
    /// Where the lanes part.
    ///
    /// @param sentence what happens in the lane of the bench
    /// @param wanted what happens in the reference's
    public record First(long seq, String sentence, String wanted) {}

    /// A moment of the reference's lane, in the shape of a [Frame].
    public record There(
            long t,
            long nanos,
            String sentence,
            List<DomainView> domains,
            List<SlotView> slots,
            CpuView cpu,
            ChannelsView events,
            Map<String, Object> views) {}

    /// The events of one number.
    ///
    /// @param mine that of the bench in words, empty where there is none
    /// @param reference the other one
    /// @param mineNanos when it happened, −1 where there is none
    public record Row(
            long seq,
            String mine,
            long mineNanos,
            String reference,
            long referenceNanos,
            boolean differs) {}
}
