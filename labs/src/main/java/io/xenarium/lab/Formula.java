package io.xenarium.lab;

import java.util.Map;

/// Works out what a question asks for: whole numbers of 64 bits, `+ - * / %`, `<< >>`, `& ^ |`,
/// brackets, names, and numbers as Java writes them. What binds stronger than what is as in Java. A
/// result that does not fit into 64 bits is refused rather than wrapped.
final class Formula {
    /// From what binds weakest to what binds strongest.
    private static final String[][] OPERATORS = {
        {"|"}, {"^"}, {"&"}, {"<<", ">>"}, {"+", "-"}, {"*", "/", "%"}
    };

    private final String text;
    private final Map<String, Long> names;
    private int at;

    private Formula(String text, Map<String, Long> names) {
        this.text = text;
        this.names = names;
    }

    /// The value of a formula.
    ///
    /// @throws LabProblem where it is none, or has no value
    static long value(String text, Map<String, Long> names) {
        Formula formula = new Formula(text, names);
        try {
            long value = formula.level(0);
            formula.skipBlanks();
            if (formula.at < text.length()) {
                throw formula.wrong("there is something left over");
            }
            return value;
        } catch (ArithmeticException impossible) {
            throw formula.wrong(impossible.getMessage());
        }
    }

    private long level(int level) {
        if (level == OPERATORS.length) {
            return operand();
        }
        long value = level(level + 1);
        for (String operator = next(level); operator != null; operator = next(level)) {
            value = apply(operator, value, level(level + 1));
        }
        return value;
    }

    /// Takes the next operator where it is one of this level.
    private String next(int level) {
        skipBlanks();
        for (String operator : OPERATORS[level]) {
            if (text.startsWith(operator, at)) {
                at += operator.length();
                return operator;
            }
        }
        return null;
    }

    private static long apply(String operator, long left, long right) {
        return switch (operator) {
            case "|" -> left | right;
            case "^" -> left ^ right;
            case "&" -> left & right;
            case "<<" -> Math.multiplyExact(left, 1L << Math.toIntExact(right));
            case ">>" -> left >> right;
            case "+" -> Math.addExact(left, right);
            case "-" -> Math.subtractExact(left, right);
            case "*" -> Math.multiplyExact(left, right);
            case "/" -> left / right;
            default -> left % right;
        };
    }

    private long operand() {
        skipBlanks();
        if (text.startsWith("(", at)) {
            at++;
            long value = level(0);
            skipBlanks();
            if (!text.startsWith(")", at)) {
                throw wrong("a bracket is not closed");
            }
            at++;
            return value;
        }
        if (text.startsWith("-", at)) {
            at++;
            return Math.negateExact(operand());
        }
        return named(word());
    }

    private String word() {
        int from = at;
        while (at < text.length() && Character.isLetterOrDigit(text.charAt(at))) {
            at++;
        }
        return text.substring(from, at);
    }

    private long named(String word) {
        if (!word.isEmpty() && Character.isDigit(word.charAt(0))) {
            try {
                return Long.decode(word);
            } catch (NumberFormatException wrong) {
                throw wrong("`" + word + "` is no number");
            }
        }
        Long value = names.get(word);
        if (value == null) {
            throw wrong(word.isEmpty() ? "a number is missing" : "nothing is called " + word);
        }
        return value;
    }

    private void skipBlanks() {
        while (text.startsWith(" ", at)) {
            at++;
        }
    }

    private LabProblem wrong(String why) {
        return new LabProblem("formula `%s`: %s".formatted(text, why));
    }
}
