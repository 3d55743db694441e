package io.xenarium.machine.code;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.xenarium.machine.cpu.Exit;
import io.xenarium.machine.cpu.Registers;

import org.junit.jupiter.api.Test;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.HexFormat;
import java.util.Random;

/// The transcendental instructions of the x87 against the series of their functions, summed up to
/// fifty decimal digits: the result is at most one unit in its last place away, as processors
/// promise (Intel SDM vol. 1, 8.3.10). These are left out of [SiliconTest], because the last bit is
/// not the same on every processor.
class TranscendentalTest {
    private static final MathContext DIGITS = new MathContext(60, RoundingMode.HALF_EVEN);
    private static final int CASES = 400;
    private static final long CODE = 0x40_0000;
    private static final BigDecimal TWO = BigDecimal.TWO;
    private static final BigDecimal LN_2 = logarithm(TWO);

    private final Random random = new Random(5);
    private final BareMachine machine = new BareMachine();
    private final Registers r = machine.registers;

    TranscendentalTest() {
        machine.map(CODE, 0x100, BareMachine.USER_PAGE);
    }

    /// A double-extended number.
    private record Number(int head, long significand) {
        BigDecimal value() {
            BigDecimal whole = new BigDecimal(new BigInteger(Long.toUnsignedString(significand)));
            BigDecimal magnitude = whole.multiply(power((head & 0x7fff) - 16383 - 63), DIGITS);
            return head >= 0x8000 ? magnitude.negate() : magnitude;
        }

        BigDecimal lastPlace() {
            return power((head & 0x7fff) - 16383 - 63);
        }
    }

    private static BigDecimal power(int exponent) {
        BigDecimal power = TWO.pow(Math.abs(exponent));
        return exponent < 0 ? BigDecimal.ONE.divide(power, DIGITS) : power;
    }

    /// A number of random sign whose magnitude is between 2^least and 2^(most + 1).
    private Number number(int least, int most) {
        int exponent = least + random.nextInt(most - least + 1);
        int sign = random.nextInt(2) << 15;
        return new Number(sign | 16383 + exponent, random.nextLong() | Long.MIN_VALUE);
    }

    private static Number positive(Number number) {
        return new Number(number.head & 0x7fff, number.significand);
    }

    /// Executes one instruction with these two on the stack. Returns the new top, or what is below
    /// it.
    private Number execute(String hex, Number top, Number below, int place) {
        machine.memory.write(0x100L << 12, HexFormat.of().parseHex(hex));
        r.rip = CODE;
        r.fcw = 0x37f;
        r.fsw = 5 << 11;
        r.ftw = 0x60;
        r.x87[10] = top.significand;
        r.x87[11] = top.head;
        r.x87[12] = below.significand;
        r.x87[13] = below.head;
        assertEquals(new Exit.BudgetSpent(), machine.run(1));
        int physical = (r.fsw >> 11) + place & 7;
        assertTrue((r.ftw >> physical & 1) != 0, "nothing is there");
        return new Number((int) r.x87[2 * physical + 1], r.x87[2 * physical]);
    }

    private void near(BigDecimal exact, Number ours, String what) {
        BigDecimal distance = exact.subtract(ours.value(), DIGITS).abs();
        BigDecimal places = distance.divide(ours.lastPlace(), DIGITS);
        assertTrue(places.compareTo(BigDecimal.ONE) <= 0, what + " is off by " + places);
    }

    // --- the functions ------------------------------------------------------------------------

    private static BigDecimal sine(BigDecimal x) {
        return series(x, x, 1, true);
    }

    private static BigDecimal cosine(BigDecimal x) {
        return series(x, BigDecimal.ONE, 0, true);
    }

    /// The sum of every second term x^n/n! from `n` on, with changing signs.
    private static BigDecimal series(BigDecimal x, BigDecimal first, int n, boolean changes) {
        BigDecimal square = x.multiply(x, DIGITS);
        BigDecimal term = first;
        BigDecimal sum = first;
        for (int i = n; term.abs().compareTo(power(-220)) > 0; i += 2) {
            long divisor = (i + 1L) * (i + 2L);
            term = term.multiply(square, DIGITS).divide(BigDecimal.valueOf(divisor), DIGITS);
            term = changes ? term.negate() : term;
            sum = sum.add(term, DIGITS);
        }
        return sum;
    }

    private static BigDecimal exponential(BigDecimal x) {
        BigDecimal even = series(x, BigDecimal.ONE, 0, false);
        return even.add(series(x, x, 1, false), DIGITS);
    }

    /// By way of 2·artanh((x − 1)/(x + 1)).
    private static BigDecimal logarithm(BigDecimal x) {
        BigDecimal z = x.subtract(BigDecimal.ONE).divide(x.add(BigDecimal.ONE), DIGITS);
        return TWO.multiply(powers(z, false), DIGITS);
    }

    /// After halving the angle until the series is quick.
    private static BigDecimal arcTangent(BigDecimal x) {
        BigDecimal z = x;
        int doublings = 0;
        for (; z.abs().compareTo(new BigDecimal("0.1")) > 0; doublings++) {
            BigDecimal root = BigDecimal.ONE.add(z.multiply(z, DIGITS)).sqrt(DIGITS);
            z = z.divide(BigDecimal.ONE.add(root), DIGITS);
        }
        return powers(z, true).multiply(TWO.pow(doublings), DIGITS);
    }

    /// z ± z³/3 + z⁵/5 ± …
    private static BigDecimal powers(BigDecimal z, boolean changes) {
        BigDecimal square = z.multiply(z, DIGITS);
        BigDecimal power = z;
        BigDecimal sum = z;
        for (int n = 3; power.abs().compareTo(power(-220).multiply(z.abs())) > 0; n += 2) {
            power = power.multiply(changes ? square.negate() : square, DIGITS);
            sum = sum.add(power.divide(BigDecimal.valueOf(n), DIGITS), DIGITS);
        }
        return sum;
    }

    // --- the instructions ---------------------------------------------------------------------

    @Test
    void fsinFcosFsincosAndFptanAreTheirFunctions() {
        for (int i = 0; i < CASES; i++) {
            Number x = number(-20, -1);
            BigDecimal sine = sine(x.value());
            BigDecimal cosine = cosine(x.value());
            near(sine, execute("d9fe", x, x, 0), "sin " + x);
            near(cosine, execute("d9ff", x, x, 0), "cos " + x);
            near(cosine, execute("d9fb", x, x, 0), "cos " + x);
            near(sine, execute("d9fb", x, x, 1), "sin " + x);
            near(sine.divide(cosine, DIGITS), execute("d9f2", x, x, 1), "tan " + x);
        }
    }

    @Test
    void fpatanIsTheAngleOfAPoint() {
        for (int i = 0; i < CASES; i++) {
            Number x = positive(number(-3, 3));
            Number y = number(-3, 3);
            BigDecimal angle = arcTangent(y.value().divide(x.value(), DIGITS));
            near(angle, execute("d9f3", x, y, 0), "angle of " + x + ", " + y);
        }
    }

    @Test
    void f2xm1IsAPowerOfTwoLessOne() {
        for (int i = 0; i < CASES; i++) {
            Number x = number(-12, -1);
            BigDecimal power = exponential(x.value().multiply(LN_2, DIGITS));
            near(power.subtract(BigDecimal.ONE), execute("d9f0", x, x, 0), "2^x-1 of " + x);
        }
    }

    @Test
    void fyl2xAndFyl2xp1AreLogarithms() {
        for (int i = 0; i < CASES; i++) {
            Number x = positive(number(-3, 3));
            Number y = number(-8, 8);
            BigDecimal logarithm = logarithm(x.value()).divide(LN_2, DIGITS);
            BigDecimal product = logarithm.multiply(y.value(), DIGITS);
            near(product, execute("d9f1", x, y, 0), y + " log2 " + x);
            Number little = number(-40, -3);
            BigDecimal plusOne = logarithm(little.value().add(BigDecimal.ONE));
            product = plusOne.divide(LN_2, DIGITS).multiply(y.value(), DIGITS);
            near(product, execute("d9f9", little, y, 0), y + " log2 1+" + little);
        }
    }
}
