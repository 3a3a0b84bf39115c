package dev.sluice.app.bench.stall;

import org.jspecify.annotations.Nullable;

/** A way to read streams from a server, or from an engine in the same process. */
public interface Wire extends AutoCloseable {
  /** As shown in tables. */
  String name();

  /**
   * Starts a stream and returns at once.
   *
   * @param body a completion request's fields as JSON, without {@code stream}
   * @param credit tokens that are granted from the start, where the wire has credits
   */
  Reader open(String body, int credit, Listener listener);

  @Override
  void close();

  /** What a reader hears; on the wire's threads, one call at a time. */
  interface Listener {
    /**
     * A token came; whether the reader reads on. One that does not leaves its stream open.
     *
     * @param reader whose token it is
     */
    boolean token(Reader reader);

    /** The stream has ended, or failed. */
    void ended(@Nullable Throwable failure);
  }

  /** The end of a stream where it is read. */
  interface Reader {
    /** Grants further tokens; nothing happens where the wire has no credits. */
    void grant(int tokens);

    /** Leaves. */
    void close();
  }
}
