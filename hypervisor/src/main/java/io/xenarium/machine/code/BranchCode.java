package io.xenarium.machine.code;

import io.xenarium.machine.cpu.Registers;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.instruction.SwitchCase;
import java.lang.constant.ConstantDescs;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Writes branches and the stack: where an instruction leads to a block of the region, a jump in
/// the method; elsewhere the region ends. Where the page changes, it is looked whether the other
/// page may still be fetched from and is still in the same frame.
final class BranchCode {
    private final RegionCode region;
    private final CodeBuilder code;
    private final FlagCode flags;
    private final Map<RegionPart, Label> labels = new HashMap<>();

    BranchCode(RegionCode region, FlagCode flags) {
        this.region = region;
        this.code = region.code;
        this.flags = flags;
    }

    static boolean isBranch(Step s) {
        return switch (s.op) {
            case JMP, JCC, CALL, RET -> true;
            default -> false;
        };
    }

    /// Where a part begins.
    Label label(RegionPart part) {
        return labels.computeIfAbsent(part, _ -> code.newLabel());
    }

    /// Writes `s`, or returns false if it is none of ours.
    boolean write(Step s) {
        boolean isIndirect = s.kind0 != Step.IMMEDIATE;
        switch (s.op) {
            case JMP -> {
                if (isIndirect) {
                    jumpIndirectly(s);
                } else {
                    goTo(behind(s) + s.immediate);
                }
            }
            case JCC -> {
                flags.branchIf(s.condition, edge(behind(s) + s.immediate));
                goTo(behind(s));
            }
            case CALL -> call(s, isIndirect);
            case RET -> returnNear(s);
            default -> {
                return stack(s);
            }
        }
        return true;
    }

    private long behind(Step s) {
        return region.part().at + s.next;
    }

    // --- ways on ------------------------------------------------------------------------------

    /// Goes on at an address behind the block's last instruction.
    void goTo(long at) {
        RegionPart target = region.plan.part(at);
        if (target == null) {
            region.exit(at);
        } else if (target.page() == region.part().page()) {
            code.goto_(label(target));
        } else {
            cross(target);
        }
    }

    /// A label to branch to for `at`: the block itself, or a piece that goes there.
    private Label edge(long at) {
        RegionPart target = region.plan.part(at);
        if (target != null && target.page() == region.part().page()) {
            return label(target);
        }
        Label piece = code.newLabel();
        region.defer(() -> {
            code.labelBinding(piece);
            goTo(at);
        });
        return piece;
    }

    private void cross(RegionPart target) {
        region.loadFreeCode();
        code.lload(RegionCode.BASE);
        code.loadConstant(target.page());
        code.ladd();
        code.loadConstant(target.frame.mfn);
        region.holdsCode();
        code.ifne(label(target));
        region.exit(target.at);
    }

    /// Takes a value off the budget.
    void spend(int local) {
        code.lload(RegionCode.LEFT);
        code.lload(local);
        code.lsub();
        code.lstore(RegionCode.LEFT);
    }

    // --- branches by a value ------------------------------------------------------------------

    private void jumpIndirectly(Step s) {
        region.loadDestination(s);
        code.lstore(RegionCode.TARGET);
        requireTarget();
        goToTarget(parts(BlockEnd.targets(region.part())));
    }

    private void call(Step s, boolean isIndirect) {
        if (isIndirect) {
            region.loadDestination(s);
            code.lstore(RegionCode.TARGET);
            region.requireWritable(() -> loadStack(-8));
            requireTarget();
        }
        region.loadMemory();
        loadStack(-8);
        code.lload(RegionCode.BASE);
        code.loadConstant(behind(s));
        code.ladd();
        region.write(8, true);
        moveStack(-8);
        if (isIndirect) {
            goToTarget(parts(BlockEnd.targets(region.part())));
        } else {
            goTo(behind(s) + s.immediate);
        }
    }

    private void returnNear(Step s) {
        region.loadMemory();
        loadStack(0);
        region.read(8, true);
        code.lstore(RegionCode.TARGET);
        requireTarget();
        moveStack(8 + (s.kind0 == Step.IMMEDIATE ? s.immediate & 0xffff : 0));
        goToTarget(region.plan.returnSites());
    }

    private List<RegionPart> parts(List<Long> targets) {
        return targets.stream()
                .filter(at -> region.plan.part(at) != null)
                .map(region.plan::part)
                .toList();
    }

    /// Code may only be at a canonical address.
    private void requireTarget() {
        code.lload(RegionCode.TARGET);
        code.loadConstant(16);
        code.lshl();
        code.loadConstant(16);
        code.lshr();
        code.lload(RegionCode.TARGET);
        code.lcmp();
        Label wrong = code.newLabel();
        code.ifne(wrong);
        int point = region.pointHere(false);
        region.defer(() -> {
            code.labelBinding(wrong);
            region.loadCore();
            code.lload(RegionCode.LEFT);
            code.loadConstant(point);
            code.invokevirtual(
                    RegionCode.CORE,
                    "badTarget",
                    RegionCode.signature(
                            RegionCode.FAULT, ConstantDescs.CD_long, ConstantDescs.CD_int));
            code.athrow();
        });
    }

    /// Goes to the address in TARGET: to one of `known`, or out of the region.
    private void goToTarget(List<RegionPart> known) {
        Map<RegionPart, Label> pieces = new LinkedHashMap<>();
        for (RegionPart part : known) {
            pieces.put(part, edge(part.at));
        }
        Label unknown = code.newLabel();
        if (pieces.size() <= 3) {
            pieces.forEach(this::compareTarget);
        } else {
            switchTarget(pieces, unknown);
        }
        code.labelBinding(unknown);
        region.loadCore();
        code.lload(RegionCode.TARGET);
        code.putfield(RegionCode.CORE, "rip", ConstantDescs.CD_long);
        code.loadConstant(region.dynamicPoint());
        code.goto_(region.leave);
    }

    private void compareTarget(RegionPart part, Label piece) {
        code.lload(RegionCode.TARGET);
        code.lload(RegionCode.BASE);
        code.loadConstant(part.at);
        code.ladd();
        code.lcmp();
        code.ifeq(piece);
    }

    private void switchTarget(Map<RegionPart, Label> pieces, Label unknown) {
        code.lload(RegionCode.TARGET);
        code.lload(RegionCode.BASE);
        code.lsub();
        code.lstore(RegionCode.RESULT);
        code.lload(RegionCode.RESULT);
        region.extend(4);
        code.lload(RegionCode.RESULT);
        code.lcmp();
        code.ifne(unknown);
        code.lload(RegionCode.RESULT);
        code.l2i();
        code.lookupswitch(
                unknown,
                pieces.entrySet().stream()
                        .map(piece -> SwitchCase.of((int) piece.getKey().at, piece.getValue()))
                        .sorted(Comparator.comparingInt(SwitchCase::caseValue))
                        .toList());
    }

    // --- stack --------------------------------------------------------------------------------

    private boolean stack(Step s) {
        if (s.bytes != 8 || s.form != Form.CONTROL && s.form < Form.FIRST_OWN) {
            return false;
        }
        switch (s.op) {
            case PUSH -> push(s);
            case POP -> {
                return pop(s);
            }
            case LEAVE -> leave();
            default -> {
                return false;
            }
        }
        return true;
    }

    private void push(Step s) {
        region.loadDestination(s);
        code.lstore(RegionCode.SOURCE);
        region.loadMemory();
        loadStack(-8);
        code.lload(RegionCode.SOURCE);
        region.write(8, true);
        moveStack(-8);
    }

    private boolean pop(Step s) {
        if (s.kind0 != Step.R64) {
            return false;
        }
        region.loadMemory();
        loadStack(0);
        region.read(8, true);
        moveStack(8);
        region.storeRegister(s.kind0, s.number0);
        return true;
    }

    private void leave() {
        region.loadMemory();
        region.loadRegister(Registers.RBP);
        region.read(8, true);
        region.loadRegister(Registers.RBP);
        code.loadConstant(8L);
        code.ladd();
        region.storeRegister(Step.R64, Registers.RSP);
        region.storeRegister(Step.R64, Registers.RBP);
    }

    private void loadStack(long distance) {
        region.loadRegister(Registers.RSP);
        if (distance != 0) {
            code.loadConstant(distance);
            code.ladd();
        }
    }

    private void moveStack(long distance) {
        loadStack(distance);
        region.storeRegister(Step.R64, Registers.RSP);
    }
}
