package io.xenarium.toolstack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.xenarium.parts.DomainBuilder;
import io.xenarium.parts.DomainBuilder.Area;
import io.xenarium.parts.DomainBuilder.Context;
import io.xenarium.parts.DomainBuilder.Plan;
import io.xenarium.parts.Parts;
import io.xenarium.parts.Parts.Holder;
import io.xenarium.parts.Slot;
import io.xenarium.terms.DomId;
import io.xenarium.trace.DomainEvent.Life;
import io.xenarium.xen.Domain;

import org.junit.jupiter.api.Test;

import java.lang.reflect.Proxy;
import java.util.function.UnaryOperator;

/// What becomes of a domain whose builder has made a mistake that Xen finds.
class RefusedTablesTest {
    private static final long MILLISECOND = 1_000_000;

    @Test
    void aDomainWhoseTablesCanBeWrittenHasCrashedAndTheMachineGoesOn() {
        Host host = host(RefusedTablesTest::unmarked, UnaryOperator.identity());
        DomId id = create(host, "a");
        Domain domain = host.hypervisor().domain(id);
        assertEquals(Life.CRASHED, domain.life());
        assertEquals("its first page tables are refused: -EBUSY", domain.crashReason());
        host.run(20 * MILLISECOND);
        assertEquals("", host.consoleOutput(id).text());
        int free = host.hypervisor().frames().freeFrames();
        host.xl().destroy(id);
        assertTrue(host.hypervisor().find(id).isEmpty(), host.xl().list());
        assertTrue(host.hypervisor().frames().freeFrames() >= free + 8 * 256, "all of it is free");
        assertEquals(Life.CRASHED, host.hypervisor().domain(create(host, "b")).life());
    }

    @Test
    void aVcpuThatBeginsWithASegmentOfItsOwnIsRefused() {
        Host host = host(UnaryOperator.identity(), RefusedTablesTest::inForeignSegment);
        Domain domain = host.hypervisor().domain(create(host, "a"));
        assertEquals(Life.CRASHED, domain.life());
        assertEquals("its first vCPU cannot begin: -EINVAL", domain.crashReason());
    }

    private static DomId create(Host host, String name) {
        return host.xl().create(XlConfig.of(name, "hello", 8).ending(Ending.Plan.LOOK));
    }

    /// A plan in which nobody knows that the tables are tables: so they are mapped writable.
    private static Plan unmarked(Plan plan) {
        return new Plan(
                plan.entry(),
                plan.virtBase(),
                plan.mapped(),
                plan.p2m(),
                plan.p2mVaddr(),
                plan.p2mTables(),
                plan.startInfo(),
                plan.store(),
                plan.console(),
                new Area(plan.tables().first(), 0),
                plan.stack(),
                plan.ramdisk());
    }

    private static Context inForeignSegment(Context at) {
        return new Context(at.rip(), at.rsp(), at.rsi(), at.rflags(), 0x10, at.ss(), at.table());
    }

    /// A machine whose builder lays page tables by another plan, or begins in another context.
    private static Host host(UnaryOperator<Plan> plan, UnaryOperator<Context> context) {
        Parts parts = Parts.reference(RefusedTablesTest.class.getClassLoader());
        DomainBuilder.Maker reference = parts.domainBuilder();
        DomainBuilder.Maker maker = platform -> changed(reference.make(platform), plan, context);
        return Host.of(
                new HostConfig(1, 64, parts.with(Slot.DOMAIN_BUILDER, maker, Holder.MUTANT)));
    }

    private static DomainBuilder changed(
            DomainBuilder part, UnaryOperator<Plan> plan, UnaryOperator<Context> context) {
        return (DomainBuilder)
                Proxy.newProxyInstance(
                        DomainBuilder.class.getClassLoader(),
                        new Class<?>[] {DomainBuilder.class},
                        (_, method, arguments) -> {
                            if (method.getName().equals("buildBootPageTables")) {
                                arguments[0] = plan.apply((Plan) arguments[0]);
                            }
                            Object answer = method.invoke(part, arguments);
                            return answer instanceof Context at ? context.apply(at) : answer;
                        });
    }
}
