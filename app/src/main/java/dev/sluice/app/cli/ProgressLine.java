package dev.sluice.app.cli;

import java.io.PrintStream;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * A progress bar that rewrites its line on a terminal, and prints a line each ten per cent where
 * the output is not one. Thread-safe.
 */
final class ProgressLine implements AutoCloseable {
  private static final int BAR_CHARS = 30;
  private static final long REDRAW_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final PrintStream out;
  private final boolean terminal;
  private final String unit;
  private final long unitSize;
  private String phase = "";
  private long phaseNanos;
  private long drawnNanos;
  private int drawnTenth;
  private boolean open;

  /**
   * Makes one; nothing is printed yet.
   *
   * @param terminal whether {@code out} is one
   * @param unit of the figures, as {@code MB}
   * @param unitSize how many counts make a unit
   */
  ProgressLine(PrintStream out, boolean terminal, String unit, long unitSize) {
    this.out = out;
    this.terminal = terminal;
    this.unit = unit;
    this.unitSize = unitSize;
  }

  /** A line on standard error. */
  static ProgressLine onStandardError(String unit, long unitSize) {
    return new ProgressLine(System.err, Terminal.isInteractive(), unit, unitSize);
  }

  synchronized void update(String what, long done, long total) {
    long now = System.nanoTime();
    if (!what.equals(phase)) {
      end();
      phase = what;
      phaseNanos = now;
      drawnTenth = -1;
    }
    boolean complete = done >= total;
    if (terminal && (complete || !open || now - drawnNanos >= REDRAW_NANOS)) {
      draw(now, done, total);
    } else if (!terminal) {
      printTenth(done, total);
    }
  }

  private void draw(long now, long done, long total) {
    drawnNanos = now;
    open = true;
    int filled = (int) (BAR_CHARS * fraction(done, total));
    String bar = "█".repeat(filled) + "·".repeat(BAR_CHARS - filled);
    double seconds = Math.max(1, now - phaseNanos) / 1e9;
    double perSecond = (double) done / unitSize / seconds;
    out.printf(
        Locale.ROOT,
        "\r%s %s %s, %.1f %s/s\u001b[K",
        phase,
        bar,
        counts(done, total),
        perSecond,
        unit);
    out.flush();
  }

  private void printTenth(long done, long total) {
    int tenth = (int) (10 * fraction(done, total));
    if (tenth != drawnTenth) {
      drawnTenth = tenth;
      out.println(phase + " " + counts(done, total));
    }
  }

  private static double fraction(long done, long total) {
    return total <= 0 ? 1 : Math.clamp((double) done / total, 0, 1);
  }

  private String counts(long done, long total) {
    return done / unitSize + "/" + total / unitSize + " " + unit;
  }

  @Override
  public void close() {
    end();
  }

  /** Ends the line, if one is open; a further update begins another. */
  synchronized void end() {
    if (open) {
      out.println();
      open = false;
    }
  }
}
