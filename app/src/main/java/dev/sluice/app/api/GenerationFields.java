package dev.sluice.app.api;

import dev.sluice.engine.sampling.SamplingParams;
import dev.sluice.engine.scheduler.SchedulingParams;
import dev.sluice.engine.scheduler.StallPolicy;
import dev.sluice.spring.text.TextOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Reads the fields that chat and text completions have in common. */
final class GenerationFields {
  static final int MAX_LOGPROBS = 20;
  static final int MAX_CHOICES = 128;
  private static final int MAX_STOPS = 4;
  private static final int MAX_STOP_LENGTH = 1024;
  private static final int MAX_STOP_TOKEN_IDS = 128;
  private static final int MAX_LOGIT_BIASES = 1024;
  private static final float MAX_REPETITION_PENALTY = 100f;

  /** Below this, a temperature only differs from greedy by overflowing. */
  private static final double GREEDY_BELOW = 1e-5;

  /** They change nothing in what is generated, or nothing here. */
  private static final String[] IGNORED = {
    "model",
    "user",
    "request_id",
    "session_id",
    "service_tier",
    "store",
    "metadata",
    "parallel_tool_calls",
    "safety_identifier",
    "prompt_cache_key",
    "spaces_between_special_tokens"
  };

  private final Fields fields;
  private final int vocabularySize;

  private GenerationFields(Fields fields, int vocabularySize) {
    this.fields = fields;
    this.vocabularySize = vocabularySize;
  }

  /**
   * Reads them.
   *
   * @param maxTokens the output limit, which the routes call differently
   * @param logprobs as the route spells it
   */
  static GenerationOptions read(
      Fields fields, int vocabularySize, OptionalInt maxTokens, OptionalInt logprobs) {
    return new GenerationFields(fields, vocabularySize).read(maxTokens, logprobs);
  }

  private GenerationOptions read(OptionalInt maxTokens, OptionalInt logprobs) {
    fields.ignore(IGNORED);
    UnsupportedFields.refuse(fields);
    SamplingParams sampling = sampling(maxTokens, logprobs);
    boolean stream = fields.bool("stream", false);
    Fields streamOptions = streamOptions(stream);
    return new GenerationOptions(
        sampling,
        scheduling(),
        maxTokens,
        fields.integer("n", 1, MAX_CHOICES).orElse(1),
        text(sampling.minTokens()),
        stream,
        streamOptions != null && streamOptions.bool("include_usage", false),
        streamOptions != null && streamOptions.bool("continuous_usage_stats", false),
        fields.bool("return_token_ids", false),
        fields.bool("return_tokens_as_token_ids", false));
  }

  private SchedulingParams scheduling() {
    return new SchedulingParams(
        "",
        fields
            .integer("priority", SchedulingParams.MIN_PRIORITY, SchedulingParams.MAX_PRIORITY)
            .orElse(0),
        onStall(),
        timeout("ttft_timeout_ms"),
        timeout("timeout_ms"));
  }

  private StallPolicy onStall() {
    String policy = fields.string("on_stall");
    if (policy == null) {
      return StallPolicy.PAUSE;
    }
    return switch (policy) {
      case "pause" -> StallPolicy.PAUSE;
      case "conflate" -> StallPolicy.CONFLATE;
      case "abort" -> StallPolicy.ABORT;
      default ->
          throw ApiException.invalid(
              "on_stall",
              "on_stall is "
                  + Fields.printable(policy, 32)
                  + ", but it must be pause, conflate or abort");
    };
  }

  private @Nullable Duration timeout(String name) {
    OptionalInt millis = fields.integer(name, 1, Integer.MAX_VALUE);
    return millis.isPresent() ? Duration.ofMillis(millis.getAsInt()) : null;
  }

  private @Nullable Fields streamOptions(boolean stream) {
    Fields options = fields.object("stream_options");
    if (options != null && !stream) {
      throw ApiException.invalid(
          "stream_options", "stream_options needs stream to be true; remove it or set stream");
    }
    return options;
  }

  private TextOptions text(int minTokens) {
    return new TextOptions(
        stops(),
        fields.bool("include_stop_str_in_output", false),
        fields.bool("skip_special_tokens", true),
        minTokens);
  }

  private SamplingParams sampling(OptionalInt maxTokens, OptionalInt logprobs) {
    double temperature = fields.number("temperature", 0, 2, 1);
    Map<Integer, Float> biases = logitBias();
    return new SamplingParams(
        temperature < GREEDY_BELOW ? 0f : (float) temperature,
        Math.max(0, fields.integer("top_k", -1, vocabularySize).orElse(0)),
        Math.max(Float.MIN_NORMAL, (float) fields.numberAbove("top_p", 0, 1, 1)),
        (float) fields.number("min_p", 0, 1, 0),
        Math.max(
            Float.MIN_NORMAL,
            (float) fields.numberAbove("repetition_penalty", 0, MAX_REPETITION_PENALTY, 1)),
        (float) fields.number("presence_penalty", -2, 2, 0),
        (float) fields.number("frequency_penalty", -2, 2, 0),
        biases.keySet().stream().mapToInt(Integer::intValue).toArray(),
        floats(biases),
        seed(),
        0,
        maxTokens.orElse(Integer.MAX_VALUE),
        minTokens(maxTokens),
        stopTokenIds(),
        fields.bool("ignore_eos", false),
        logprobs);
  }

  private long seed() {
    return fields.int64("seed").orElseGet(() -> ThreadLocalRandom.current().nextLong());
  }

  private int minTokens(OptionalInt maxTokens) {
    return fields.integer("min_tokens", 0, maxTokens.orElse(Integer.MAX_VALUE)).orElse(0);
  }

  private List<String> stops() {
    JsonNode stop = fields.get("stop");
    if (stop == null) {
      return List.of();
    }
    List<JsonNode> stops = stop.isString() ? List.of(stop) : Fields.array("stop", stop, MAX_STOPS);
    return stops.stream().map(GenerationFields::stop).toList();
  }

  private static String stop(JsonNode node) {
    String stop = Fields.string("stop", node);
    if (stop.isEmpty() || stop.length() > MAX_STOP_LENGTH) {
      throw ApiException.invalid(
          "stop",
          "a stop string has "
              + stop.length()
              + " characters, but it must have between 1 and "
              + MAX_STOP_LENGTH);
    }
    return stop;
  }

  private int[] stopTokenIds() {
    List<JsonNode> ids = fields.array("stop_token_ids", MAX_STOP_TOKEN_IDS);
    return ids == null ? new int[0] : tokenIds("stop_token_ids", ids, vocabularySize);
  }

  /** Token ids, each inside the vocabulary. */
  static int[] tokenIds(String param, List<JsonNode> ids, int vocabularySize) {
    return ids.stream()
        .mapToInt(id -> (int) Fields.integer(param, id, 0, vocabularySize - 1))
        .toArray();
  }

  private Map<Integer, Float> logitBias() {
    Map<Integer, Float> biases = new TreeMap<>();
    JsonNode node = fields.get("logit_bias");
    if (node == null) {
      return biases;
    }
    Fields.object("logit_bias", node);
    if (node.size() > MAX_LOGIT_BIASES) {
      throw ApiException.invalid(
          "logit_bias",
          "logit_bias has " + node.size() + " entries, the limit is " + MAX_LOGIT_BIASES);
    }
    for (Map.Entry<String, JsonNode> bias : node.properties()) {
      biases.put(
          tokenId(bias.getKey()), (float) Fields.number("logit_bias", bias.getValue(), -100, 100));
    }
    return biases;
  }

  private int tokenId(String key) {
    if (!key.matches("[0-9]{1,9}") || Integer.parseInt(key) >= vocabularySize) {
      throw ApiException.invalid(
          "logit_bias",
          "logit_bias has the key "
              + Fields.printable(key, 32)
              + ", but keys must be token ids in [0, "
              + (vocabularySize - 1)
              + "]");
    }
    return Integer.parseInt(key);
  }

  private static float[] floats(Map<Integer, Float> biases) {
    List<Float> values = new ArrayList<>(biases.values());
    float[] floats = new float[values.size()];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = values.get(i);
    }
    return floats;
  }
}
