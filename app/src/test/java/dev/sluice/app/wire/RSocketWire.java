package dev.sluice.app.wire;

import static dev.sluice.app.ServerHarness.chat;
import static dev.sluice.app.ServerHarness.json;

import dev.sluice.app.ServerHarness;
import io.rsocket.Payload;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import tools.jackson.databind.JsonNode;

/** All streams on one RSocket, whose credits are the subscriber's own {@code request(n)}. */
final class RSocketWire implements Wire {
  private final RSocketClient client;

  RSocketWire(ServerHarness server) {
    client = RSocketClient.open(server);
  }

  @Override
  public Reading open(String fields, int credit) {
    Stream stream = new Stream(credit);
    client.stream("v1.chat.completions", chat(fields)).subscribe(stream);
    return stream;
  }

  /** A subscription that never was takes any demand and does nothing. */
  @Override
  public String grantUnknown() {
    return "";
  }

  @Override
  public void close() {
    client.close();
  }

  /** One stream. */
  static final class Stream extends BaseSubscriber<Payload> implements Reading {
    private final long credit;
    private final List<JsonNode> items = new CopyOnWriteArrayList<>();
    private final CompletableFuture<String> end = new CompletableFuture<>();

    Stream(long credit) {
      this.credit = credit;
    }

    @Override
    protected void hookOnSubscribe(Subscription subscription) {
      if (credit > 0) {
        subscription.request(credit);
      }
    }

    @Override
    protected void hookOnNext(Payload item) {
      items.add(json(item.getDataUtf8()));
      item.release();
    }

    @Override
    protected void hookOnComplete() {
      JsonNode reason = items.getLast().get("choices").get(0).get("finish_reason");
      end.complete(reason.asString("cut"));
    }

    @Override
    protected void hookOnError(Throwable failure) {
      String message = String.valueOf(failure.getMessage());
      end.complete(
          message.startsWith("{") ? json(message).get("error").get("code").asString("") : message);
    }

    @Override
    public String grant(int n) {
      request(n);
      return "";
    }

    List<JsonNode> items() {
      return List.copyOf(items);
    }

    @Override
    public List<String> tokens() {
      return items.stream()
          .map(item -> item.get("choices").get(0).get("delta").get("content").stringValue())
          .toList();
    }

    @Override
    public String end() throws Exception {
      return end.get(20, TimeUnit.SECONDS);
    }
  }
}
