package io.xenarium.lab;

import io.xenarium.machine.Dice;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// An item of a quiz with its numbers drawn and its options in some order, both of which a seed
/// decides. No two options read the same: numbers that made them so are drawn again.
///
/// @param name of the item among those of all labs
/// @param ask the question
/// @param options what there is to choose from
public record Question(String name, String ask, List<Option> options) {
    /// An option.
    ///
    /// @param number 0 for the right one, else its place among the wrong ones of the file, from 1
    /// @param why why it is right, or what is wrong about it
    public record Option(int number, String text, String why) {
        public boolean isRight() {
            return number == 0;
        }
    }

    private static final Pattern PLACE = Pattern.compile("\\{([^}:?]+)(:x|\\?([^}:]*):([^}:]*))?}");
    private static final int DRAWS = 100;

    public Question {
        options = List.copyOf(options);
    }

    /// Draws an item.
    ///
    /// @throws LabProblem where a formula has no value, or no numbers make the options differ
    public static Question of(Quiz quiz, Quiz.Item item, long seed) {
        String name = quiz.name(item);
        Dice dice = new Dice(seed * 31 + name.hashCode());
        for (int draw = 0; draw < DRAWS; draw++) {
            Map<String, Long> numbers = draw(item, dice);
            List<Option> options = options(item, numbers);
            boolean areDifferent =
                    options.stream().map(Option::text).distinct().count() == options.size();
            if (areDifferent) {
                shuffle(options, dice);
                return new Question(name, filled(item.ask(), numbers), options);
            }
        }
        throw new LabProblem(name + ": two of its options are always the same");
    }

    /// The option with this number.
    public Option option(int number) {
        return options.stream().filter(each -> each.number == number).findFirst().orElseThrow();
    }

    private static Map<String, Long> draw(Quiz.Item item, Dice dice) {
        Map<String, Long> numbers = new LinkedHashMap<>();
        item.numbers().forEach((name, from) -> numbers.put(name, drawn(from, numbers, dice)));
        return numbers;
    }

    private static long drawn(String from, Map<String, Long> numbers, Dice dice) {
        if (from.contains("..")) {
            String[] ends = from.split("\\.\\.", 2);
            long least = Formula.value(ends[0], numbers);
            long most = Formula.value(ends[1], numbers);
            if (most < least || most - least >= Integer.MAX_VALUE) {
                throw new LabProblem("`" + from + "` is no range to draw from");
            }
            return least + dice.below((int) (most - least) + 1);
        }
        String[] choices = from.split("\\|");
        return Formula.value(choices[dice.below(choices.length)], numbers);
    }

    private static List<Option> options(Quiz.Item item, Map<String, Long> numbers) {
        List<Option> options = new ArrayList<>();
        options.add(new Option(0, filled(item.right(), numbers), filled(item.because(), numbers)));
        for (Quiz.Wrong wrong : item.wrong()) {
            int number = options.size();
            options.add(
                    new Option(
                            number, filled(wrong.text(), numbers), filled(wrong.why(), numbers)));
        }
        return options;
    }

    private static void shuffle(List<Option> options, Dice dice) {
        for (int i = options.size() - 1; i > 0; i--) {
            Collections.swap(options, i, dice.below(i + 1));
        }
    }

    /// A text with its formulas worked out.
    private static String filled(String text, Map<String, Long> numbers) {
        Matcher place = PLACE.matcher(text);
        return place.replaceAll(found -> {
            long value = Formula.value(found.group(1), numbers);
            if (found.group(3) != null) {
                return Matcher.quoteReplacement(found.group(value != 0 ? 3 : 4));
            }
            return found.group(2) == null ? "" + value : "0x" + Long.toHexString(value);
        });
    }

    /// The names of those that stand in `names` twice.
    static List<String> twice(List<String> names) {
        var seen = new HashSet<String>();
        return names.stream().filter(name -> !seen.add(name)).toList();
    }
}
