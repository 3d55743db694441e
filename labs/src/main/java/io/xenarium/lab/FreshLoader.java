package io.xenarium.lab;

import java.util.Map;

/// Loads the classes of one compilation, and prefers them to classes of the same name elsewhere: a
/// learner's part is named like the reference. One loader a run, so that no static survives it.
final class FreshLoader extends ClassLoader {
    private final Map<String, byte[]> classes;

    FreshLoader(Map<String, byte[]> classes, ClassLoader parent) {
        super(parent);
        this.classes = classes;
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        synchronized (getClassLoadingLock(name)) {
            byte[] bytes = classes.get(name);
            if (bytes == null) {
                return super.loadClass(name, resolve);
            }
            Class<?> loaded = findLoadedClass(name);
            return loaded == null ? defineClass(name, bytes, 0, bytes.length) : loaded;
        }
    }

    /// Makes the one class among them that implements `type`, by its public constructor without
    /// parameters.
    <T> T make(Class<T> type) {
        StepBudget.refill();
        for (String name : classes.keySet()) {
            try {
                Class<?> candidate = loadClass(name);
                if (type.isAssignableFrom(candidate) && !candidate.isInterface()) {
                    return type.cast(candidate.getConstructor().newInstance());
                }
            } catch (ReflectiveOperationException unusable) {
                throw new LabProblem(
                        name + " cannot be made: it needs a public constructor without parameters",
                        unusable);
            }
        }
        throw new LabProblem(
                "no class implements "
                        + type.getName().replace('$', '.')
                        + ": is the Maker still there?");
    }
}
