package io.xenarium.machine.code;

/// Register operands, each made once: most operands are registers, and the decoder shall not
/// allocate them.
final class RegisterOperands {
    private static final int NUMBERS = 16;

    /// More than the widest register has bytes.
    private static final int WIDTHS = 17;

    private static final Operand.Bank[] BANKS = Operand.Bank.values();

    private final Operand.Register[] made = new Operand.Register[BANKS.length * NUMBERS * WIDTHS];

    /// The register.
    Operand.Register get(Operand.Bank bank, int number, int bytes) {
        int index = (bank.ordinal() * NUMBERS + number) * WIDTHS + bytes;
        Operand.Register register = made[index];
        if (register == null) {
            register = new Operand.Register(bank, number, bytes);
            made[index] = register;
        }
        return register;
    }
}
