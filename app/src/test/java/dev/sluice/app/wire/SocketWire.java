package dev.sluice.app.wire;

import dev.sluice.app.ServerHarness;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import tools.jackson.databind.JsonNode;

/** All streams on one WebSocket. */
final class SocketWire implements Wire {
  private final SocketClient client;
  private final AtomicInteger ids = new AtomicInteger();

  SocketWire(ServerHarness server) throws Exception {
    client = SocketClient.open(server);
  }

  @Override
  public Reading open(String fields, int credit) throws Exception {
    String id = "s" + ids.getAndIncrement();
    client.generate(id, fields, credit);
    return new Stream(id);
  }

  @Override
  public String grantUnknown() throws Exception {
    client.credit("never", 1);
    return code(client.await("error", "never"));
  }

  private static String code(JsonNode error) {
    return error.get("error").get("code").asString("");
  }

  @Override
  public void close() {
    client.close();
  }

  private final class Stream implements Reading {
    private final String id;

    Stream(String id) {
      this.id = id;
    }

    @Override
    public String grant(int n) throws Exception {
      boolean over = client.frames("done", id).isEmpty();
      client.credit(id, n);
      // An answer to a later frame shows that there was none to this one.
      String probe = "probe" + ids.getAndIncrement();
      try {
        client.cancel(probe);
        client.await("error", probe);
      } catch (ExecutionException | AssertionError closed) {
        return over ? "credit_exceeded" : closed.toString();
      }
      List<JsonNode> errors = client.frames("error", id);
      return errors.isEmpty() ? "" : code(errors.getLast());
    }

    @Override
    public void cancel() throws Exception {
      client.cancel(id);
    }

    @Override
    public List<String> tokens() {
      return client.frames("token", id).stream()
          .map(frame -> frame.get("delta").stringValue())
          .toList();
    }

    @Override
    public String end() {
      JsonNode end =
          client.await(
              frame -> SocketClient.is(frame, "done", id) || SocketClient.is(frame, "error", id));
      return end.has("error") ? code(end) : end.get("finish_reason").asString();
    }
  }
}
