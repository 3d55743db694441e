package io.xenarium.machine.code;

/// The integer and system opcodes behind the escape byte 0F (Intel SDM vol. 2, table A-3 and the
/// groups of table A-6), and those of the three-byte maps 0F 38 and 0F 3A. The notation is
/// explained at [InstructionTable].
final class TwoByteOpcodes {
    static final String ROWS =
            """
            00/0 SLDT Rv/Mw      | 00/1 STR Rv/Mw       | 00/2 LLDT Ew         | 00/3 LTR Ew
            00/4 VERR Ew         | 00/5 VERW Ew
            01/0m SGDT Ms        | 01/1m SIDT Ms        | 01/2m LGDT Ms        | 01/3m LIDT Ms
            01/4 SMSW Rv/Mw      | 01/6 LMSW Ew         | 01/7m INVLPG Mb
            01/0.1 VMCALL        | 01/0.2 VMLAUNCH      | 01/0.3 VMRESUME      | 01/0.4 VMXOFF
            01/0.0 ENCLV         | 01/0.5 PCONFIG
            01/1.0 MONITOR       | 01/1.1 MWAIT         | 01/1.2 CLAC          | 01/1.3 STAC
            01/1.7 ENCLS         | 01/2.0 XGETBV        | 01/2.1 XSETBV        | 01/2.4 VMFUNC
            01/2.5 XEND          | 01/2.6 XTEST         | 01/2.7 ENCLU
            01/3.0 VMRUN         | 01/3.1 VMMCALL        | 01/3.2 VMLOAD        | 01/3.3 VMSAVE
            01/3.4 STGI          | 01/3.5 CLGI          | 01/3.6 SKINIT        | 01/3.7 INVLPGA
            F3.01/3.1 VMGEXIT    | F2.01/3.1 VMGEXIT    | F3.01/7.6 RMPADJUST  | F2.01/7.6 RMPUPDATE
            F3.01/7.7 PSMASH     | F2.01/7.7 PVALIDATE
            NP.01/5.0 SERIALIZE  | NP.01/5.6 RDPKRU     | NP.01/5.7 WRPKRU
            F3.01/5.0 SETSSBSY   | F3.01/5.2 SAVEPREVSSP| F3.01/5m RSTORSSP Mq
            F2.01/5.0 XSUSLDTRK  | F2.01/5.1 XRESLDTRK
            01/7.0 SWAPGS o64    | 01/7.1 RDTSCP        | 01/7.2 MONITORX      | 01/7.3 MWAITX
            01/7.4 CLZERO        | 01/7.5 RDPRU

            02 LAR Gv,Rv/Mw      | 03 LSL Gv,Rv/Mw      | 05 SYSCALL           | 06 CLTS
            07 SYSRET v          | 08 INVD              | 09 WBINVD            | 0B UD2
            F3.09 WBNOINVD
            0D/0m PREFETCH Mb    | 0D/1m PREFETCHW Mb   | 0D/2m PREFETCHWT1 Mb | 0D/3m PREFETCH Mb
            0D/4m PREFETCH Mb    | 0D/5m PREFETCH Mb    | 0D/6m PREFETCH Mb    | 0D/7m PREFETCH Mb
            18/0m PREFETCHNTA Mb | 18/1m PREFETCHT0 Mb  | 18/2m PREFETCHT1 Mb  | 18/3m PREFETCHT2 Mb
            18/4 NOP Ev          | 18/5 NOP Ev          | 18/6 NOP Ev          | 18/7 NOP Ev
            18/0r NOP Ev         | 18/1r NOP Ev         | 18/2r NOP Ev         | 18/3r NOP Ev
            0D/0r NOP Ev,Gv ud   | 0D/1r NOP Ev,Gv ud   | 0D/2r NOP Ev,Gv ud   | 0D/3r NOP Ev,Gv ud
            0D/4r NOP Ev,Gv ud   | 0D/5r NOP Ev,Gv ud   | 0D/6r NOP Ev,Gv ud   | 0D/7r NOP Ev,Gv ud
            19 NOP Ev | 1A NOP Ev | 1B NOP Ev | 1C NOP Ev | 1D NOP Ev | 1E NOP Ev | 1F NOP Ev
            F3.1E/7.2 ENDBR64    | F3.1E/7.3 ENDBR32    | F3.1E/1r RDSSP Ry
            NP.1C/0m CLDEMOTE Mb

            20 MOV Rn,Cn         | 21 MOV Rn,Dn         | 22 MOV Cn,Rn         | 23 MOV Dn,Rn
            30 WRMSR             | 31 RDTSC             | 32 RDMSR             | 33 RDPMC
            34 SYSENTER          | 35 SYSEXIT v         | 37 GETSEC
            40+c CMOVCC Gv,Ev    | 80+c JCC Jz f64      | 90+c SETCC Eb
            NP.78 VMREAD En,Gn   | NP.79 VMWRITE Gn,En

            A0 PUSH FS d64       | A1 POP FS d64        | A8 PUSH GS d64       | A9 POP GS d64
            A2 CPUID             | AA RSM               | AF IMUL Gv,Ev
            A3 BT Ev,Gv          | AB BTS Ev,Gv lock    | B3 BTR Ev,Gv lock    | BB BTC Ev,Gv lock
            BA/4 BT Ev,Ib        | BA/5 BTS Ev,Ib lock  | BA/6 BTR Ev,Ib lock  | BA/7 BTC Ev,Ib lock
            A4 SHLD Ev,Gv,Ib     | A5 SHLD Ev,Gv,CL     | AC SHRD Ev,Gv,Ib     | AD SHRD Ev,Gv,CL
            B0 CMPXCHG Eb,Gb lock| B1 CMPXCHG Ev,Gv lock| C0 XADD Eb,Gb lock   | C1 XADD Ev,Gv lock
            B2 LSS Gv,Mp         | B4 LFS Gv,Mp         | B5 LGS Gv,Mp
            B6 MOVZX Gv,Eb       | B7 MOVZX Gv,Ew       | BE MOVSX Gv,Eb       | BF MOVSX Gv,Ew
            B9 UD1 Gv,Ev         | FF UD0 Gv,Ev         | F3.B8 POPCNT Gv,Ev
            BC BSF Gv,Ev         | BD BSR Gv,Ev         | F3.BC TZCNT Gv,Ev    | F3.BD LZCNT Gv,Ev
            NP.C3 MOVNTI My,Gy   | C8+r BSWAP Zv

            C7/1m CMPXCHG8B Mq lock | W.C7/1m CMPXCHG16B Mdq lock
            NP.C7/3m XRSTORS M v   | NP.C7/4m XSAVEC M v    | NP.C7/5m XSAVES M v
            NP.C7/6m VMPTRLD Mq  | 66.C7/6m VMCLEAR Mq  | F3.C7/6m VMXON Mq    | NP.C7/7m VMPTRST Mq
            NP.C7/6r RDRAND Rv   | 66.C7/6r RDRAND Rv   | NP.C7/7r RDSEED Rv   | 66.C7/7r RDSEED Rv
            F3.C7/7r RDPID Rn    | F3.C7/6r SENDUIPI Rn

            NP.AE/0m FXSAVE M v | NP.AE/1m FXRSTOR M v | NP.AE/2m LDMXCSR Md | NP.AE/3m STMXCSR Md
            NP.AE/4m XSAVE M v | NP.AE/5m XRSTOR M v | NP.AE/6m XSAVEOPT M v | NP.AE/7m CLFLUSH Mb
            NP.AE/5r LFENCE      | NP.AE/6r MFENCE      | NP.AE/7r SFENCE
            66.AE/6m CLWB Mb     | 66.AE/7m CLFLUSHOPT Mb | F3.AE/6m CLRSSBSY Mq
            F3.AE/0r RDFSBASE Ry | F3.AE/1r RDGSBASE Ry
            F3.AE/2r WRFSBASE Ry | F3.AE/3r WRGSBASE Ry
            F3.AE/4 PTWRITE Ey   | F3.AE/5r INCSSP Ry
            66.AE/6r TPAUSE Ry   | F3.AE/6r UMONITOR Ra | F2.AE/6r UMWAIT Ry
            """;

    /// The map 0F 38, without its vector instructions.
    static final String ROWS_0F38 =
            """
            NP.F0 MOVBE Gv,Mv    | 66.F0 MOVBE Gv,Mv    | NP.F1 MOVBE Mv,Gv    | 66.F1 MOVBE Mv,Gv
            F2.F0 CRC32 Gy,Eb    | F2.F1 CRC32 Gy,Ev
            66.80 INVEPT Gn,Mdq  | 66.81 INVVPID Gn,Mdq | 66.82 INVPCID Gn,Mdq
            66.F6 ADCX Gy,Ey     | F3.F6 ADOX Gy,Ey     | NP.F6 WRSS My,Gy     | 66.F5 WRUSS My,Gy
            NP.F9 MOVDIRI My,Gy  | 66.F8 MOVDIR64B Ga,M | F2.F8 ENQCMD Ga,M    | F3.F8 ENQCMDS Ga,M
            """;

    private TwoByteOpcodes() {}
}
