/// Numbers, offsets and encodings that Xen and its guests agreed on, by Xen's public headers. No
/// behaviour: a type here knows where a field lies, never what to do with it. May import `terms`.
package io.xenarium.abi;
