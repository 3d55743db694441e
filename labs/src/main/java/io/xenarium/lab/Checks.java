package io.xenarium.lab;

import io.xenarium.terms.Bug;
import io.xenarium.terms.NotYet;

import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.Launcher;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TagFilter;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherConfig;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/// Runs the check classes of a lab on a subject, in this process, with the JUnit platform.
final class Checks {
    private final Launcher launcher =
            LauncherFactory.create(
                    LauncherConfig.builder()
                            .enableTestExecutionListenerAutoRegistration(false)
                            .enablePostDiscoveryFilterAutoRegistration(false)
                            .build());

    /// The check classes of a lab, from the first tier to the last.
    static List<Class<?>> classes(String lab) {
        List<Class<?>> found = new ArrayList<>();
        for (int tier = 1; tier < Tier.CLASSES.length; tier++) {
            String name = "io.xenarium.lab" + lab + ".check." + Tier.CLASSES[tier];
            try {
                found.add(Class.forName(name));
            } catch (ClassNotFoundException absent) {
                throw new LabProblem("lab " + lab + " has no checks " + name, absent);
            }
        }
        return found;
    }

    /// Runs the checks of `tasks`, tier by tier, and hands each verdict on as it comes.
    void run(String lab, List<String> tasks, Subject subject, Consumer<Verdict> judged) {
        List<DiscoverySelector> selectors = new ArrayList<>();
        classes(lab).forEach(tier -> selectors.add(DiscoverySelectors.selectClass(tier)));
        LauncherDiscoveryRequest request =
                LauncherDiscoveryRequestBuilder.request()
                        .selectors(selectors)
                        .filters(TagFilter.includeTags(tasks))
                        .configurationParameter(
                                "junit.jupiter.testclass.order.default",
                                "org.junit.jupiter.api.ClassOrderer$ClassName")
                        .configurationParameter(
                                "junit.jupiter.extensions.autodetection.enabled", "false")
                        .build();
        execute(request, new Listener(lab, subject, judged), subject);
    }

    /// JUnit swallows what a listener throws, so it is kept and thrown here.
    private void execute(LauncherDiscoveryRequest request, Listener listener, Subject subject) {
        subject.during(() -> launcher.execute(request, listener));
        if (listener.fault instanceof LabProblem problem) {
            throw problem;
        }
        if (listener.fault != null) {
            throw new IllegalStateException("a check is broken", listener.fault);
        }
    }

    /// Runs the one check that `token` names.
    void run(Token token, Subject subject, Consumer<Verdict> judged) {
        Class<?> tier = classes(token.lab()).get(token.tier() - 1);
        if (Arrays.stream(tier.getDeclaredMethods())
                .noneMatch(method -> method.getName().equals(token.check()))) {
            throw new LabProblem(
                    "lab %s has no check %s in T%d"
                            .formatted(token.lab(), token.check(), token.tier()));
        }
        LauncherDiscoveryRequest request =
                LauncherDiscoveryRequestBuilder.request()
                        .selectors(DiscoverySelectors.selectMethod(tier, token.check()))
                        .build();
        execute(request, new Listener(token.lab(), subject, judged), subject);
    }

    /// `sendSetsTheSelector` as `send sets the selector`.
    static String sentence(String check) {
        return check.replaceAll("(?=[A-Z])", " ").toLowerCase(Locale.ROOT);
    }

    private static final class Listener implements TestExecutionListener {
        private final String lab;
        private final Subject subject;
        private final Consumer<Verdict> judged;
        private Throwable fault;

        Listener(String lab, Subject subject, Consumer<Verdict> judged) {
            this.lab = lab;
            this.subject = subject;
            this.judged = judged;
        }

        @Override
        public void executionSkipped(TestIdentifier test, String reason) {
            if (test.isTest()) {
                judged.accept(verdict(test, Verdict.Status.BLOCKED, reason, Rule.NONE, ""));
            }
        }

        @Override
        public void executionFinished(TestIdentifier test, TestExecutionResult result) {
            Throwable thrown = result.getThrowable().orElse(null);
            if (!test.isTest()) {
                fault = fault == null ? thrown : fault;
                return;
            }
            Verdict verdict = judge(test, thrown);
            if (verdict.status() != Verdict.Status.PASSED) {
                subject.fail(verdict.task(), verdict.tier());
            }
            judged.accept(verdict);
        }

        private Verdict judge(TestIdentifier test, Throwable thrown) {
            return switch (thrown) {
                case null ->
                        verdict(test, Verdict.Status.PASSED, subject.takeRemark(), Rule.NONE, "");
                case NotYet next ->
                        verdict(
                                test,
                                next.task().equals(task(test))
                                        ? Verdict.Status.NOT_YET
                                        : Verdict.Status.BLOCKED,
                                next.getMessage(),
                                Rule.NONE,
                                "");
                case CheckFailed failed -> failed(test, failed);
                case Bug bug -> failed(test, stopped(bug));
                default -> {
                    fault = fault == null ? thrown : fault;
                    yield verdict(
                            test, Verdict.Status.BLOCKED, "the check is broken", Rule.NONE, "");
                }
            };
        }

        /// A case that is repeated keeps its token.
        private String data(CheckFailed failed) {
            return subject.isReplay() ? subject.replayData() : failed.again().data();
        }

        /// The reference passes this check, so a machine that stops does so through the part.
        private static CheckFailed stopped(Bug bug) {
            return new CheckFailed(
                    Rule.MACHINE_RUNS,
                    "with your part, the machine stopped: " + bug.getMessage(),
                    "never asks the machine for what cannot be");
        }

        private Verdict failed(TestIdentifier test, CheckFailed failed) {
            Token token = new Token(lab, tier(test), name(test), data(failed));
            return verdict(
                    test,
                    Verdict.Status.FAILED,
                    Words.fourLines(failed, token),
                    failed.rule(),
                    token.toString());
        }

        private Verdict verdict(
                TestIdentifier test, Verdict.Status status, String text, Rule rule, String token) {
            return new Verdict(
                    tier(test),
                    task(test),
                    name(test),
                    sentence(name(test)),
                    status,
                    text,
                    rule.code(),
                    rule.headline(),
                    token);
        }

        private static String task(TestIdentifier test) {
            return test.getTags().iterator().next().getName();
        }

        private static MethodSource source(TestIdentifier test) {
            return (MethodSource) test.getSource().orElseThrow();
        }

        private static String name(TestIdentifier test) {
            return source(test).getMethodName();
        }

        private static int tier(TestIdentifier test) {
            return source(test).getJavaClass().getAnnotation(Tier.class).value();
        }
    }
}
