package io.xenarium.toolstack;

import java.util.Locale;

/// What the toolstack does with a domain that has ended (xl.cfg(5), on_poweroff and its like).
public enum Ending {
    /// Takes all that it had.
    DESTROY,
    /// Makes it anew, from the same configuration.
    RESTART,
    /// Leaves it as it is, to be looked at.
    PRESERVE;

    /// Which of them, for each way to end.
    public record Plan(Ending poweroff, Ending reboot, Ending crash) {
        /// What xl does where the configuration does not say.
        public static final Plan OF_XL = new Plan(DESTROY, RESTART, DESTROY);

        /// Nothing: whoever looks wants to see how the domain ended.
        public static final Plan LOOK = new Plan(PRESERVE, PRESERVE, PRESERVE);

        /// Restarts what wants to be restarted, and leaves the rest to be looked at.
        public static final Plan REBOOT = new Plan(PRESERVE, RESTART, PRESERVE);

        private static final int POWEROFF = 0;
        private static final int RESTARTS = 1;
        private static final int SUSPEND = 2;

        /// What becomes of a domain that gave this reason (public/sched.h).
        Ending forReason(int reason) {
            return switch (reason) {
                case POWEROFF -> poweroff;
                case RESTARTS -> reboot;
                case SUSPEND -> PRESERVE;
                default -> crash;
            };
        }
    }

    /// The one of this name.
    ///
    /// @throws Refused where there is none
    static Ending of(String name) {
        for (Ending ending : values()) {
            if (ending.text().equals(name)) {
                return ending;
            }
        }
        throw new Refused(
                "a domain that ends is to destroy, restart or preserve, not \"%s\""
                        .formatted(name));
    }

    /// As a configuration has it.
    String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
