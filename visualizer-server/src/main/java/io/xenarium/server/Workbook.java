package io.xenarium.server;

import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import io.javalin.http.staticfiles.Location;
import io.xenarium.bench.wire.ChildJvm;
import io.xenarium.desk.Desk;
import io.xenarium.desk.QuizDesk;

import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.io.EofException;

import tools.jackson.databind.json.JsonMapper;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import java.util.logging.Level;
import java.util.logging.Logger;

/// The workbook's server: pages, files and the way to the bench. It listens on the loopback address
/// alone, and never loads a learner's code.
public final class Workbook implements AutoCloseable {
    private static final Logger JAVALIN_LOG = Logger.getLogger("io.javalin");
    private static final Logger JETTY_LOG = Logger.getLogger("org.eclipse.jetty");
    private static final Logger LOG = Logger.getLogger(Workbook.class.getName());

    private final Streams streams = new Streams();
    private final Checker checker;
    private final Desk desk;
    private final DeskWatch watch;
    private final BenchKeeper bench;
    private final Javalin javalin;

    private Workbook(WorkbookConfig config) {
        quieten();
        checker = new Checker(streams, config.root());
        desk = new Desk(config.root());
        watch = new DeskWatch(desk, streams);
        bench = new BenchKeeper(config, streams);
        javalin = Javalin.create(javalinConfig -> configure(javalinConfig, config));
    }

    /// Starts a server, which answers once this returns.
    ///
    /// @throws PortInUse where another program listens on the port
    public static Workbook start(WorkbookConfig config) {
        Workbook workbook = startWithoutBench(config);
        workbook.bench.start();
        return workbook;
    }

    /// Starts a server that has no machine: for looking at the pages alone.
    static Workbook startWithoutBench(WorkbookConfig config) {
        Workbook workbook = new Workbook(config);
        try {
            workbook.javalin.start();
        } catch (RuntimeException refused) {
            workbook.close();
            throw PortInUse.isCauseOf(refused) ? new PortInUse(config.port()) : refused;
        }
        return workbook;
    }

    /// The port it listens on, also where the configuration left the choice to the system.
    public int port() {
        return javalin.port();
    }

    /// Where a browser finds it.
    public String address() {
        return "http://127.0.0.1:" + port();
    }

    /// The bench's process.
    ProcessHandle benchProcess() {
        return bench.process();
    }

    private void configure(JavalinConfig javalinConfig, WorkbookConfig config) {
        // Somebody who sends slowly, or does not read, holds up nobody else.
        javalinConfig.concurrency.useVirtualThreads = true;
        javalinConfig.startup.showJavalinBanner = false;
        javalinConfig.startup.showOldJavalinVersionWarning = false;
        javalinConfig.startup.startupWatcherEnabled = false;
        javalinConfig.jetty.host = "127.0.0.1";
        javalinConfig.jetty.port = config.port();
        javalinConfig.jetty.modifyHttpConfiguration(http -> http.setSendServerVersion(false));
        javalinConfig.http.maxRequestSize = Requests.BYTES_MAX;
        javalinConfig.staticFiles.enableWebjars();
        javalinConfig.staticFiles.add(files -> {
            files.hostedPath = "/app";
            files.directory = "/app";
            files.location = Location.CLASSPATH;
        });
        Guards guards = new Guards(this::port);
        guards.stand(javalinConfig.routes);
        new Pages(guards.token(), new QuizDesk(config.root())).serve(javalinConfig.routes);
        EditorModules.serve(javalinConfig.routes);
        new Api(bench, checker, streams).serve(javalinConfig.routes);
        new DeskApi(desk, watch).serve(javalinConfig.routes);
        javalinConfig.routes.exception(HttpResponseException.class, Workbook::tellRefusal);
        javalinConfig.routes.exception(
                BenchAway.class, (away, context) -> tell(context, 503, away.getMessage()));
        javalinConfig.routes.exception(
                ChildJvm.Refused.class,
                (refused, context) -> tell(context, 422, refused.getMessage()));
        javalinConfig.routes.exception(IOException.class, Workbook::tellBroken);
        javalinConfig.routes.exception(
                HttpException.RuntimeException.class,
                (bad, context) -> tell(context, bad.getCode(), bad.getReason()));
        javalinConfig.routes.exception(Exception.class, Workbook::tellFailure);
    }

    private static void tellRefusal(HttpResponseException refusal, Context context) {
        tell(context, refusal.getStatus(), refusal.getMessage());
    }

    /// A request that ended in its midst, or did not go on, is no failure of ours.
    private static void tellBroken(IOException broken, Context context) {
        if (broken.getCause() instanceof TimeoutException) {
            tell(context, 408, "The rest of the request did not come.");
        } else if (broken instanceof EofException) {
            tell(context, 400, "The request was cut off.");
        } else {
            tellFailure(broken, context);
        }
    }

    /// The reader learns that something failed, the log learns what.
    private static void tellFailure(Exception failure, Context context) {
        LOG.log(Level.WARNING, context.method() + " " + context.path(), failure);
        tell(context, 500, "The server stumbled over this request; its output says more.");
    }

    private static void tell(Context context, int status, String error) {
        context.status(status).contentType("application/json");
        context.result(JsonMapper.shared().writeValueAsString(Map.of("error", error)));
    }

    /// Javalin tells of every refused request and prints a stack trace for a taken port; what the
    /// user should know is told here.
    private static void quieten() {
        JAVALIN_LOG.setLevel(Level.OFF);
        JETTY_LOG.setLevel(Level.WARNING);
    }

    @Override
    public void close() {
        bench.close();
        checker.close();
        watch.close();
        streams.close();
        javalin.stop();
    }
}
