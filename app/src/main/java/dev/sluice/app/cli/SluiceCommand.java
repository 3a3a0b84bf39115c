package dev.sluice.app.cli;

/** The command line's entry point. */
public final class SluiceCommand {

  private SluiceCommand() {}

  public static void main(String[] args) {}
}
