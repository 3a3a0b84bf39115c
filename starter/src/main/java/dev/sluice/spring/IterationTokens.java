package dev.sluice.spring;

import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;

/**
 * The histogram {@code vllm:iteration_tokens_total}. It is kept by hand because Micrometer strips
 * the reserved suffix {@code _total} from a histogram's name.
 */
public final class IterationTokens {
  private static final String NAME = "vllm:iteration_tokens_total";

  private final double[] bounds = Buckets.ITERATION_TOKENS;
  private final LongAdder[] counts =
      Stream.generate(LongAdder::new).limit(bounds.length + 1L).toArray(LongAdder[]::new);
  private final LongAdder sum = new LongAdder();

  void record(int tokens) {
    int bucket = 0;
    while (bucket < bounds.length && tokens > bounds[bucket]) {
      bucket++;
    }
    counts[bucket].increment();
    sum.add(tokens);
  }

  /** Appends it in Prometheus's text format. */
  public void writeTo(StringBuilder out, String labels) {
    out.append("# HELP ").append(NAME).append(" Histogram of number of tokens per engine_step.\n");
    out.append("# TYPE ").append(NAME).append(" histogram\n");
    long cumulative = 0;
    for (int i = 0; i < counts.length; i++) {
      cumulative += counts[i].sum();
      String bound = i == bounds.length ? "+Inf" : Double.toString(bounds[i]);
      out.append(NAME).append("_bucket{").append(labels).append(",le=\"").append(bound);
      out.append("\"} ").append(cumulative).append('\n');
    }
    out.append(NAME).append("_count{").append(labels).append("} ").append(cumulative).append('\n');
    out.append(NAME).append("_sum{").append(labels).append("} ").append(sum.sum()).append('\n');
  }
}
