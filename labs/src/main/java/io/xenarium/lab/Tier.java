package io.xenarium.lab;

import org.junit.jupiter.api.ClassOrderer;
import org.junit.jupiter.api.TestClassOrder;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// Marks a class of checks. Each of its tests is tagged with the task that it checks, such as
/// `@Tag("05.2")`; they run in the order of the tasks, and not at all while an earlier check of the
/// same task, or a task that it builds on, fails.
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(Gate.class)
@TestMethodOrder(Gate.ByTask.class)
@TestClassOrder(ClassOrderer.OrderAnnotation.class)
public @interface Tier {
    /// 1 to 5.
    int value();

    /// The names of the tiers, by number.
    String[] NAMES = {"", "contract", "lock-step", "interleavings", "system", "hostile"};

    /// The names of the classes of checks, by number.
    String[] CLASSES = {"", "T1Contract", "T2LockStep", "T3Interleavings", "T4System", "T5Hostile"};
}
