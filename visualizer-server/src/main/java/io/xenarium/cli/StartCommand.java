package io.xenarium.cli;

import io.xenarium.server.PortInUse;
import io.xenarium.server.Workbook;
import io.xenarium.server.WorkbookConfig;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;

/// `xenarium start`: serves the workbook until it is interrupted.
@Command(
        name = "start",
        mixinStandardHelpOptions = true,
        description = "Serve the workbook on http://127.0.0.1:7070, until Ctrl-C.")
final class StartCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Option(
            names = "--port",
            paramLabel = "PORT",
            description = "Where to listen; 0 takes any free port. Default: ${DEFAULT-VALUE}.")
    private int port = WorkbookConfig.DEFAULT_PORT;

    @Mixin private MachineOptions machine;

    @Option(
            names = "--guest",
            paramLabel = "GUEST",
            description =
                    "What to boot: hello; grub or linux, once fetched; or the path of an ELF image."
                            + " Default: ${DEFAULT-VALUE}.")
    private String guest = WorkbookConfig.HELLO;

    @Override
    public Integer call() throws InterruptedException {
        if (port < 0 || port > 65535) {
            throw new CommandFailed("--port " + port + ": a port is a number from 0 to 65535.");
        }
        try (Workbook workbook =
                Workbook.start(new WorkbookConfig(port, machine.seed, machine.mine, guest))) {
            CountDownLatch interrupted = new CountDownLatch(1);
            Runtime.getRuntime().addShutdownHook(new Thread(workbook::close, "closing"));
            PrintWriter out = spec.commandLine().getOut();
            out.println("Xenarium is on " + workbook.address() + " (Ctrl-C ends it)");
            out.flush();
            interrupted.await();
            return 0;
        } catch (PortInUse taken) {
            throw new CommandFailed(
                    "Port "
                            + taken.port()
                            + " is in use by another program, perhaps another Xenarium. Choose"
                            + " another: --port "
                            + (taken.port() + 1));
        }
    }
}
