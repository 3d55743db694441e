package io.xenarium.machine.code;

/// The vector instructions: MMX, SSE, SSE2, SSE3, SSSE3, SSE4.1, SSE4.2, and with them AES, SHA and
/// carry-less multiplication (Intel SDM vol. 2, tables ). The notation is explained at
/// [InstructionTable].
final class VectorOpcodes {
    static final String ROWS =
            """
            NP.10 MOVUPS Vps,Wps | 66.10 MOVUPD Vpd,Wpd | F3.10 MOVSS Vss,Wss | F2.10 MOVSD Vsd,Wsd
            NP.11 MOVUPS Wps,Vps | 66.11 MOVUPD Wpd,Vpd | F3.11 MOVSS Wss,Vss | F2.11 MOVSD Wsd,Vsd
            NP.12m MOVLPS Vq,Mq    | NP.12r MOVHLPS Vq,Uq   | 66.12m MOVLPD Vq,Mq
            F3.12 MOVSLDUP Vps,Wps | F2.12 MOVDDUP Vdq,Wq
            NP.13 MOVLPS Mq,Vq     | 66.13 MOVLPD Mq,Vq
            NP.14 UNPCKLPS Vps,Wps | 66.14 UNPCKLPD Vpd,Wpd
            NP.15 UNPCKHPS Vps,Wps | 66.15 UNPCKHPD Vpd,Wpd
            NP.16m MOVHPS Vq,Mq    | NP.16r MOVLHPS Vq,Uq
            66.16m MOVHPD Vq,Mq    | F3.16 MOVSHDUP Vps,Wps
            NP.17 MOVHPS Mq,Vq     | 66.17 MOVHPD Mq,Vq
            NP.28 MOVAPS Vps,Wps   | 66.28 MOVAPD Vpd,Wpd
            NP.29 MOVAPS Wps,Vps   | 66.29 MOVAPD Wpd,Vpd
            NP.2A CVTPI2PS Vps,Qq  | 66.2A CVTPI2PD Vpd,Qq
            F3.2A CVTSI2SS Vss,Ey  | F2.2A CVTSI2SD Vsd,Ey
            NP.2B MOVNTPS Mps,Vps  | 66.2B MOVNTPD Mpd,Vpd
            NP.2C CVTTPS2PI Pq,Wq  | 66.2C CVTTPD2PI Pq,Wpd
            F3.2C CVTTSS2SI Gy,Wss | F2.2C CVTTSD2SI Gy,Wsd
            NP.2D CVTPS2PI Pq,Wq   | 66.2D CVTPD2PI Pq,Wpd
            F3.2D CVTSS2SI Gy,Wss  | F2.2D CVTSD2SI Gy,Wsd
            NP.2E UCOMISS Vss,Wss  | 66.2E UCOMISD Vsd,Wsd
            NP.2F COMISS Vss,Wss   | 66.2F COMISD Vsd,Wsd
            NP.50r MOVMSKPS Gy,Ups | 66.50r MOVMSKPD Gy,Upd
            NP.51 SQRTPS Vps,Wps   | 66.51 SQRTPD Vpd,Wpd
            F3.51 SQRTSS Vss,Wss   | F2.51 SQRTSD Vsd,Wsd
            NP.52 RSQRTPS Vps,Wps  | F3.52 RSQRTSS Vss,Wss
            NP.53 RCPPS Vps,Wps    | F3.53 RCPSS Vss,Wss
            NP.54 ANDPS Vps,Wps    | 66.54 ANDPD Vpd,Wpd
            NP.55 ANDNPS Vps,Wps   | 66.55 ANDNPD Vpd,Wpd
            NP.56 ORPS Vps,Wps     | 66.56 ORPD Vpd,Wpd
            NP.57 XORPS Vps,Wps    | 66.57 XORPD Vpd,Wpd
            NP.58 ADDPS Vps,Wps | 66.58 ADDPD Vpd,Wpd | F3.58 ADDSS Vss,Wss | F2.58 ADDSD Vsd,Wsd
            NP.59 MULPS Vps,Wps | 66.59 MULPD Vpd,Wpd | F3.59 MULSS Vss,Wss | F2.59 MULSD Vsd,Wsd
            NP.5C SUBPS Vps,Wps | 66.5C SUBPD Vpd,Wpd | F3.5C SUBSS Vss,Wss | F2.5C SUBSD Vsd,Wsd
            NP.5D MINPS Vps,Wps | 66.5D MINPD Vpd,Wpd | F3.5D MINSS Vss,Wss | F2.5D MINSD Vsd,Wsd
            NP.5E DIVPS Vps,Wps | 66.5E DIVPD Vpd,Wpd | F3.5E DIVSS Vss,Wss | F2.5E DIVSD Vsd,Wsd
            NP.5F MAXPS Vps,Wps | 66.5F MAXPD Vpd,Wpd | F3.5F MAXSS Vss,Wss | F2.5F MAXSD Vsd,Wsd

            NP.5A CVTPS2PD Vpd,Wq   | 66.5A CVTPD2PS Vps,Wpd
            F3.5A CVTSS2SD Vsd,Wss  | F2.5A CVTSD2SS Vss,Wsd
            NP.5B CVTDQ2PS Vps,Wdq  | 66.5B CVTPS2DQ Vdq,Wps  | F3.5B CVTTPS2DQ Vdq,Wps
            66.E6 CVTTPD2DQ Vdq,Wpd | F3.E6 CVTDQ2PD Vpd,Wq   | F2.E6 CVTPD2DQ Vdq,Wpd
            NP.C2 CMPPS Vps,Wps,Ib  | 66.C2 CMPPD Vpd,Wpd,Ib
            F3.C2 CMPSS Vss,Wss,Ib  | F2.C2 CMPSD Vsd,Wsd,Ib
            NP.C6 SHUFPS Vps,Wps,Ib | 66.C6 SHUFPD Vpd,Wpd,Ib
            66.7C HADDPD Vpd,Wpd    | F2.7C HADDPS Vps,Wps
            66.7D HSUBPD Vpd,Wpd    | F2.7D HSUBPS Vps,Wps
            66.D0 ADDSUBPD Vpd,Wpd  | F2.D0 ADDSUBPS Vps,Wps

            NP.6E MOVD Pd,Ed | NP.W.6E MOVQ Pq,Eq | 66.6E MOVD Vd,Ed | 66.W.6E MOVQ Vq,Eq
            NP.7E MOVD Ed,Pd | NP.W.7E MOVQ Eq,Pq | 66.7E MOVD Ed,Vd | 66.W.7E MOVQ Eq,Vq
            NP.6F MOVQ Pq,Qq          | 66.6F MOVDQA Vdq,Wdq      | F3.6F MOVDQU Vdq,Wdq
            F3.7E MOVQ Vq,Wq
            NP.7F MOVQ Qq,Pq          | 66.7F MOVDQA Wdq,Vdq      | F3.7F MOVDQU Wdq,Vdq
            66.D6 MOVQ Wq,Vq          | F3.D6r MOVQ2DQ Vq,Nq      | F2.D6r MOVDQ2Q Pq,Uq
            F2.F0 LDDQU Vdq,Mdq       | NP.E7 MOVNTQ Mq,Pq        | 66.E7 MOVNTDQ Mdq,Vdq
            NP.F7r MASKMOVQ Pq,Nq     | 66.F7r MASKMOVDQU Vdq,Udq
            NP.D7r PMOVMSKB Gy,Nq     | 66.D7r PMOVMSKB Gy,Udq
            NP.70 PSHUFW Pq,Qq,Ib     | 66.70 PSHUFD Vdq,Wdq,Ib
            F3.70 PSHUFHW Vdq,Wdq,Ib  | F2.70 PSHUFLW Vdq,Wdq,Ib
            NP.C4 PINSRW Pq,Rd/Mw,Ib  | 66.C4 PINSRW Vdq,Rd/Mw,Ib
            NP.C5r PEXTRW Gd,Nq,Ib    | 66.C5r PEXTRW Gd,Udq,Ib   | 66.6C PUNPCKLQDQ Vdq,Wdq
            66.6D PUNPCKHQDQ Vdq,Wdq  | NP.77 EMMS
            NP.71/2r PSRLW Nq,Ib      | 66.71/2r PSRLW Udq,Ib     | NP.71/4r PSRAW Nq,Ib
            66.71/4r PSRAW Udq,Ib     | NP.71/6r PSLLW Nq,Ib      | 66.71/6r PSLLW Udq,Ib
            NP.72/2r PSRLD Nq,Ib      | 66.72/2r PSRLD Udq,Ib     | NP.72/4r PSRAD Nq,Ib
            66.72/4r PSRAD Udq,Ib     | NP.72/6r PSLLD Nq,Ib      | 66.72/6r PSLLD Udq,Ib
            NP.73/2r PSRLQ Nq,Ib      | 66.73/2r PSRLQ Udq,Ib     | NP.73/6r PSLLQ Nq,Ib
            66.73/6r PSLLQ Udq,Ib     | 66.73/3r PSRLDQ Udq,Ib    | 66.73/7r PSLLDQ Udq,Ib
            """;

    /// Integers in vectors, in an MMX and an SSE form.
    static final String ROWS_PAIRED =
            """
            NP.60 PUNPCKLBW Pq,Qd   | 66.60 PUNPCKLBW Vdq,Wdq
            NP.61 PUNPCKLWD Pq,Qd   | 66.61 PUNPCKLWD Vdq,Wdq
            NP.62 PUNPCKLDQ Pq,Qd   | 66.62 PUNPCKLDQ Vdq,Wdq
            NP.63 PACKSSWB Pq,Qq    | 66.63 PACKSSWB Vdq,Wdq
            NP.64 PCMPGTB Pq,Qq     | 66.64 PCMPGTB Vdq,Wdq
            NP.65 PCMPGTW Pq,Qq     | 66.65 PCMPGTW Vdq,Wdq
            NP.66 PCMPGTD Pq,Qq     | 66.66 PCMPGTD Vdq,Wdq
            NP.67 PACKUSWB Pq,Qq    | 66.67 PACKUSWB Vdq,Wdq
            NP.68 PUNPCKHBW Pq,Qq   | 66.68 PUNPCKHBW Vdq,Wdq
            NP.69 PUNPCKHWD Pq,Qq   | 66.69 PUNPCKHWD Vdq,Wdq
            NP.6A PUNPCKHDQ Pq,Qq   | 66.6A PUNPCKHDQ Vdq,Wdq
            NP.6B PACKSSDW Pq,Qq    | 66.6B PACKSSDW Vdq,Wdq
            NP.74 PCMPEQB Pq,Qq     | 66.74 PCMPEQB Vdq,Wdq
            NP.75 PCMPEQW Pq,Qq     | 66.75 PCMPEQW Vdq,Wdq
            NP.76 PCMPEQD Pq,Qq     | 66.76 PCMPEQD Vdq,Wdq
            NP.D1 PSRLW Pq,Qq       | 66.D1 PSRLW Vdq,Wdq
            NP.D2 PSRLD Pq,Qq       | 66.D2 PSRLD Vdq,Wdq
            NP.D3 PSRLQ Pq,Qq       | 66.D3 PSRLQ Vdq,Wdq
            NP.D4 PADDQ Pq,Qq       | 66.D4 PADDQ Vdq,Wdq
            NP.D5 PMULLW Pq,Qq      | 66.D5 PMULLW Vdq,Wdq
            NP.D8 PSUBUSB Pq,Qq     | 66.D8 PSUBUSB Vdq,Wdq
            NP.D9 PSUBUSW Pq,Qq     | 66.D9 PSUBUSW Vdq,Wdq
            NP.DA PMINUB Pq,Qq      | 66.DA PMINUB Vdq,Wdq
            NP.DB PAND Pq,Qq        | 66.DB PAND Vdq,Wdq
            NP.DC PADDUSB Pq,Qq     | 66.DC PADDUSB Vdq,Wdq
            NP.DD PADDUSW Pq,Qq     | 66.DD PADDUSW Vdq,Wdq
            NP.DE PMAXUB Pq,Qq      | 66.DE PMAXUB Vdq,Wdq
            NP.DF PANDN Pq,Qq       | 66.DF PANDN Vdq,Wdq
            NP.E0 PAVGB Pq,Qq       | 66.E0 PAVGB Vdq,Wdq
            NP.E1 PSRAW Pq,Qq       | 66.E1 PSRAW Vdq,Wdq
            NP.E2 PSRAD Pq,Qq       | 66.E2 PSRAD Vdq,Wdq
            NP.E3 PAVGW Pq,Qq       | 66.E3 PAVGW Vdq,Wdq
            NP.E4 PMULHUW Pq,Qq     | 66.E4 PMULHUW Vdq,Wdq
            NP.E5 PMULHW Pq,Qq      | 66.E5 PMULHW Vdq,Wdq
            NP.E8 PSUBSB Pq,Qq      | 66.E8 PSUBSB Vdq,Wdq
            NP.E9 PSUBSW Pq,Qq      | 66.E9 PSUBSW Vdq,Wdq
            NP.EA PMINSW Pq,Qq      | 66.EA PMINSW Vdq,Wdq
            NP.EB POR Pq,Qq         | 66.EB POR Vdq,Wdq
            NP.EC PADDSB Pq,Qq      | 66.EC PADDSB Vdq,Wdq
            NP.ED PADDSW Pq,Qq      | 66.ED PADDSW Vdq,Wdq
            NP.EE PMAXSW Pq,Qq      | 66.EE PMAXSW Vdq,Wdq
            NP.EF PXOR Pq,Qq        | 66.EF PXOR Vdq,Wdq
            NP.F1 PSLLW Pq,Qq       | 66.F1 PSLLW Vdq,Wdq
            NP.F2 PSLLD Pq,Qq       | 66.F2 PSLLD Vdq,Wdq
            NP.F3 PSLLQ Pq,Qq       | 66.F3 PSLLQ Vdq,Wdq
            NP.F4 PMULUDQ Pq,Qq     | 66.F4 PMULUDQ Vdq,Wdq
            NP.F5 PMADDWD Pq,Qq     | 66.F5 PMADDWD Vdq,Wdq
            NP.F6 PSADBW Pq,Qq      | 66.F6 PSADBW Vdq,Wdq
            NP.F8 PSUBB Pq,Qq       | 66.F8 PSUBB Vdq,Wdq
            NP.F9 PSUBW Pq,Qq       | 66.F9 PSUBW Vdq,Wdq
            NP.FA PSUBD Pq,Qq       | 66.FA PSUBD Vdq,Wdq
            NP.FB PSUBQ Pq,Qq       | 66.FB PSUBQ Vdq,Wdq
            NP.FC PADDB Pq,Qq       | 66.FC PADDB Vdq,Wdq
            NP.FD PADDW Pq,Qq       | 66.FD PADDW Vdq,Wdq
            NP.FE PADDD Pq,Qq       | 66.FE PADDD Vdq,Wdq
            """;

    static final String ROWS_0F38 =
            """
            NP.00 PSHUFB Pq,Qq             | 66.00 PSHUFB Vdq,Wdq
            NP.01 PHADDW Pq,Qq             | 66.01 PHADDW Vdq,Wdq
            NP.02 PHADDD Pq,Qq             | 66.02 PHADDD Vdq,Wdq
            NP.03 PHADDSW Pq,Qq            | 66.03 PHADDSW Vdq,Wdq
            NP.04 PMADDUBSW Pq,Qq          | 66.04 PMADDUBSW Vdq,Wdq
            NP.05 PHSUBW Pq,Qq             | 66.05 PHSUBW Vdq,Wdq
            NP.06 PHSUBD Pq,Qq             | 66.06 PHSUBD Vdq,Wdq
            NP.07 PHSUBSW Pq,Qq            | 66.07 PHSUBSW Vdq,Wdq
            NP.08 PSIGNB Pq,Qq             | 66.08 PSIGNB Vdq,Wdq
            NP.09 PSIGNW Pq,Qq             | 66.09 PSIGNW Vdq,Wdq
            NP.0A PSIGND Pq,Qq             | 66.0A PSIGND Vdq,Wdq
            NP.0B PMULHRSW Pq,Qq           | 66.0B PMULHRSW Vdq,Wdq
            NP.1C PABSB Pq,Qq              | 66.1C PABSB Vdq,Wdq
            NP.1D PABSW Pq,Qq              | 66.1D PABSW Vdq,Wdq
            NP.1E PABSD Pq,Qq              | 66.1E PABSD Vdq,Wdq
            66.10 PBLENDVB Vdq,Wdq,XMM0    | 66.14 BLENDVPS Vps,Wps,XMM0
            66.15 BLENDVPD Vpd,Wpd,XMM0    | 66.17 PTEST Vdq,Wdq
            66.20 PMOVSXBW Vdq,Wq          | 66.21 PMOVSXBD Vdq,Wd
            66.22 PMOVSXBQ Vdq,Ww          | 66.23 PMOVSXWD Vdq,Wq
            66.24 PMOVSXWQ Vdq,Wd          | 66.25 PMOVSXDQ Vdq,Wq
            66.30 PMOVZXBW Vdq,Wq          | 66.31 PMOVZXBD Vdq,Wd
            66.32 PMOVZXBQ Vdq,Ww          | 66.33 PMOVZXWD Vdq,Wq
            66.34 PMOVZXWQ Vdq,Wd          | 66.35 PMOVZXDQ Vdq,Wq
            66.28 PMULDQ Vdq,Wdq           | 66.29 PCMPEQQ Vdq,Wdq
            66.2A MOVNTDQA Vdq,Mdq         | 66.2B PACKUSDW Vdq,Wdq
            66.37 PCMPGTQ Vdq,Wdq          | 66.38 PMINSB Vdq,Wdq
            66.39 PMINSD Vdq,Wdq           | 66.3A PMINUW Vdq,Wdq
            66.3B PMINUD Vdq,Wdq           | 66.3C PMAXSB Vdq,Wdq
            66.3D PMAXSD Vdq,Wdq           | 66.3E PMAXUW Vdq,Wdq
            66.3F PMAXUD Vdq,Wdq           | 66.40 PMULLD Vdq,Wdq
            66.41 PHMINPOSUW Vdq,Wdq       | 66.DB AESIMC Vdq,Wdq
            66.DC AESENC Vdq,Wdq           | 66.DD AESENCLAST Vdq,Wdq
            66.DE AESDEC Vdq,Wdq           | 66.DF AESDECLAST Vdq,Wdq
            66.CF GF2P8MULB Vdq,Wdq        | NP.C8 SHA1NEXTE Vdq,Wdq
            NP.C9 SHA1MSG1 Vdq,Wdq         | NP.CA SHA1MSG2 Vdq,Wdq
            NP.CB SHA256RNDS2 Vdq,Wdq,XMM0 | NP.CC SHA256MSG1 Vdq,Wdq
            NP.CD SHA256MSG2 Vdq,Wdq
            """;

    static final String ROWS_0F3A =
            """
            66.08 ROUNDPS Vps,Wps,Ib          | 66.09 ROUNDPD Vpd,Wpd,Ib
            66.0A ROUNDSS Vss,Wss,Ib          | 66.0B ROUNDSD Vsd,Wsd,Ib
            66.0C BLENDPS Vps,Wps,Ib          | 66.0D BLENDPD Vpd,Wpd,Ib
            66.0E PBLENDW Vdq,Wdq,Ib
            NP.0F PALIGNR Pq,Qq,Ib            | 66.0F PALIGNR Vdq,Wdq,Ib
            66.14 PEXTRB Rd/Mb,Vdq,Ib         | 66.15 PEXTRW Rd/Mw,Vdq,Ib
            66.16 PEXTRD Ed,Vdq,Ib            | 66.W.16 PEXTRQ Eq,Vdq,Ib
            66.17 EXTRACTPS Ed,Vdq,Ib         | 66.20 PINSRB Vdq,Rd/Mb,Ib
            66.21 INSERTPS Vdq,Wd,Ib
            66.22 PINSRD Vdq,Ed,Ib            | 66.W.22 PINSRQ Vdq,Eq,Ib
            66.40 DPPS Vps,Wps,Ib             | 66.41 DPPD Vpd,Wpd,Ib
            66.42 MPSADBW Vdq,Wdq,Ib          | 66.44 PCLMULQDQ Vdq,Wdq,Ib
            66.60 PCMPESTRM Vdq,Wdq,Ib        | 66.61 PCMPESTRI Vdq,Wdq,Ib
            66.62 PCMPISTRM Vdq,Wdq,Ib        | 66.63 PCMPISTRI Vdq,Wdq,Ib
            NP.CC SHA1RNDS4 Vdq,Wdq,Ib        | 66.CE GF2P8AFFINEQB Vdq,Wdq,Ib
            66.CF GF2P8AFFINEINVQB Vdq,Wdq,Ib | 66.DF AESKEYGENASSIST Vdq,Wdq,Ib
            """;

    private VectorOpcodes() {}
}
