package io.xenarium.toolstack;

import io.xenarium.machine.Input;
import io.xenarium.terms.Bug;
import io.xenarium.terms.DomId;

/// The toolstack as an administrator uses it: the commands of xl(1) that Xenarium knows. What
/// changes something is recorded as an input.
public final class Xl {
    private final Host host;

    Xl(Host host) {
        this.host = host;
    }

    /// Makes a domain and lets it run. Returns its number.
    ///
    /// @throws Refused where the configuration or its image will not do
    public DomId create(XlConfig config) {
        throw new Bug("the toolstack comes with the next step: " + config);
    }

    /// The table of all domains, as `xl list` prints it.
    public String list() {
        throw new Bug("the toolstack comes with the next step");
    }

    /// Keeps a domain from running.
    public void pause(DomId domain) {
        order(domain, Input.Order.PAUSE);
    }

    /// Lets a paused domain run again.
    public void unpause(DomId domain) {
        order(domain, Input.Order.UNPAUSE);
    }

    /// Asks the guest to power off, through control/shutdown in the store.
    public void shutdown(DomId domain) {
        order(domain, Input.Order.SHUTDOWN);
    }

    /// Asks the guest to restart.
    public void reboot(DomId domain) {
        order(domain, Input.Order.REBOOT);
    }

    /// Ends a domain without asking it.
    public void destroy(DomId domain) {
        order(domain, Input.Order.DESTROY);
    }

    /// What the domain's console has shown.
    public Output console(DomId domain) {
        return host.consoleOutput(domain);
    }

    private void order(DomId domain, Input.Order order) {
        host.post(new Input.Ordered(domain, order));
    }
}
