package io.xenarium.abi;

/// What a member of a grant-table operation is answered in its status field (public/grant_table.h,
/// GNTST_*).
public final class GrantStatus {
    private GrantStatus() {}

    public static final int OKAY = 0;
    public static final int GENERAL_ERROR = -1;
    public static final int BAD_DOMAIN = -2;
    public static final int BAD_REF = -3;
    public static final int BAD_HANDLE = -4;
    public static final int BAD_VIRTUAL_ADDRESS = -5;
    public static final int PERMISSION_DENIED = -8;
    public static final int BAD_PAGE = -9;

    /// A copy that leaves its page.
    public static final int BAD_COPY_ARGUMENT = -10;

    public static final int TRY_AGAIN = -12;

    /// No handle is left.
    public static final int NO_SPACE = -13;
}
