package io.xenarium.machine.code;

import java.util.Arrays;
import java.util.List;

/// What selects a row of the [InstructionTable]: opcode, mandatory prefixes, and parts of ModRM.
///
/// @param opcode the opcode byte, or the first of several
/// @param opcodes how many opcodes in a row: 1, up to the end of the eight (`+r`), or 16 (`+c`)
/// @param prefix the mandatory prefix: 0 none allowed, 1 66, 2 F3, 3 F2, or −1 for any
/// @param needsRexW whether only encodings with REX.W count
/// @param reg the reg field of ModRM, or −1 for any
/// @param rm the rm field of ModRM where mod = 3, or −1 for any
/// @param mod which kind of ModRM counts
record OpcodeKey(int opcode, int opcodes, int prefix, boolean needsRexW, int reg, int rm, Mod mod) {

    /// Kinds of ModRM.
    enum Mod {
        ANY,
        MEMORY,
        REGISTER
    }

    private static final List<String> PREFIXES = List.of("NP", "66", "F3", "F2");

    static OpcodeKey parse(String text) {
        int prefix = -1;
        boolean needsRexW = false;
        String rest = text;
        for (int dot = prefixEnd(rest); dot > 0; dot = prefixEnd(rest)) {
            needsRexW |= rest.startsWith("W");
            prefix = rest.startsWith("W") ? prefix : PREFIXES.indexOf(rest.substring(0, dot));
            rest = rest.substring(dot + 1);
        }
        int opcode = Integer.parseInt(rest, 0, 2, 16);
        int opcodes = rest.endsWith("+r") ? 8 - (opcode & 7) : rest.endsWith("+c") ? 16 : 1;
        int reg = rest.length() > 3 && rest.charAt(2) == '/' ? rest.charAt(3) - '0' : -1;
        int rm = rest.length() > 5 ? rest.charAt(5) - '0' : -1;
        Mod mod =
                rm >= 0 || rest.endsWith("r") && opcodes == 1
                        ? Mod.REGISTER
                        : rest.endsWith("m") ? Mod.MEMORY : Mod.ANY;
        return new OpcodeKey(opcode, opcodes, prefix, needsRexW, reg, rm, mod);
    }

    /// Where the dot stands behind a prefix that `text` begins with, or −1.
    private static int prefixEnd(String text) {
        int dot = text.indexOf('.');
        String start = dot < 0 ? "" : text.substring(0, dot);
        return start.equals("W") || PREFIXES.contains(start) ? dot : -1;
    }

    /// The same key, but for one kind of ModRM only.
    OpcodeKey only(Mod kind) {
        return new OpcodeKey(opcode, opcodes, prefix, needsRexW, reg, rm, kind);
    }

    /// How much it asks for: the heavier of two rows wins.
    int weight() {
        return (prefix >= 0 ? 1 : 0) + (needsRexW ? 1 : 0) + (rm >= 0 ? 1 : 0);
    }

    /// Whether it takes encodings of a class: mandatory prefix · 2 + REX.W.
    boolean takes(int prefixClass) {
        return (prefix < 0 || prefix == prefixClass >> 1) && (!needsRexW || (prefixClass & 1) != 0);
    }

    /// Which forms of ModRM it takes of so many, as [InstructionTable#form] numbers them.
    int[] forms(int count) {
        int[] forms = new int[count];
        int matching = 0;
        for (int form = 0; form < count; form++) {
            if (matches(form)) {
                forms[matching++] = form;
            }
        }
        return Arrays.copyOf(forms, matching);
    }

    private boolean matches(int form) {
        boolean isMemory = form < 8;
        int formReg = isMemory ? form : form - 8 >> 3;
        return mod != (isMemory ? Mod.REGISTER : Mod.MEMORY)
                && (reg < 0 || reg == formReg)
                && (rm < 0 || rm == (form & 7));
    }

    /// Whether ModRM takes part in the selection.
    boolean usesModrm() {
        return reg >= 0 || mod != Mod.ANY;
    }
}
