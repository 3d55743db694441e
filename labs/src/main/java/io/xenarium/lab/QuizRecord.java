package io.xenarium.lab;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

/// How the learner has answered the quizzes so far. It lies with the rest of the [Workspace], on
/// the learner's machine, and goes nowhere.
///
/// 1. Only the first answer in a sitting counts; what is tried again afterwards does not.
/// 2. So the answers of an item, right and wrong, add up to how often it was asked.
/// 3. An item that went wrong is due on the next day, until it goes right.
public final class QuizRecord {
    private static final String FILE = "quiz.properties";
    private static final String DUE = ".due";
    private static final String LAST = ".last";
    private static final String ANSWER = ".answer.";
    private static final String SITTING = ".sitting";

    private final Workspace workspace;

    /// What is known of one item.
    ///
    /// @param right how often it was right the first time
    /// @param wrong how often each wrong option was chosen, by its number
    /// @param due when it is to be asked again, null where it went right
    /// @param last when it was asked last
    public record Tally(int right, Map<Integer, Integer> wrong, LocalDate due, LocalDate last) {
        public int asked() {
            return right + missed();
        }

        /// How often it went wrong.
        public int missed() {
            return wrong.values().stream().mapToInt(Integer::intValue).sum();
        }
    }

    public QuizRecord(Workspace workspace) {
        this.workspace = workspace;
    }

    /// Notes the first answer to an item in a sitting; a later one in the same sitting is ignored.
    ///
    /// @param number of the option that was chosen
    public void note(String sitting, String item, int number, LocalDate today) {
        Properties properties = workspace.load(FILE);
        if (sitting.equals(properties.getProperty(item + SITTING))) {
            return;
        }
        String answer = item + ANSWER + number;
        int before = Integer.parseInt(properties.getProperty(answer, "0"));
        properties.setProperty(answer, "" + (before + 1));
        properties.setProperty(item + SITTING, sitting);
        properties.setProperty(item + LAST, today.toString());
        if (number == 0) {
            properties.remove(item + DUE);
        } else {
            properties.setProperty(item + DUE, today.plusDays(1).toString());
        }
        workspace.store(FILE, properties);
    }

    /// What is known of each item that was asked, by its name.
    public Map<String, Tally> tallies() {
        Properties properties = workspace.load(FILE);
        Map<String, Tally> tallies = new TreeMap<>();
        for (String key : properties.stringPropertyNames()) {
            if (key.endsWith(LAST)) {
                String item = key.substring(0, key.length() - LAST.length());
                tallies.put(item, tally(item, properties));
            }
        }
        return tallies;
    }

    private static Tally tally(String item, Properties properties) {
        Map<Integer, Integer> wrong = new TreeMap<>();
        int right = 0;
        String start = item + ANSWER;
        for (String key : properties.stringPropertyNames()) {
            if (key.startsWith(start)) {
                int number = Integer.parseInt(key.substring(start.length()));
                int count = Integer.parseInt(properties.getProperty(key));
                right += number == 0 ? count : 0;
                if (number > 0) {
                    wrong.put(number, count);
                }
            }
        }
        String due = properties.getProperty(item + DUE);
        return new Tally(
                right,
                wrong,
                due == null ? null : LocalDate.parse(due),
                LocalDate.parse(properties.getProperty(item + LAST)));
    }

    /// The items to ask at the beginning of a day's work: first those that are due, then those that
    /// were asked longest ago, none of them today.
    ///
    /// @param there the items that the quizzes have
    public List<String> earlier(List<String> there, LocalDate today, int most) {
        Map<String, Tally> tallies = tallies();
        List<String> asked = new ArrayList<>(tallies.keySet());
        asked.retainAll(there);
        asked.removeIf(item -> !tallies.get(item).last().isBefore(today));
        Comparator<String> dueFirst =
                Comparator.comparing(item -> !isDue(tallies.get(item), today));
        asked.sort(dueFirst.thenComparing(item -> tallies.get(item).last()));
        return List.copyOf(asked.subList(0, Math.min(most, asked.size())));
    }

    private static boolean isDue(Tally tally, LocalDate today) {
        return tally.due() != null && !tally.due().isAfter(today);
    }
}
