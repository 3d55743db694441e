package io.xenarium.server;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.NotFoundResponse;

import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Properties;

/// The modules of the editor, CodeMirror: files of jars, under names without a version, and the
/// import map by which a browser finds them.
final class EditorModules {
    private static final String PATH = "/editor/";
    private static final String WEBJARS = "org.webjars.npm";

    /// @param name what `import` says
    /// @param file the module within its package
    private record Module(String name, String group, String artifact, String file) {
        static Module webjar(String name, String file) {
            return new Module(name, WEBJARS, name.replace("@", "").replace("/", "__"), file);
        }

        static Module mvnpm(String scope, String artifact) {
            String group = "org.mvnpm.at." + scope;
            return new Module("@" + scope + "/" + artifact, group, artifact, "dist/index.js");
        }

        /// The part of its address that tells it from the others.
        String id() {
            return name.replace("@", "").replace('/', '-') + ".js";
        }

        String resource() {
            String folder = group.equals(WEBJARS) ? "webjars" : "_static";
            return "/META-INF/resources/%s/%s/%s/%s".formatted(folder, artifact, version(), file);
        }

        private String version() {
            String path = "/META-INF/maven/" + group + "/" + artifact + "/pom.properties";
            Properties properties = new Properties();
            try (InputStream in = EditorModules.class.getResourceAsStream(path)) {
                properties.load(in);
            } catch (IOException unreadable) {
                throw new UncheckedIOException(unreadable);
            }
            return properties.getProperty("version");
        }
    }

    private static final List<Module> MODULES =
            List.of(
                    Module.webjar("codemirror", "dist/index.js"),
                    Module.webjar("@codemirror/autocomplete", "dist/index.js"),
                    Module.webjar("@codemirror/commands", "dist/index.js"),
                    Module.webjar("@codemirror/language", "dist/index.js"),
                    Module.webjar("@codemirror/lint", "dist/index.js"),
                    Module.webjar("@codemirror/search", "dist/index.js"),
                    Module.webjar("@codemirror/state", "dist/index.js"),
                    Module.webjar("@codemirror/view", "dist/index.js"),
                    Module.mvnpm("codemirror", "lang-java"),
                    Module.webjar("@lezer/common", "dist/index.js"),
                    Module.webjar("@lezer/highlight", "dist/index.js"),
                    Module.mvnpm("lezer", "java"),
                    Module.webjar("@lezer/lr", "dist/index.js"),
                    Module.webjar("@marijn/find-cluster-break", "src/index.js"),
                    Module.webjar("crelt", "index.js"),
                    Module.webjar("style-mod", "src/style-mod.js"),
                    Module.webjar("w3c-keyname", "index.js"));

    private EditorModules() {}

    static void serve(RoutesConfig routes) {
        routes.get(PATH + "{id}", EditorModules::answer);
    }

    /// The import map, which a page carries in a script of its own.
    static String importMap() {
        ObjectNode map = JsonMapper.shared().createObjectNode();
        ObjectNode imports = map.putObject("imports");
        MODULES.forEach(module -> imports.put(module.name, PATH + module.id()));
        return map.toString();
    }

    /// How a content security policy names the one script that stands in a page.
    static String importMapHash() {
        try {
            byte[] map = importMap().getBytes(StandardCharsets.UTF_8);
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(map);
            return "'sha256-" + Base64.getEncoder().encodeToString(digest) + "'";
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static void answer(Context context) {
        Optional<Module> wanted =
                MODULES.stream()
                        .filter(module -> module.id().equals(context.pathParam("id")))
                        .findFirst();
        Module module =
                wanted.orElseThrow(() -> new NotFoundResponse("The editor has no such module."));
        InputStream in = EditorModules.class.getResourceAsStream(module.resource());
        if (in == null) {
            throw new IllegalStateException("not on the class path: " + module.resource());
        }
        context.header("Cache-Control", "max-age=3600");
        context.contentType("text/javascript").result(in);
    }
}
