package dev.sluice.app.cli;

import dev.sluice.app.client.ApiException;
import dev.sluice.spring.OperatorException;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** The command line's entry point. Exit codes: 0 done, 1 failed, 2 called wrongly. */
@Command(
    name = "sluice",
    mixinStandardHelpOptions = true,
    versionProvider = BuildVersion.class,
    header = "A reactive LLM inference server for the JVM.",
    subcommands = {ServeCommand.class, ChatCommand.class, PullCommand.class, BenchCommand.class},
    sortOptions = false,
    usageHelpAutoWidth = true,
    footer = {"", "First steps: sluice serve, then open http://127.0.0.1:8000"})
public final class SluiceCommand implements Runnable {

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it before it runs the command
  private CommandSpec spec;

  private SluiceCommand() {}

  /** Runs a command and ends the process. */
  public static void main(String[] args) {
    CommandLogging.errorsOnly();
    System.exit(commandLine().execute(args));
  }

  static CommandLine commandLine() {
    return new CommandLine(new SluiceCommand())
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setParameterExceptionHandler(SluiceCommand::explain)
        .setExecutionExceptionHandler(SluiceCommand::report);
  }

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "no command is given; name one of serve, chat, pull and bench");
  }

  private static int explain(ParameterException e, String[] args) {
    CommandLine command = e.getCommandLine();
    PrintWriter err = command.getErr();
    err.println(command.getColorScheme().errorText("sluice: " + e.getMessage()));
    UnmatchedArgumentException.printSuggestions(e, err);
    err.println("Run `" + command.getCommandSpec().qualifiedName() + " --help` for the usage.");
    return command.getCommandSpec().exitCodeOnInvalidInput();
  }

  /** What the caller can put right is one message; anything else is a bug and shows its trace. */
  private static int report(Exception e, CommandLine command, CommandLine.ParseResult parsed)
      throws Exception {
    if (e instanceof OperatorException || e instanceof ApiException) {
      command.getErr().println(command.getColorScheme().errorText("sluice: " + e.getMessage()));
      return command.getCommandSpec().exitCodeOnExecutionException();
    }
    throw e;
  }
}
