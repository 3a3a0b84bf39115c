package dev.sluice.app.cli;

import java.io.Console;

/** Whether a person sits in front of this process. */
final class Terminal {

  private Terminal() {}

  /** Whether standard input and output are both a terminal. */
  @SuppressWarnings("SystemConsoleNull") // the default console of JDK 25 is null without a terminal
  static boolean isInteractive() {
    Console console = System.console();
    return console != null && console.isTerminal();
  }
}
