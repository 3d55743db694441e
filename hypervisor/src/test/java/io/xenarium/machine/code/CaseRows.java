package io.xenarium.machine.code;

import io.xenarium.machine.code.InstructionTable.Row;

import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/// The rows of the [InstructionTable] that [SiliconCase]s are made of: those that do the same on
/// every run, whatever the operating system, and that our processor has.
final class CaseRows {
    /// What is not compared, and why.
    private static final Set<Op> LEFT_OUT =
            Set.of(
                    // The operating system serves them, or lets them through.
                    Op.SYSCALL,
                    Op.SYSENTER,
                    Op.INT,
                    Op.SGDT,
                    Op.SIDT,
                    Op.SLDT,
                    Op.STR,
                    Op.SMSW,
                    Op.CLI,
                    Op.STI,
                    Op.INT1,
                    // They depend on the operating system's descriptors.
                    Op.CALLF,
                    Op.JMPF,
                    Op.RETF,
                    Op.IRET,
                    Op.LAR,
                    Op.LSL,
                    Op.VERR,
                    Op.VERW,
                    Op.LES,
                    Op.LDS,
                    Op.LSS,
                    Op.LFS,
                    Op.LGS,
                    // They tell of the processor or the time.
                    Op.CPUID,
                    Op.RDTSC,
                    Op.RDTSCP,
                    Op.RDPMC,
                    Op.RDPRU,
                    // Right within one unit in the last place: not the same everywhere.
                    Op.FSIN,
                    Op.FCOS,
                    Op.FSINCOS,
                    Op.FPTAN,
                    Op.FPATAN,
                    Op.F2XM1,
                    Op.FYL2X,
                    Op.FYL2XP1);

    /// Instructions of processors later than ours; the one under a test may have them.
    private static final Set<Op> LATER =
            Set.of(
                    Op.TZCNT,
                    Op.LZCNT,
                    Op.XBEGIN,
                    Op.XABORT,
                    Op.RDRAND,
                    Op.RDSEED,
                    Op.RDPID,
                    Op.SENDUIPI,
                    Op.XSAVE,
                    Op.XRSTOR,
                    Op.XSAVEOPT,
                    Op.XSAVEC,
                    Op.XSAVES,
                    Op.XRSTORS,
                    Op.CLWB,
                    Op.CLFLUSHOPT,
                    Op.RDFSBASE,
                    Op.RDGSBASE,
                    Op.WRFSBASE,
                    Op.WRGSBASE,
                    Op.ADCX,
                    Op.ADOX,
                    Op.VMPTRLD,
                    Op.VMCLEAR,
                    Op.VMXON,
                    Op.VMPTRST,
                    Op.VMREAD,
                    Op.VMWRITE,
                    Op.GETSEC,
                    Op.UMONITOR);

    final List<Row> integer;
    final List<Row> x87;
    final List<Row> vector;

    CaseRows(boolean isLong) {
        int absent = isLong ? Row.NOT_LONG : Row.ONLY_LONG;
        List<Row> rows =
                InstructionTable.rows().stream()
                        .filter(row -> !row.has(absent) && isCompared(row))
                        .toList();
        x87 = rows.stream().filter(row -> isX87(row.op())).toList();
        vector = rows.stream().filter(row -> isVector(row.op())).toList();
        integer = rows.stream().filter(row -> !isX87(row.op()) && !isVector(row.op())).toList();
    }

    private static boolean isCompared(Row row) {
        Op op = row.op();
        boolean isLater =
                op.compareTo(Op.PCMPISTRI) > 0
                        || op.compareTo(Op.INVEPT) >= 0 && op.compareTo(Op.FADD) < 0
                        || LATER.contains(op);
        boolean isGroup7 = row.map() == InstructionTable.MAP_0F && row.key().opcode() == 1;
        return !isLater && !isGroup7 && !LEFT_OUT.contains(op) && !touchesSegment(row);
    }

    /// Whether it loads or stores a segment register.
    private static boolean touchesSegment(Row row) {
        Predicate<OperandCode> isSegment = code -> code.bank() == Operand.Bank.SEGMENT;
        return row.operands().stream().anyMatch(isSegment);
    }

    static boolean isX87(Op op) {
        return op.compareTo(Op.FADD) >= 0 && op.compareTo(Op.FCOMIP) <= 0
                || op == Op.FWAIT
                || op == Op.FXSAVE
                || op == Op.FXRSTOR;
    }

    static boolean isVector(Op op) {
        return op.compareTo(Op.EMMS) >= 0 && op.compareTo(Op.PCMPISTRI) <= 0
                || op == Op.LDMXCSR
                || op == Op.STMXCSR;
    }
}
