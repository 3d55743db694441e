package io.xenarium.lab;

/// A check found that a part breaks a rule. Carries what the four lines of the message are made of:
/// what the part did, what Xen does, how to see it again, and the rule.
public final class CheckFailed extends AssertionError {
    private static final long serialVersionUID = 1;

    /// How the case can be seen again.
    ///
    /// @param words how far it is, such as `7 choices (from 212)`; may be empty
    /// @param data what a check needs to repeat exactly this case; empty where its name is enough
    public record Again(String words, String data) {
        /// The check alone says it all.
        public static final Again SAME = new Again("", "");
    }

    private final transient Rule rule;
    private final String you;
    private final String xen;
    private final transient Again again;

    public CheckFailed(Rule rule, String you, String xen, Again again) {
        super(rule.code() + " " + rule.headline() + ": " + you + "; Xen: " + xen);
        this.rule = rule;
        this.you = you;
        this.xen = xen;
        this.again = again;
    }

    public CheckFailed(Rule rule, String you, String xen) {
        this(rule, you, xen, Again.SAME);
    }

    public Rule rule() {
        return rule;
    }

    public String you() {
        return you;
    }

    public String xen() {
        return xen;
    }

    public Again again() {
        return again;
    }

    /// The same failure, with another way to see it again.
    public CheckFailed seen(Again elsewhere) {
        CheckFailed same = new CheckFailed(rule, you, xen, elsewhere);
        same.setStackTrace(getStackTrace());
        return same;
    }
}
