package io.xenarium.machine.code;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.xenarium.machine.code.InstructionTable.Row;
import io.xenarium.machine.cpu.CpuidPolicy;
import io.xenarium.machine.cpu.Exit;
import io.xenarium.machine.cpu.Fault;
import io.xenarium.machine.cpu.Feature;
import io.xenarium.machine.cpu.ProcessorModel;
import io.xenarium.machine.cpu.Registers;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.StringTokenizer;
import java.util.TreeMap;
import java.util.TreeSet;

/// CPUID offers exactly what works: every instruction of every feature offered executes, and every
/// other one that the decoder knows raises #UD.
class OfferedFeaturesTest {
    private static final long CODE = 0x40_0000;
    private static final int CODE_MFN = 0x100;

    /// The instructions of each feature; a hyphen stands for all between, in the order of [Op].
    private static final Map<String, String> OFFERED =
            Map.ofEntries(
                    Map.entry("FPU", "FADD-FNSTSW FFREE-FBSTP FWAIT"),
                    Map.entry("CMOV", "CMOVCC FUCOMI FCOMI FUCOMIP FCOMIP FCMOVB-FCMOVNU"),
                    Map.entry("TSC", "RDTSC"),
                    Map.entry("MSR", "RDMSR WRMSR"),
                    Map.entry("CX8", "CMPXCHG8B"),
                    Map.entry("CLFSH", "CLFLUSH"),
                    Map.entry("FXSR", "FXSAVE FXRSTOR"),
                    Map.entry("SSE3", "ADDSUBPS-MOVSHDUP FISTTP"),
                    Map.entry("SSSE3", "PSHUFB-PALIGNR"),
                    Map.entry("SSE4_1", "PBLENDVB-PACKUSDW PMINSB-MPSADBW"),
                    Map.entry("SSE4_2", "PCMPGTQ PCMPESTRM-PCMPISTRI CRC32"),
                    Map.entry("MMX", "EMMS-PADDD PADDSB-PSRLQ PSUBB-PSUBD PSUBSB-PXOR"),
                    Map.entry("SSE", "PAVGB-PMULHUW PSADBW-MOVNTQ LDMXCSR STMXCSR SFENCE"),
                    Map.entry("SSE2", "PADDQ PSUBQ PMULUDQ MOVDQA-PUNPCKHQDQ MOVNTI LFENCE MFENCE"),
                    Map.entry("CX16", "CMPXCHG16B"),
                    Map.entry("MOVBE", "MOVBE"),
                    Map.entry("POPCNT", "POPCNT"),
                    Map.entry("LAHF", "LAHF SAHF"),
                    Map.entry("RDTSCP", "RDTSCP"),
                    Map.entry("FSGSBASE", "RDFSBASE-WRGSBASE"),
                    Map.entry("SYSCALL", "SYSCALL SYSRET"),
                    Map.entry("PREFETCHW", "PREFETCH PREFETCHW PREFETCHWT1"));

    /// SSE and SSE2 stand mixed in [Op].
    private static final String SSE_OR_SSE2 = "MOVUPS-SHUFPD";

    /// Instructions of features that are not offered. SYSEXIT is missing: at privilege 3 it is #GP,
    /// offered or not.
    private static final String ABSENT =
            "VMCALL-MWAIT CLAC-XGETBV VMFUNC-VMMCALL VMGEXIT-XRESLDTRK MONITORX-RDPRU GETSEC RSM"
                    + " UD0 UD1 UD2 XSETBV VMREAD VMWRITE SYSENTER XRSTORS-SENDUIPI XSAVE-XSAVEOPT"
                    + " CLWB-CLRSSBSY PTWRITE-UMWAIT INVEPT-ENQCMDS XABORT XBEGIN"
                    + " PCLMULQDQ-GF2P8AFFINEINVQB";

    private final BareMachine machine = new BareMachine();
    private final Registers r = machine.registers;

    OfferedFeaturesTest() {
        machine.map(CODE, CODE_MFN, BareMachine.USER_PAGE);
    }

    private static Set<Op> ops(String text) {
        Set<Op> ops = EnumSet.noneOf(Op.class);
        StringTokenizer words = new StringTokenizer(text);
        while (words.hasMoreTokens()) {
            String[] ends = words.nextToken().split("-");
            Op first = Op.valueOf(ends[0]);
            Op last = Op.valueOf(ends[ends.length - 1]);
            ops.addAll(EnumSet.range(first, last));
        }
        return ops;
    }

    /// Whether the first instruction of `code` is #UD.
    private boolean isUndefined(byte[] code, Mode mode) {
        machine.memory.write((long) CODE_MFN << 12, code);
        r.rip = CODE;
        r.rflags = Flags.ONE;
        r.cpl = 3;
        r.cr4 |= 1 << 16;
        r.fsw = 0;
        r.fcw = 0x37f;
        r.mxcsr = 0x1f80;
        r.setFlat(Registers.CS, 0x33, mode == Mode.LONG ? Registers.CODE_64 : Registers.CODE_32);
        for (int i = 0; i < 16; i++) {
            r.gpr[i] = CODE + 0x800;
        }
        return machine.run(1) instanceof Exit.Fault f && f.vector() == Fault.UD;
    }

    /// What rows of which instructions are #UD: all, none, or some.
    private Map<Op, Set<Boolean>> undefinedByOp(Mode mode) {
        Map<Op, Set<Boolean>> found = new TreeMap<>();
        RowSamples samples = new RowSamples(mode);
        for (Row row : samples.rows()) {
            if (!row.has(Row.ABSENT)) {
                boolean isUndefined = isUndefined(samples.instruction(row), mode);
                found.computeIfAbsent(row.op(), _ -> new TreeSet<>()).add(isUndefined);
            }
        }
        return found;
    }

    @Test
    void everyInstructionOfAFeatureThatIsOfferedExecutes() {
        Map<Op, Set<Boolean>> undefined = undefinedByOp(Mode.LONG);
        undefined.putAll(undefinedByOp(Mode.PROTECTED_32));
        List<String> wrong = new ArrayList<>();
        OFFERED.forEach((feature, ops) -> {
            assertTrue(Feature.valueOf(feature).isOfferedBy(CpuidPolicy.processor()));
            for (Op op : ops(ops)) {
                if (undefined.containsKey(op) && undefined.get(op).contains(true)) {
                    wrong.add(feature + ": " + op);
                }
            }
        });
        assertEquals(List.of(), wrong);
    }

    @Test
    void everyInstructionOfAFeatureThatIsNotOfferedIsUndefined() {
        Map<Op, Set<Boolean>> undefined = undefinedByOp(Mode.LONG);
        List<String> wrong = new ArrayList<>();
        Set<Op> absent = ops(ABSENT);
        undefined.forEach((op, outcomes) -> {
            if (absent.contains(op) == outcomes.contains(false)) {
                wrong.add(op + " is " + (absent.contains(op) ? "not" : "") + " undefined");
            }
        });
        assertEquals(List.of(), wrong);
    }

    @Test
    void countingZerosIsScanningWithAPrefixWhereItIsNotOffered() {
        r.gpr[Registers.RAX] = 0;
        byte[] tzcnt = {(byte) 0xf3, 0x48, 0x0f, (byte) 0xbc, (byte) 0xc3};
        assertFalse(isUndefined(tzcnt, Mode.LONG));
        assertEquals(11, r.gpr[Registers.RAX]);
        byte[] lzcnt = {(byte) 0xf3, 0x48, 0x0f, (byte) 0xbd, (byte) 0xc3};
        assertFalse(isUndefined(lzcnt, Mode.LONG));
        assertEquals(22, r.gpr[Registers.RAX]);
    }

    @Test
    void aModelOffersWhatIsLeftOfTheFullOne() {
        ProcessorModel less = ProcessorModel.FULL.without(Feature.SSE4_2, Feature.POPCNT);
        for (Feature feature : Feature.values()) {
            boolean isHidden = feature == Feature.SSE4_2 || feature == Feature.POPCNT;
            assertTrue(feature.isOfferedBy(ProcessorModel.FULL), feature.name());
            assertEquals(!isHidden, feature.isOfferedBy(less), feature.name());
        }
    }

    @Test
    void leavesThatTheProcessorDoesNotHaveAreZero() {
        for (int leaf : new int[] {2, 4, 0xd, 0x10, 0x80000007, 0x80000009, 0x4000_0000}) {
            assertEquals(CpuidPolicy.Leaf.ZERO, ProcessorModel.FULL.leaf(leaf, 0));
        }
        assertEquals(CpuidPolicy.Leaf.ZERO, ProcessorModel.FULL.leaf(7, 1));
    }
}
