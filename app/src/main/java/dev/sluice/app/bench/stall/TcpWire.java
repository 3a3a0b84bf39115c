package dev.sluice.app.bench.stall;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * Server-sent events over a connection each, as any OpenAI server speaks them: a reader that stops
 * leaves its bytes in the kernel's buffers, and only when these are full does the server feel it.
 */
public final class TcpWire implements Wire {
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final URI completions;
  private final @Nullable String apiKey;

  /** Reads from a server. */
  public TcpWire(URI server, @Nullable String apiKey) {
    completions = server.resolve("/v1/completions");
    this.apiKey = apiKey;
  }

  @Override
  public String name() {
    return "tcp";
  }

  @Override
  public Reader open(String body, int credit, Listener listener) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(completions)
            .header("Content-Type", "application/json")
            .POST(
                BodyPublishers.ofString(
                    body.substring(0, body.length() - 1) + ",\"stream\":true}"));
    if (apiKey != null) {
      request.header("Authorization", "Bearer " + apiKey);
    }
    EventReader reader = new EventReader(request.build(), listener);
    Thread.ofVirtual().name("bench-tcp").start(reader);
    return reader;
  }

  @Override
  public void close() {
    http.shutdownNow();
  }

  private final class EventReader implements Reader, Runnable {
    private final HttpRequest request;
    private final Listener listener;
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile @Nullable InputStream events;

    EventReader(HttpRequest request, Listener listener) {
      this.request = request;
      this.listener = listener;
    }

    @Override
    public void run() {
      try {
        HttpResponse<InputStream> response = http.send(request, BodyHandlers.ofInputStream());
        events = response.body();
        if (response.statusCode() != 200) {
          throw new IOException(new String(response.body().readAllBytes(), UTF_8));
        }
        read(response.body());
      } catch (IOException e) {
        listener.ended(e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    private void read(InputStream body) throws IOException, InterruptedException {
      try (BufferedReader lines = new BufferedReader(new InputStreamReader(body, UTF_8))) {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
          if (line.contains("\"text\":") && !listener.token(this)) {
            closed.await();
            return;
          }
        }
        listener.ended(null);
      }
    }

    @Override
    public void grant(int tokens) {}

    @Override
    public void close() {
      closed.countDown();
      try {
        InputStream current = events;
        if (current != null) {
          current.close(); // which closes the connection
        }
      } catch (IOException _) {
        // it is gone, which is what was wanted
      }
    }
  }
}
