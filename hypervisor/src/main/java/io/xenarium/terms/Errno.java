package io.xenarium.terms;

/// The error numbers that hypercalls answer with. A hypercall returns a `long`: zero or more is
/// good, below zero is `-errno`, which is exactly what lands in the guest's rax. Xen:
/// public/errno.h.
public enum Errno {
    EPERM(1),
    ENOENT(2),
    ESRCH(3),
    EIO(5),
    ENXIO(6),
    E2BIG(7),
    EBADF(9),
    EAGAIN(11),
    ENOMEM(12),
    EACCES(13),
    EFAULT(14),
    EBUSY(16),
    EEXIST(17),
    EXDEV(18),
    ENODEV(19),
    ENOTDIR(20),
    EISDIR(21),
    EINVAL(22),
    EMFILE(24),
    ENOSPC(28),
    EROFS(30),
    ERANGE(34),
    ENOSYS(38),
    ENOTEMPTY(39),
    ENODATA(61),
    ETIME(62),
    EOPNOTSUPP(95),
    ENOTCONN(107),
    ETIMEDOUT(110);

    private final int number;

    Errno(int number) {
        this.number = number;
    }

    /// What lands in rax: the negated number.
    public long rc() {
        return -number;
    }

    /// The words for a return code, for messages: `EINVAL` for −22, the number itself where it is
    /// no error.
    public static String describe(long rc) {
        for (Errno errno : values()) {
            if (errno.rc() == rc) {
                return "-" + errno;
            }
        }
        return Long.toString(rc);
    }
}
