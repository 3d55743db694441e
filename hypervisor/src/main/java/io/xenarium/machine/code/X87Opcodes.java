package io.xenarium.machine.code;

/// The opcodes of the x87 floating-point unit, D8 to DF (Intel SDM vol. 2, tables ). The
/// notation is explained at [InstructionTable].
final class X87Opcodes {
    static final String ROWS =
            """
            D8/0m FADD Md       | D8/0r FADD ST0,STi  | DC/0m FADD Mq       | DC/0r FADD STi,ST0
            D8/1m FMUL Md       | D8/1r FMUL ST0,STi  | DC/1m FMUL Mq       | DC/1r FMUL STi,ST0
            D8/2m FCOM Md       | D8/2r FCOM STi      | DC/2m FCOM Mq       | DC/2r FCOM STi
            D8/3m FCOMP Md      | D8/3r FCOMP STi     | DC/3m FCOMP Mq      | DC/3r FCOMP STi
            D8/4m FSUB Md       | D8/4r FSUB ST0,STi  | DC/4m FSUB Mq       | DC/4r FSUBR STi,ST0
            D8/5m FSUBR Md      | D8/5r FSUBR ST0,STi | DC/5m FSUBR Mq      | DC/5r FSUB STi,ST0
            D8/6m FDIV Md       | D8/6r FDIV ST0,STi  | DC/6m FDIV Mq       | DC/6r FDIVR STi,ST0
            D8/7m FDIVR Md      | D8/7r FDIVR ST0,STi | DC/7m FDIVR Mq      | DC/7r FDIV STi,ST0

            DA/0m FIADD Md       | DE/0m FIADD Mw       | DE/0r FADDP STi,ST0
            DA/1m FIMUL Md       | DE/1m FIMUL Mw       | DE/1r FMULP STi,ST0
            DA/2m FICOM Md       | DE/2m FICOM Mw
            DA/3m FICOMP Md      | DE/3m FICOMP Mw
            DA/4m FISUB Md       | DE/4m FISUB Mw       | DE/4r FSUBRP STi,ST0
            DA/5m FISUBR Md      | DE/5m FISUBR Mw      | DE/5r FSUBP STi,ST0
            DA/6m FIDIV Md       | DE/6m FIDIV Mw       | DE/6r FDIVRP STi,ST0
            DA/7m FIDIVR Md      | DE/7m FIDIVR Mw      | DE/7r FDIVP STi,ST0

            D9/0m FLD Md      | D9/2m FST Md      | D9/3m FSTP Md     | D9/4m FLDENV M v
            D9/5m FLDCW Mw    | D9/6m FNSTENV M v | D9/7m FNSTCW Mw   | D9/0r FLD STi
            D9/1r FXCH STi    | D9/3r FSTPNCE STi | D9/2.0 FNOP       | D9/4.0 FCHS
            D9/4.1 FABS       | D9/4.4 FTST       | D9/4.5 FXAM       | D9/5.0 FLD1
            D9/5.1 FLDL2T     | D9/5.2 FLDL2E     | D9/5.3 FLDPI      | D9/5.4 FLDLG2
            D9/5.5 FLDLN2     | D9/5.6 FLDZ       | D9/6.0 F2XM1      | D9/6.1 FYL2X
            D9/6.2 FPTAN      | D9/6.3 FPATAN     | D9/6.4 FXTRACT    | D9/6.5 FPREM1
            D9/6.6 FDECSTP    | D9/6.7 FINCSTP    | D9/7.0 FPREM      | D9/7.1 FYL2XP1
            D9/7.2 FSQRT      | D9/7.3 FSINCOS    | D9/7.4 FRNDINT    | D9/7.5 FSCALE
            D9/7.6 FSIN       | D9/7.7 FCOS

            DA/0r FCMOVB ST0,STi  | DA/1r FCMOVE ST0,STi  | DA/2r FCMOVBE ST0,STi
            DA/3r FCMOVU ST0,STi  | DA/5.1 FUCOMPP

            DB/0m FILD Md          | DB/1m FISTTP Md        | DB/2m FIST Md
            DB/3m FISTP Md         | DB/5m FLD Mt           | DB/7m FSTP Mt
            DB/0r FCMOVNB ST0,STi  | DB/1r FCMOVNE ST0,STi  | DB/2r FCMOVNBE ST0,STi
            DB/3r FCMOVNU ST0,STi  | DB/5r FUCOMI ST0,STi   | DB/6r FCOMI ST0,STi
            DB/4.0 FNENI           | DB/4.1 FNDISI          | DB/4.2 FNCLEX
            DB/4.3 FNINIT          | DB/4.4 FNSETPM

            DD/0m FLD Mq     | DD/1m FISTTP Mq  | DD/2m FST Mq     | DD/3m FSTP Mq
            DD/4m FRSTOR M v | DD/6m FNSAVE M v | DD/7m FNSTSW Mw  | DD/0r FFREE STi
            DD/1r FXCH STi   | DD/2r FST STi    | DD/3r FSTP STi   | DD/4r FUCOM STi
            DD/5r FUCOMP STi

            DE/2r FCOMP STi | DE/3.1 FCOMPP

            DF/0m FILD Mw         | DF/1m FISTTP Mw       | DF/2m FIST Mw
            DF/3m FISTP Mw        | DF/4m FBLD Mt         | DF/5m FILD Mq
            DF/6m FBSTP Mt        | DF/7m FISTP Mq        | DF/0r FFREEP STi
            DF/1r FXCH STi        | DF/2r FSTP STi        | DF/3r FSTP STi
            DF/5r FUCOMIP ST0,STi | DF/6r FCOMIP ST0,STi  | DF/4.0 FNSTSW AX
            """;

    private X87Opcodes() {}
}
