package io.xenarium.xen;

import io.xenarium.machine.Memory;

/// What the families of hypercalls share: the hypervisor's own pieces, put together once.
record Xen(
        Memory memory,
        FrameTable frames,
        GuestMemory guest,
        PvMmu mmu,
        Segments segments,
        Tlbs tlbs,
        Chronicle chronicle) {}
