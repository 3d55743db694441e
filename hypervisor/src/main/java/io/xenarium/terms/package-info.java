/// The words of Xen, as types. Start reading here: this page is the glossary.
///
/// A *frame* is 4096 bytes of memory, a *frame number* its address divided by 4096. Xen counts
/// frames in three ways, and mixing them up is the oldest bug in the field, so each has a type of
/// its own:
///
/// - **mfn**, machine frame number: a frame of the real machine. [Mfn]
/// - **pfn**, pseudo-physical frame number: a frame as one PV guest numbers its own memory, from 0
///   up without holes. The guest keeps the table pfn → mfn (*p2m*), Xen the reverse (*m2p*). [Pfn]
/// - **gfn**, guest frame number: whatever a guest hands to Xen to name its memory: an mfn from a
///   PV guest, a guest-physical frame from an HVM guest. [Gfn]
///
/// A **maddr** is a byte address in the real machine ([Maddr]); a **vaddr** is one that a page
/// table still has to translate ([Vaddr]). A *domain* is one guest ([DomId]), a *vCPU* one
/// processor of it ([VcpuId]), an *event channel port* its end of a one-bit wire to another domain
/// or to Xen ([Port]), a *grant reference* its permission for another domain to use one frame
/// ([GrantRef]).
///
/// The records are for signatures that a person reads. Inside the machine's loops the same numbers
/// travel as bare `long`, named for their kind, because records there would cost an allocation for
/// each access.
///
/// Anybody may import this package; it imports nothing of ours.
package io.xenarium.terms;
