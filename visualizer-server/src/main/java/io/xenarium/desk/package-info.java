/// The learner's desk: the files of a lab, their local history, hints, answers, progress, and the
/// reference to compare with afterwards. It reads and writes text; it compiles and runs nothing,
/// which is why the server may use it. Start at [io.xenarium.desk.Desk].
package io.xenarium.desk;
