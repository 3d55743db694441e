/// What the house style asks for and a machine can see: the borders between packages, what is
/// banned in the deterministic half, the formatting, and the sizes of things. The tests read the
/// sources of all modules.
package io.xenarium.tidy;
