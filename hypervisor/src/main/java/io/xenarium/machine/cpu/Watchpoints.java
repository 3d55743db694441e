package io.xenarium.machine.cpu;

/// The data breakpoints of the debug registers: which addresses are watched, and which accesses of
/// the instruction under way have touched one (Intel SDM vol. 3, 17.2.4 and 17.2.5).
///
/// A page with a watched address is never free in [LinearMemory], so the fast paths know nothing of
/// all this.
final class Watchpoints {
    private static final int COUNT = 4;

    /// In DR7: any breakpoint is enabled.
    private static final int ENABLED = 0xff;

    /// In DR7, two bits a breakpoint from bit 16 on: what makes it hit.
    private static final int STORES = 1;

    private static final int LOADS_AND_STORES = 3;

    private static final long PAGE = ~0xfffL;

    private final long[] from = new long[COUNT];
    private final long[] bytes = new long[COUNT];
    private final boolean[] watchesLoads = new boolean[COUNT];

    /// DR7.
    private long control;

    private boolean isArmed;
    private int hits;

    /// Takes over what the debug registers say.
    ///
    /// @return whether the set of watched addresses may have changed
    boolean arm(long[] debug) {
        if (((control | debug[7]) & ENABLED) == 0) {
            return false;
        }
        boolean wasArmed = isArmed;
        control = debug[7];
        isArmed = false;
        for (int i = 0; i < COUNT; i++) {
            int kind = (int) (control >>> 16 + 4 * i) & 3;
            boolean isEnabled = (control >>> 2 * i & 3) != 0;
            boolean isData = kind == STORES || kind == LOADS_AND_STORES;
            bytes[i] = isEnabled && isData ? length((int) (control >>> 18 + 4 * i) & 3) : 0;
            from[i] = debug[i] & -Math.max(bytes[i], 1);
            watchesLoads[i] = kind == LOADS_AND_STORES;
            isArmed |= bytes[i] != 0;
        }
        return isArmed || wasArmed;
    }

    private static int length(int code) {
        return switch (code) {
            case 0 -> 1;
            case 1 -> 2;
            case 2 -> 8;
            default -> 4;
        };
    }

    /// Whether the page of `vaddr` holds a watched address.
    boolean covers(long vaddr) {
        if (!isArmed) {
            return false;
        }
        for (int i = 0; i < COUNT; i++) {
            if (bytes[i] != 0 && ((from[i] ^ vaddr) & PAGE) == 0) {
                return true;
            }
        }
        return false;
    }

    /// Notes an access of `count` bytes.
    void note(long vaddr, int count, boolean isStore) {
        if (!isArmed) {
            return;
        }
        for (int i = 0; i < COUNT; i++) {
            boolean overlaps = vaddr < from[i] + bytes[i] && from[i] < vaddr + count;
            if (bytes[i] != 0 && overlaps && (isStore || watchesLoads[i])) {
                hits |= 1 << i;
            }
        }
    }

    /// The breakpoints hit since the last call, as the low bits of DR6.
    int takeHits() {
        int taken = hits;
        hits = 0;
        return taken;
    }
}
