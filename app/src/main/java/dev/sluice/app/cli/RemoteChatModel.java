package dev.sluice.app.cli;

import dev.sluice.app.client.OpenAiClient;
import java.util.List;
import java.util.Map;
import reactor.core.publisher.Flux;

/** A model behind an OpenAI server. */
final class RemoteChatModel implements ChatModel {
  private final OpenAiClient client;
  private final String model;
  private final int maxTokens;

  RemoteChatModel(OpenAiClient client, String model, int maxTokens) {
    this.client = client;
    this.model = model;
    this.maxTokens = maxTokens;
  }

  @Override
  public String name() {
    return model;
  }

  @Override
  public Flux<Piece> answer(List<ChatMessage> conversation, double temperature) {
    Map<String, Object> body =
        Map.of(
            "model", model,
            "messages", conversation,
            "temperature", temperature,
            "max_tokens", maxTokens);
    return client.stream("chat/completions", body)
        .map(chunk -> new Piece(chunk.text(), chunk.text().isEmpty() ? 0 : 1));
  }

  @Override
  public void close() {
    client.close();
  }
}
