package io.xenarium.toolstack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.xenarium.machine.cpu.Feature;
import io.xenarium.toolstack.DiskSpec.Access;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Optional;
import java.util.Set;

class XlConfigTest {
    @Test
    void aConfigurationIsReadWithCommentsListsAndBothKindsOfQuotes() {
        XlConfig config =
                XlConfig.parse(
                        """
                        # a guest
                        name = "web"     # its name
                        kernel='/boot/vmlinux'
                        ramdisk = "/boot/initrd"
                        memory = 0x40
                        vcpus = 2
                        disk = [ 'phy:/dev/vg/web,xvda,w',
                                 'phy:/dev/vg/swap,xvdb,w' ]
                        cmdline = "console=hvc0 note=#1"
                        """);
        assertEquals(
                new XlConfig(
                                "web",
                                "/boot/vmlinux",
                                Optional.of("/boot/initrd"),
                                "console=hvc0 note=#1",
                                64,
                                2)
                        .with(
                                List.of(
                                        new DiskSpec("/dev/vg/web", "xvda", Access.RW),
                                        new DiskSpec("/dev/vg/swap", "xvdb", Access.RW)))
                        .ending(Ending.Plan.OF_XL),
                config);
    }

    @Test
    void withoutACommandLineRootAndExtraMakeOne() {
        assertEquals(
                "root=/dev/xvda1 quiet",
                XlConfig.parse("name='a'\nkernel='k'\nroot='/dev/xvda1'\nextra='quiet'").cmdline());
    }

    @Test
    void whatIsWrittenReadsBackTheSame() {
        XlConfig config =
                new XlConfig("a", "C:\\guests\\k", Optional.empty(), "say \"hi\" \\ #", 7, 3);
        assertEquals(config, XlConfig.parse(config.text()));
        XlConfig other =
                config.with(
                                List.of(
                                        new DiskSpec("/a b/it's, \"c\"", "xvdb3", Access.COW),
                                        new DiskSpec("d", "xvda", Access.RO)))
                        .hiding(Set.of(Feature.POPCNT, Feature.SSE4_2))
                        .ending(Ending.Plan.REBOOT);
        assertEquals(other, XlConfig.parse(other.text()));
    }

    @Test
    void featuresOfTheProcessorAreHiddenOneByOne() {
        String start = "name='a'\nkernel='k'\ncpuid = ";
        assertEquals(
                Set.of(Feature.SSE4_2, Feature.MOVBE),
                XlConfig.parse(start + "'host, sse4.2=0, movbe=0, popcnt=x'").hidden());
        refuses("cpuid: the processor has no feature \"avx\"", start + "'host,avx=0'");
        refuses(
                "cpuid: popcnt=s will not do: write popcnt=0 to hide it",
                start + "'host,popcnt=s'");
    }

    @Test
    void theShareInTheProcessorsIsReadAndWritten() {
        String start = "name='a'\nkernel='k'\n";
        XlConfig config =
                XlConfig.parse(
                        start + "cpu_weight = 512\ncap = 50\ncpus = \"0-3,^1\"\ncpus_soft=\"2\"");
        assertEquals(new Sharing(512, 50, 0b1101, 0b100), config.sharing());
        assertEquals(config, XlConfig.parse(config.text()));
        assertEquals(Sharing.PLAIN, XlConfig.parse(start + "cpus = \"all\"").sharing());
        assertEquals(-1L << 63, XlConfig.parse(start + "cpus = \"63\"").sharing().hard());
        refuses("cpus = \"1,x\" will not do: write all, or as in 0-3,^1", start + "cpus = \"1,x\"");
        refuses("cpus = \"1,^1\" leaves no processor to run on", start + "cpus = \"1,^1\"");
        refuses(
                "cpu_weight = 70000 will not do: between 1 and 65535",
                start + "cpu_weight = 70000");
    }

    @Test
    void aDiskIsSaidByKeysOrByPlaces() {
        DiskSpec disk = new DiskSpec("/d.img", "xvdb", Access.RO);
        assertEquals(disk, DiskSpec.parse("format=raw, vdev=xvdb, access=ro, target=/d.img"));
        assertEquals(disk, DiskSpec.parse("/d.img,raw,xvdb,r"));
        assertEquals(disk, DiskSpec.parse("file:/d.img,xvdb,r"));
        assertEquals(51712, DiskSpec.parse("/d,raw,xvda,w").number());
        assertEquals(51730, DiskSpec.parse("/d,raw,xvdb2,w").number());
        for (String wrong : List.of("/d", "/d,qcow2,xvda,w", "/d,raw,sda,w", "/d,raw,xvda,x")) {
            assertThrows(Refused.class, () -> DiskSpec.parse(wrong));
        }
    }

    @Test
    void eachMistakeIsNamedWithItsLine() {
        refuses("line 2 of the configuration is no `key = value`: hello", "name='a'\nhello");
        refuses(
                "line 1 of the configuration has a key that xl.cfg(5) does not know: memmory",
                "memmory = 3");
        refuses("line 1 of the configuration needs quotes: name = \"a\"", "name = a");
        refuses("line 1 of the configuration needs a number: memory = lots", "memory = lots");
        refuses("the configuration does not say name: add a line name = \"…\"", "kernel='k'");
        refuses("memory = 0 will not do: it must be above 0", "name='a'\nkernel='k'\nmemory=0");
        refuses(
                "the configuration asks for a guest of type \"hvm\"; only type=\"pv\" is known",
                "name='a'\nkernel='k'\ntype='hvm'");
    }

    private static void refuses(String message, String text) {
        assertEquals(message, assertThrows(Refused.class, () -> XlConfig.parse(text)).getMessage());
    }
}
