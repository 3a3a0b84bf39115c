package dev.sluice.app.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.sluice.engine.tokenizer.Tokenizer;
import dev.sluice.spring.ServedModel;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;

/** {@code POST /tokenize} and {@code /detokenize}. */
@RestController
final class TokenizerController {
  private static final int MAX_TOKENS = 1 << 20;

  private final JsonRequests requests;

  TokenizerController(JsonRequests requests) {
    this.requests = requests;
  }

  /** A prompt as token ids. */
  record Tokens(
      int count,
      @JsonProperty("max_model_len") int maxModelLen,
      int[] tokens,
      @JsonProperty("token_strs") @Nullable List<String> tokenStrings) {}

  /** Token ids as text. */
  record Text(String prompt) {}

  @PostMapping("/tokenize")
  Mono<Tokens> tokenize(ServerHttpRequest request) {
    return requests.read(request, TokenizerController::tokenize);
  }

  private static Tokens tokenize(ServedModel model, Fields fields) {
    int[] ids = encode(model, fields);
    boolean strings = fields.bool("return_token_strs", false);
    Tokenizer tokenizer = model.tokenizer();
    return new Tokens(
        ids.length,
        model.engine().maxContext(),
        ids,
        strings ? Arrays.stream(ids).mapToObj(tokenizer::piece).toList() : null);
  }

  private static int[] encode(ServedModel model, Fields fields) {
    PromptEncoder encoder = new PromptEncoder(model);
    if (fields.has("messages")) {
      return encoder.chat(ChatRequest.read(fields, model.tokenizer().vocabularySize()));
    }
    String prompt = fields.string("prompt");
    if (prompt == null) {
      throw ApiException.invalid("prompt", "prompt is missing; send prompt or messages");
    }
    return encoder.text(prompt, fields.bool("add_special_tokens", true));
  }

  @PostMapping("/detokenize")
  Mono<Text> detokenize(ServerHttpRequest request) {
    return requests.read(request, TokenizerController::detokenize);
  }

  private static Text detokenize(ServedModel model, Fields fields) {
    List<JsonNode> ids = fields.array("tokens", MAX_TOKENS);
    if (ids == null) {
      throw ApiException.invalid("tokens", "tokens is missing; it must be an array of token ids");
    }
    Tokenizer tokenizer = model.tokenizer();
    int[] tokenIds = GenerationFields.tokenIds("tokens", ids, tokenizer.vocabularySize());
    return new Text(tokenizer.decode(tokenIds, false));
  }
}
