package io.xenarium.xen;

/// A pointer that a guest passed cannot be read or written with the guest's own rights. Ends the
/// hypercall with −EFAULT. There is one, made beforehand and without a stack, because it is no
/// error of ours and happens in the middle of hot loops.
final class BadPointer extends RuntimeException {
    private static final long serialVersionUID = 1;

    static final BadPointer INSTANCE = new BadPointer();

    private BadPointer() {
        super("the guest's pointer cannot be used", null, false, false);
    }
}
