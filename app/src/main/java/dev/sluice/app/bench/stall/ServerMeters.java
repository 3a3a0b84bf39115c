package dev.sluice.app.bench.stall;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a server says of itself in Prometheus' format, by the names of vLLM or of llama.cpp. */
public final class ServerMeters implements AutoCloseable {
  private static final List<String> GENERATED =
      List.of("vllm:generation_tokens_total", "llamacpp:tokens_predicted_total");
  private static final List<String> KV_USAGE =
      List.of("vllm:kv_cache_usage_perc", "llamacpp:kv_cache_usage_ratio");

  private final HttpClient http = HttpClient.newHttpClient();
  private final URI uri;
  private final @Nullable String apiKey;

  public ServerMeters(URI server, @Nullable String apiKey) {
    uri = server.resolve("/metrics");
    this.apiKey = apiKey;
  }

  /** One look at them; -1 for what the server does not tell. */
  public record Reading(double generatedTokens, double kvUsage) {}

  /** Asks the server; blocks. */
  public Reading read() {
    HttpRequest.Builder request = HttpRequest.newBuilder(uri);
    if (apiKey != null) {
      request.header("Authorization", "Bearer " + apiKey);
    }
    try {
      String text = http.send(request.build(), BodyHandlers.ofString()).body();
      return new Reading(value(text, GENERATED), value(text, KV_USAGE));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + uri, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while reading " + uri, e);
    }
  }

  private static double value(String text, List<String> names) {
    for (String name : names) {
      Matcher line =
          Pattern.compile("(?m)^" + Pattern.quote(name) + "(?:\\{[^}]*})? (\\S+)$").matcher(text);
      if (line.find()) {
        return Double.parseDouble(line.group(1));
      }
    }
    return -1;
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}
