package io.xenarium.cli;

import picocli.CommandLine.IVersionProvider;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;

/// Says which Xenarium this is, and on which Java and system it runs: what a bug report needs.
final class Version implements IVersionProvider {
    private static final String RESOURCE = "/io/xenarium/cli/version.properties";

    @Override
    public String[] getVersion() throws IOException {
        return new String[] {
            "Xenarium " + number(),
            "Java " + Runtime.version() + ", " + System.getProperty("java.vm.name"),
            System.getProperty("os.name") + " " + System.getProperty("os.arch")
        };
    }

    /// The number in the parent pom, which the build writes into a resource.
    static String number() throws IOException {
        Properties properties = new Properties();
        try (InputStream in = Version.class.getResourceAsStream(RESOURCE)) {
            properties.load(in);
        }
        return properties.getProperty("version");
    }
}
