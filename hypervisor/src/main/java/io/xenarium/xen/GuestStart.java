package io.xenarium.xen;

import io.xenarium.terms.Mfn;
import io.xenarium.terms.Vaddr;

/// Where the first vCPU of a new guest begins.
///
/// @param entry its first instruction
/// @param stack its stack pointer
/// @param startInfo where it finds the start-info page: goes into rsi
/// @param table its L4 page table
public record GuestStart(Vaddr entry, Vaddr stack, Vaddr startInfo, Mfn table) {}
