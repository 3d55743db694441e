package io.xenarium.cli;

import io.xenarium.lab.CheckFailed;
import io.xenarium.lab.LabProblem;
import io.xenarium.terms.NotYet;
import io.xenarium.toolstack.Refused;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.UsageMessageSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/// The root of all commands: `xenarium COMMAND …`. Without a command it starts the workbook.
@Command(
        name = "xenarium",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = "A workbook on the internals of Xen, with runnable labs.",
        synopsisHeading = "Usage: ",
        customSynopsis = "xenarium [COMMAND] [OPTIONS]",
        descriptionHeading = "%n",
        optionListHeading = "%nOptions:%n",
        footerHeading = "%n",
        footer = {
            "`xenarium COMMAND --help` tells more about one of them.",
            "Without a command, `xenarium` means `xenarium start`."
        })
public final class Main implements Runnable {
    /// The command that runs where none is named.
    private static final String DEFAULT_COMMAND = "start";

    /// In what order and under which heading the help text shows the commands. A command that
    /// stands nowhere here comes last.
    private static final Map<String, List<String>> GROUPS = groups();

    private static Map<String, List<String>> groups() {
        Map<String, List<String>> groups = new LinkedHashMap<>();
        groups.put("The workbook", List.of(DEFAULT_COMMAND));
        groups.put(
                "Labs",
                List.of("list", "check", "watch", "hint", "quiz", "reset", "replay", "lab"));
        groups.put("Guests", List.of("boot", "guest"));
        groups.put("The machine", List.of("bench"));
        return groups;
    }

    /// Every command, one class each.
    private static final Map<String, Supplier<Object>> COMMANDS = commands();

    private static Map<String, Supplier<Object>> commands() {
        Map<String, Supplier<Object>> commands = new LinkedHashMap<>();
        commands.put(DEFAULT_COMMAND, StartCommand::new);
        commands.put("list", ListCommand::new);
        commands.put("check", CheckCommand::new);
        commands.put("watch", WatchCommand::new);
        commands.put("hint", HintCommand::new);
        commands.put("quiz", QuizCommand::new);
        commands.put("reset", ResetCommand::new);
        commands.put("replay", ReplayCommand::new);
        commands.put("lab", LabCommand::new);
        commands.put("boot", BootCommand::new);
        commands.put("guest", GuestCommand::new);
        commands.put("bench", BenchCommand::new);
        return commands;
    }

    /// The one that is named, because looking at each of them takes a while; all of them where none
    /// is.
    private static List<Object> named(String word) {
        Supplier<Object> one = COMMANDS.get(word);
        return one != null
                ? List.of(one.get())
                : COMMANDS.values().stream().map(Supplier::get).toList();
    }

    @Spec private CommandSpec spec;

    /// Runs one command and exits with its exit code.
    public static void main(String[] args) {
        System.exit(run(args));
    }

    /// Runs one command and returns its exit code.
    static int run(String... args) {
        String[] words = withCommand(args);
        return execute(commandLine(named(words[0])), words);
    }

    /// The command line with `commands` under the root.
    static CommandLine commandLine(List<Object> commands) {
        CommandLine line = new CommandLine(new Main());
        commands.forEach(line::addSubcommand);
        // In this order: the other way round, a process would ask the terminal for its width, for
        // a tenth of a second, though nobody wants help.
        line.setUsageHelpLongOptionsMaxWidth(30);
        line.setUsageHelpAutoWidth(true);
        line.setParameterExceptionHandler((wrong, _) -> tellUsageError(wrong));
        line.setExecutionExceptionHandler((wrong, command, _) -> tellFailure(wrong, command));
        line.getHelpSectionMap()
                .put(
                        UsageMessageSpec.SECTION_KEY_COMMAND_LIST,
                        help -> commandList(help.subcommands()));
        line.getHelpSectionMap().put(UsageMessageSpec.SECTION_KEY_COMMAND_LIST_HEADING, _ -> "");
        return line;
    }

    /// Puts the default command in front of options that stand alone: `xenarium --port 8080`.
    static String[] withCommand(String[] args) {
        boolean isRoots =
                args.length > 0
                        && (!args[0].startsWith("-")
                                || List.of("-h", "--help", "-V", "--version").contains(args[0]));
        if (isRoots) {
            return args;
        }
        String[] named = new String[args.length + 1];
        named[0] = DEFAULT_COMMAND;
        System.arraycopy(args, 0, named, 1, args.length);
        return named;
    }

    /// The root alone: nothing was named, so there is nothing to do but to say what there is.
    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }

    private static int tellUsageError(ParameterException wrong) {
        CommandLine command = wrong.getCommandLine();
        PrintWriter err = command.getErr();
        err.println("xenarium: " + wordsFor(wrong));
        UnmatchedArgumentException.printSuggestions(wrong, err);
        err.println(
                "`" + command.getCommandSpec().qualifiedName() + " --help` shows what there is.");
        err.flush();
        return CommandLine.ExitCode.USAGE;
    }

    private static String wordsFor(ParameterException wrong) {
        if (wrong instanceof UnmatchedArgumentException unmatched
                && wrong.getCommandLine().getParent() == null) {
            return "there is no command " + unmatched.getUnmatched().getFirst();
        }
        return wrong.getMessage();
    }

    private static int tellFailure(Exception wrong, CommandLine command) {
        PrintWriter err = command.getErr();
        switch (wrong) {
            case CommandFailed failed -> err.println("xenarium: " + failed.getMessage());
            case LabProblem problem -> err.println("xenarium: " + problem.getMessage());
            case Refused refused -> err.println("xenarium: " + refused.getMessage());
            case NotYet next -> {
                err.println("xenarium: " + next.getMessage());
                err.println("`xenarium hint " + next.task() + "` helps when stuck.");
            }
            default -> {
                err.println("xenarium: this is a fault of Xenarium itself, not of yours:");
                wrong.printStackTrace(err);
            }
        }
        err.flush();
        return wrong instanceof CommandFailed failed
                ? failed.exitCode()
                : CommandLine.ExitCode.SOFTWARE;
    }

    /// Runs one command. A learner's part that breaks a rule outside of a check, as in a guest that
    /// is booted on it, is told in the words of the check.
    static int execute(CommandLine line, String[] args) {
        try {
            return line.execute(args);
        } catch (CheckFailed broken) {
            PrintWriter err = line.getErr();
            err.println("xenarium: " + broken.rule().code() + " " + broken.rule().headline());
            err.println("  You:  " + broken.you());
            err.println("  Xen:  " + broken.xen());
            err.flush();
            return CommandLine.ExitCode.SOFTWARE;
        } catch (OutOfMemoryError scarce) {
            PrintWriter err = line.getErr();
            err.println("xenarium: Java has too little memory: " + scarce.getMessage());
            err.println("Ask for a smaller guest with --memory, or give Java more:");
            err.println(
                    "XENARIUM_JAVA_OPTIONS=\"-Xmx4g -XX:MaxDirectMemorySize=8g\" xenarium "
                            + String.join(" ", args));
            err.flush();
            return CommandLine.ExitCode.SOFTWARE;
        }
    }

    private static String commandList(Map<String, CommandLine.Help> commands) {
        Map<String, CommandLine.Help> left = new LinkedHashMap<>(commands);
        StringBuilder text = new StringBuilder();
        GROUPS.forEach((heading, names) -> {
            List<CommandLine.Help> group = new ArrayList<>();
            for (String name : names) {
                CommandLine.Help help = left.remove(name);
                if (help != null) {
                    group.add(help);
                }
            }
            text.append(commandGroup(heading, group));
        });
        return text.append(commandGroup("More", new ArrayList<>(left.values()))).toString();
    }

    private static String commandGroup(String heading, List<CommandLine.Help> group) {
        StringBuilder text = new StringBuilder();
        for (CommandLine.Help help : group) {
            String[] description = help.commandSpec().usageMessage().description();
            String what = description.length == 0 ? "" : description[0];
            text.append(String.format("  %-9s %s%n", help.commandSpec().name(), what));
        }
        return group.isEmpty() ? "" : String.format("%n%s:%n", heading) + text;
    }
}
