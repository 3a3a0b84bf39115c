package dev.sluice.app.wire;

import static dev.sluice.app.ServerHarness.chat;
import static dev.sluice.app.ServerHarness.json;

import dev.sluice.app.ServerHarness;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** Each stream a response of its own, credits by requests beside it. */
final class SseWire implements Wire {
  private final ServerHarness server;
  private final List<HttpClient> clients = new CopyOnWriteArrayList<>();

  SseWire(ServerHarness server) {
    this.server = server;
  }

  @Override
  public Reading open(String fields, int credit) throws Exception {
    String body = chat("\"stream\":true" + (fields.isEmpty() ? "" : "," + fields));
    HttpClient client = HttpClient.newHttpClient();
    clients.add(client);
    HttpResponse<Stream<String>> response =
        client.send(
            server
                .json("/v1/chat/completions", body)
                .header("X-Stream-Credit", String.valueOf(credit))
                .build(),
            BodyHandlers.ofLines());
    return new Response(client, response);
  }

  @Override
  public String grantUnknown() throws Exception {
    return grant("chatcmpl-never", 1);
  }

  private String grant(String id, int n) throws Exception {
    HttpResponse<String> answer = server.post("/v1/streams/" + id + "/credit", "{\"n\":" + n + "}");
    return answer.statusCode() == 204
        ? ""
        : json(answer.body()).get("error").get("code").asString("");
  }

  @Override
  public void close() {
    clients.forEach(HttpClient::shutdownNow);
  }

  private final class Response implements Reading {
    private final HttpClient client;
    private final String id;
    private final List<String> tokens = new CopyOnWriteArrayList<>();
    private final CompletableFuture<String> end = new CompletableFuture<>();

    Response(HttpClient client, HttpResponse<Stream<String>> response) {
      this.client = client;
      id = response.headers().firstValue("X-Stream-Id").orElseThrow();
      Thread.ofVirtual().start(() -> read(response.body()));
    }

    private void read(Stream<String> lines) {
      try (lines) {
        lines
            .filter(line -> line.startsWith("data:") && !line.endsWith("[DONE]"))
            .forEach(line -> event(json(line.substring(5))));
        end.complete("cut");
      } catch (RuntimeException e) {
        end.complete("cut");
      }
    }

    private void event(JsonNode event) {
      if (event.has("error")) {
        end.complete(event.get("error").get("code").asString(""));
        return;
      }
      JsonNode choice = event.get("choices").get(0);
      if (!choice.get("delta").has("role")) {
        tokens.add(choice.get("delta").get("content").stringValue());
      }
      if (!choice.get("finish_reason").isNull()) {
        end.complete(choice.get("finish_reason").stringValue());
      }
    }

    @Override
    public String grant(int n) throws Exception {
      return SseWire.this.grant(id, n);
    }

    @Override
    public void cancel() {
      client.shutdownNow();
    }

    @Override
    public List<String> tokens() {
      return List.copyOf(tokens);
    }

    @Override
    public String end() throws Exception {
      return end.get(20, TimeUnit.SECONDS);
    }
  }
}
