package dev.sluice.app.bench.burst;

/** What of the readers the engine takes into account. */
public enum Policy {
  /** Nothing: first come, first served, as fast as it goes. */
  FCFS("first come, first served"),
  /** Their credits: who has enough to read stands still. */
  DEMAND("demand"),
  /** Their credits, and how far each is behind: who has enough to read makes room for others. */
  DEMAND_AND_SLACK("demand and slack");

  private final String text;

  Policy(String text) {
    this.text = text;
  }

  /** As shown in tables. */
  public String text() {
    return text;
  }
}
