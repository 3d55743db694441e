package io.xenarium.machine.code;

/// The opcodes of one byte (Intel SDM vol. 2, table A-2 and the groups of table A-6). The notation
/// is explained at [InstructionTable].
final class OneByteOpcodes {
    static final String ROWS =
            """
            00 ADD Eb,Gb lock  | 01 ADD Ev,Gv lock  | 02 ADD Gb,Eb       | 03 ADD Gv,Ev
            08 OR Eb,Gb lock   | 09 OR Ev,Gv lock   | 0A OR Gb,Eb        | 0B OR Gv,Ev
            10 ADC Eb,Gb lock  | 11 ADC Ev,Gv lock  | 12 ADC Gb,Eb       | 13 ADC Gv,Ev
            18 SBB Eb,Gb lock  | 19 SBB Ev,Gv lock  | 1A SBB Gb,Eb       | 1B SBB Gv,Ev
            20 AND Eb,Gb lock  | 21 AND Ev,Gv lock  | 22 AND Gb,Eb       | 23 AND Gv,Ev
            28 SUB Eb,Gb lock  | 29 SUB Ev,Gv lock  | 2A SUB Gb,Eb       | 2B SUB Gv,Ev
            30 XOR Eb,Gb lock  | 31 XOR Ev,Gv lock  | 32 XOR Gb,Eb       | 33 XOR Gv,Ev
            38 CMP Eb,Gb       | 39 CMP Ev,Gv       | 3A CMP Gb,Eb       | 3B CMP Gv,Ev

            04 ADD AL,Ib   | 05 ADD rAX,Iz  | 0C OR AL,Ib    | 0D OR rAX,Iz
            14 ADC AL,Ib   | 15 ADC rAX,Iz  | 1C SBB AL,Ib   | 1D SBB rAX,Iz
            24 AND AL,Ib   | 25 AND rAX,Iz  | 2C SUB AL,Ib   | 2D SUB rAX,Iz
            34 XOR AL,Ib   | 35 XOR rAX,Iz  | 3C CMP AL,Ib   | 3D CMP rAX,Iz

            06 PUSH ES i64 v | 0E PUSH CS i64 v | 16 PUSH SS i64 v | 1E PUSH DS i64 v
            07 POP  ES i64 v |                    17 POP  SS i64 v | 1F POP  DS i64 v
            27 DAA i64       | 2F DAS i64       | 37 AAA i64       | 3F AAS i64

            40+r INC Zv i64      | 48+r DEC Zv i64      | 50+r PUSH Zv d64     | 58+r POP Zv d64
            60 PUSHA i64         | 61 POPA i64          | 62 BOUND Gv,MB i64
            63 ARPL Ew,Gw i64    | 63 MOVSXD Gv,Ez o64
            68 PUSH Iz d64       | 6A PUSH sIb d64      | 69 IMUL Gv,Ev,Iz     | 6B IMUL Gv,Ev,sIb
            6C INS Yb,DX         | 6D INS Yz,DX         | 6E OUTS DX,Xb b      | 6F OUTS DX,Xz
            70+c JCC Jb f64

            80/0 ADD Eb,Ib lock   | 81/0 ADD Ev,Iz lock   | 83/0 ADD Ev,sIb lock
            80/1 OR Eb,Ib lock    | 81/1 OR Ev,Iz lock    | 83/1 OR Ev,sIb lock
            80/2 ADC Eb,Ib lock   | 81/2 ADC Ev,Iz lock   | 83/2 ADC Ev,sIb lock
            80/3 SBB Eb,Ib lock   | 81/3 SBB Ev,Iz lock   | 83/3 SBB Ev,sIb lock
            80/4 AND Eb,Ib lock   | 81/4 AND Ev,Iz lock   | 83/4 AND Ev,sIb lock
            80/5 SUB Eb,Ib lock   | 81/5 SUB Ev,Iz lock   | 83/5 SUB Ev,sIb lock
            80/6 XOR Eb,Ib lock   | 81/6 XOR Ev,Iz lock   | 83/6 XOR Ev,sIb lock
            80/7 CMP Eb,Ib        | 81/7 CMP Ev,Iz        | 83/7 CMP Ev,sIb

            82/0 ADD Eb,Ib lock i64 | 82/1 OR Eb,Ib lock i64  | 82/2 ADC Eb,Ib lock i64
            82/3 SBB Eb,Ib lock i64 | 82/4 AND Eb,Ib lock i64 | 82/5 SUB Eb,Ib lock i64
            82/6 XOR Eb,Ib lock i64 | 82/7 CMP Eb,Ib i64

            84 TEST Eb,Gb        | 85 TEST Ev,Gv        | 86 XCHG Eb,Gb lock   | 87 XCHG Ev,Gv lock
            88 MOV Eb,Gb         | 89 MOV Ev,Gv         | 8A MOV Gb,Eb         | 8B MOV Gv,Ev
            8C MOV Rv/Mw,Sw      | 8D LEA Gv,M          | 8E MOV Sw,Rv/Mw      | 8F/0 POP Ev d64
            90 NOP               | 91+r XCHG Zv,rAX     | F3.90 PAUSE
            98 CBW               | 99 CWD               | 9A CALLF Ap i64      | 9B FWAIT
            9C PUSHF d64         | 9D POPF d64          | 9E SAHF              | 9F LAHF

            A0 MOV AL,Ob         | A1 MOV rAX,Ov        | A2 MOV Ob,AL         | A3 MOV Ov,rAX
            A4 MOVS Yb,Xb        | A5 MOVS Yv,Xv        | A6 CMPS Xb,Yb        | A7 CMPS Xv,Yv
            A8 TEST AL,Ib        | A9 TEST rAX,Iz       | AA STOS Yb,AL        | AB STOS Yv,rAX
            AC LODS AL,Xb        | AD LODS rAX,Xv       | AE SCAS AL,Yb        | AF SCAS rAX,Yv
            B0+r MOV Zb,Ib       | B8+r MOV Zv,Iv

            C0/0 ROL Eb,Ib | D0/0 ROL Eb,1  | D2/0 ROL Eb,CL
            C0/1 ROR Eb,Ib | D0/1 ROR Eb,1  | D2/1 ROR Eb,CL
            C0/2 RCL Eb,Ib | D0/2 RCL Eb,1  | D2/2 RCL Eb,CL
            C0/3 RCR Eb,Ib | D0/3 RCR Eb,1  | D2/3 RCR Eb,CL
            C0/4 SHL Eb,Ib | D0/4 SHL Eb,1  | D2/4 SHL Eb,CL
            C0/5 SHR Eb,Ib | D0/5 SHR Eb,1  | D2/5 SHR Eb,CL
            C0/6 SHL Eb,Ib | D0/6 SHL Eb,1  | D2/6 SHL Eb,CL
            C0/7 SAR Eb,Ib | D0/7 SAR Eb,1  | D2/7 SAR Eb,CL

            C1/0 ROL Ev,Ib | D1/0 ROL Ev,1  | D3/0 ROL Ev,CL
            C1/1 ROR Ev,Ib | D1/1 ROR Ev,1  | D3/1 ROR Ev,CL
            C1/2 RCL Ev,Ib | D1/2 RCL Ev,1  | D3/2 RCL Ev,CL
            C1/3 RCR Ev,Ib | D1/3 RCR Ev,1  | D3/3 RCR Ev,CL
            C1/4 SHL Ev,Ib | D1/4 SHL Ev,1  | D3/4 SHL Ev,CL
            C1/5 SHR Ev,Ib | D1/5 SHR Ev,1  | D3/5 SHR Ev,CL
            C1/6 SHL Ev,Ib | D1/6 SHL Ev,1  | D3/6 SHL Ev,CL
            C1/7 SAR Ev,Ib | D1/7 SAR Ev,1  | D3/7 SAR Ev,CL

            C2 RET Iw f64        | C3 RET f64           | C4 LES Gz,Mp i64     | C5 LDS Gz,Mp i64
            C6/0 MOV Eb,Ib       | C7/0 MOV Ev,Iz       | C6/7.0 XABORT Ib     | C7/7.0 XBEGIN Jz
            C8 ENTER Iw,Ib d64   | C9 LEAVE d64         | CA RETF Iw v         | CB RETF
            CC INT3              | CD INT Ib            | CE INTO i64          | CF IRET
            D4 AAM Ib i64        | D5 AAD Ib i64        | D7 XLAT Bb

            E0 LOOPNE Jb f64     | E1 LOOPE Jb f64      | E2 LOOP Jb f64       | E3 JCXZ Jb f64
            E4 IN AL,Ib          | E5 IN eAX,Ib         | E6 OUT Ib,AL         | E7 OUT Ib,eAX
            E8 CALL Jz f64       | E9 JMP Jz f64        | EA JMPF Ap i64       | EB JMP Jb f64
            EC IN AL,DX          | ED IN eAX,DX         | EE OUT DX,AL b       | EF OUT DX,eAX

            F1 INT1 | F4 HLT | F5 CMC | F8 CLC | F9 STC | FA CLI | FB STI | FC CLD | FD STD

            F6/0 TEST Eb,Ib      | F7/0 TEST Ev,Iz      | F6/1 TEST Eb,Ib      | F7/1 TEST Ev,Iz
            F6/2 NOT Eb lock     | F7/2 NOT Ev lock     | F6/3 NEG Eb lock     | F7/3 NEG Ev lock
            F6/4 MUL Eb          | F7/4 MUL Ev          | F6/5 IMUL Eb         | F7/5 IMUL Ev
            F6/6 DIV Eb          | F7/6 DIV Ev          | F6/7 IDIV Eb         | F7/7 IDIV Ev
            FE/0 INC Eb lock     | FE/1 DEC Eb lock     | FF/0 INC Ev lock     | FF/1 DEC Ev lock
            FF/2 CALL Ev f64     | FF/3 CALLF Mp        | FF/4 JMP Ev f64      | FF/5 JMPF Mp
            FF/6 PUSH Ev d64
            """;

    private OneByteOpcodes() {}
}
