package io.xenarium.lab;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Names one case of one check exactly, so that it can be run again on any machine:
/// `xn1:05:3.noWakeUpIsLost:0.1120`.
///
/// @param data what the check needs to repeat the case; may be empty
public record Token(String lab, int tier, String check, String data) {
    private static final Pattern FORM =
            Pattern.compile("xn1:(\\d\\d):([1-5])\\.(\\w+)(?::([\\w.,-]+))?");

    public static Token parse(String text) {
        Matcher matcher = FORM.matcher(text.strip());
        if (!matcher.matches()) {
            throw new LabProblem(
                    "`"
                            + text
                            + "` is no token. One looks like xn1:05:1.sendSetsTheSelector; it"
                            + " stands in the See line of a failure.");
        }
        String data = matcher.group(4) == null ? "" : matcher.group(4);
        return new Token(
                matcher.group(1), Integer.parseInt(matcher.group(2)), matcher.group(3), data);
    }

    /// Where the page of a workbook on this computer shows the case.
    public String url() {
        return "http://127.0.0.1:7070/lab/" + lab + "?replay=" + this;
    }

    @Override
    public String toString() {
        String name = "xn1:" + lab + ":" + tier + "." + check;
        return data.isEmpty() ? name : name + ":" + data;
    }
}
