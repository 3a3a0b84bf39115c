package dev.sluice.app.bench;

import java.util.List;
import java.util.Locale;

/** Groups of horizontal bars as a small SVG, legible in light and dark. */
public final class BarPlot {
  private static final int LABEL_WIDTH = 230;
  private static final int BAR_WIDTH = 420;
  private static final int BAR_HEIGHT = 18;
  private static final int LINE = 24;
  private static final int MARGIN = 16;

  private final StringBuilder body = new StringBuilder();
  private int y = MARGIN;

  /**
   * One bar.
   *
   * @param label what it stands for
   * @param value its length
   */
  public record Bar(String label, double value) {}

  /** Adds a group under a title, whose longest bar fills the width. */
  public BarPlot group(String title, List<Bar> bars) {
    double longest = bars.stream().mapToDouble(Bar::value).max().orElse(0);
    text(MARGIN, "bold", title);
    for (Bar bar : bars) {
      double width = longest <= 0 ? 0 : BAR_WIDTH * Math.max(0, bar.value()) / longest;
      text(MARGIN, "normal", bar.label());
      body.append(
          String.format(
              Locale.ROOT,
              "<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"#3b82c4\"/>%n",
              LABEL_WIDTH,
              y - LINE,
              width,
              BAR_HEIGHT));
      y -= LINE;
      text(LABEL_WIDTH + (int) width + 8, "normal", number(bar.value()));
    }
    y += LINE / 2;
    return this;
  }

  private void text(int x, String weight, String text) {
    body.append(
        String.format(
            Locale.ROOT,
            "<text x=\"%d\" y=\"%d\" font-weight=\"%s\">%s</text>%n",
            x,
            y + BAR_HEIGHT - 4,
            weight,
            text.replace("&", "&amp;").replace("<", "&lt;")));
    y += LINE;
  }

  private static String number(double value) {
    return value < 0
        ? "not known"
        : String.format(Locale.ROOT, value < 10 ? "%.2f" : "%.1f", value);
  }

  /** The whole picture. */
  public String svg() {
    int width = LABEL_WIDTH + BAR_WIDTH + 110;
    return "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\""
            .formatted(width, y + MARGIN)
        + " font-family=\"system-ui, sans-serif\" font-size=\"13\" fill=\"#808080\">\n"
        + body
        + "</svg>\n";
  }
}
