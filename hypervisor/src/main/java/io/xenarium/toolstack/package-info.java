/// What an administrator of a Xen machine works with: `xl` ([io.xenarium.toolstack.Xl]), which
/// makes domains out of configurations, and the domain builder under it
/// ([io.xenarium.toolstack.Builder]). And the whole computer as one object: start with
/// [io.xenarium.toolstack.Host]; [io.xenarium.toolstack.Timeline] moves it through time, both ways.
///
/// May import everything else of this module but `check`.
package io.xenarium.toolstack;
