package io.xenarium.lab;

import java.util.List;
import java.util.Map;

/// The questions about one lab, as its quiz.yaml has them. [Question] is one of them with its
/// numbers drawn; [Quizzes] reads them, and [QuizRules] are what an author has to keep.
///
/// @param lab two digits
public record Quiz(String lab, List<Item> items) {
    /// One question, which looks another way each time: its numbers are drawn, its answers worked
    /// out from them. In all its texts `{formula}` stands for a number, `{formula:x}` for the same
    /// one as Xen prints addresses, `{formula?words:others}` for the others where it is 0, and what
    /// is between backticks is code.
    ///
    /// @param id a short name of its own within the quiz, which statistics are kept under
    /// @param numbers names with `from..to` or `one|other|third` to draw from, or with a formula
    ///   over the names before
    /// @param right the one right answer
    /// @param because why it is right
    /// @param wrong the answers that are not, each with what is wrong about it
    public record Item(
            String id,
            String ask,
            Map<String, String> numbers,
            String right,
            String because,
            List<Wrong> wrong) {}

    /// An answer that is not right.
    ///
    /// @param why what whoever chose it has overlooked
    public record Wrong(String text, String why) {}

    public Quiz {
        items = List.copyOf(items);
    }

    /// What an item is called among those of all labs: `05.which-word`.
    public String name(Item item) {
        return lab + "." + item.id();
    }
}
