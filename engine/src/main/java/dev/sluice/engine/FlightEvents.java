package dev.sluice.engine;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/**
 * The scheduler's decisions as JDK Flight Recorder events, {@code dev.sluice.*}; they cost next to
 * nothing unless a recording is on.
 */
final class FlightEvents {
  private FlightEvents() {}

  @Category("Sluice")
  @StackTrace(false)
  abstract static class SequenceEvent extends Event {
    @Label("Sequence")
    String sequence = "";

    @Label("Prompt Tokens")
    int promptTokens;

    @Label("Generated Tokens")
    int generatedTokens;
  }

  @Name("dev.sluice.SequenceAdmitted")
  @Label("Sequence Admitted")
  static final class Admitted extends SequenceEvent {
    @Label("Blocks")
    int blocks;

    @Label("Cached Tokens")
    @Description("Prompt tokens found in the prefix cache")
    int cachedTokens;
  }

  @Name("dev.sluice.BlocksAllocated")
  @Label("Blocks Allocated")
  static final class Allocated extends SequenceEvent {
    @Label("Blocks")
    int blocks;
  }

  @Name("dev.sluice.SequenceStalled")
  @Label("Sequence Stalled")
  static final class Stalled extends SequenceEvent {}

  @Name("dev.sluice.SequencePaused")
  @Label("Sequence Paused")
  static final class Paused extends SequenceEvent {}

  @Name("dev.sluice.SequenceYielded")
  @Label("Sequence Yielded")
  static final class Yielded extends SequenceEvent {}

  @Name("dev.sluice.SequencePreempted")
  @Label("Sequence Preempted")
  static final class Preempted extends SequenceEvent {
    @Label("Cause")
    String cause = "";

    @Label("Blocks")
    int blocks;

    @Label("Offloaded")
    boolean offloaded;

    @Label("Lost Tokens")
    @Description("Tokens that must be computed again")
    int lostTokens;
  }

  @Name("dev.sluice.SequenceEvicted")
  @Label("Sequence Evicted From Host Tier")
  static final class Evicted extends SequenceEvent {
    @Label("Blocks")
    int blocks;
  }

  @Name("dev.sluice.ReaderReturned")
  @Label("Reader Returned")
  static final class Returned extends SequenceEvent {
    @Label("Idle Time")
    @Timespan(Timespan.NANOSECONDS)
    long idle;
  }

  @Name("dev.sluice.SequenceResumed")
  @Label("Sequence Resumed")
  static final class Resumed extends SequenceEvent {
    @Label("From")
    String from = "";

    @Label("Waited")
    @Timespan(Timespan.NANOSECONDS)
    long waited;

    @Label("Restored Blocks")
    int restoredBlocks;
  }

  @Name("dev.sluice.SequenceFailed")
  @Label("Sequence Failed")
  static final class Failed extends SequenceEvent {
    @Label("Cause")
    String cause = "";
  }
}
