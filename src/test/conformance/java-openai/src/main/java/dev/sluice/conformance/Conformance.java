package dev.sluice.conformance;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.core.http.StreamResponse;
import com.openai.errors.BadRequestException;
import com.openai.errors.NotFoundException;
import com.openai.errors.OpenAIServiceException;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.models.completions.Completion;
import com.openai.models.completions.CompletionCreateParams;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/**
 * Checks a server with the official OpenAI client for Java.
 *
 * <p>{@code BASE_URL} (default {@code http://127.0.0.1:8000/v1}) and {@code MODEL} (default: the
 * first one listed) choose the server and the model. The server must serve nobody else meanwhile:
 * the cancel check reads its load. Prints one line per check and exits with 1 if any failed.
 */
public final class Conformance {
  private static final String QUESTION = "What is the capital of France? Answer in one sentence.";
  private static final String PROMPT = "The capital of France is";

  /** Longer than any cancel may take to be seen, and within a context of 2048 tokens. */
  private static final long LONG_TOKENS = 1500;

  private static final Duration CANCEL_LIMIT = Duration.ofSeconds(3);

  /** Sluice and vLLM name the gauge alike; the second name is llama.cpp's. */
  private static final Pattern RUNNING =
      Pattern.compile(
          "^(?:vllm:num_requests_running|llamacpp:requests_processing)(?:\\{.*})? (\\S+)$",
          Pattern.MULTILINE);

  private final String baseUrl;
  private final OpenAIClient client;
  private final String model;

  private Conformance(Map<String, String> environment) {
    baseUrl = environment.getOrDefault("BASE_URL", "http://127.0.0.1:8000/v1");
    client =
        OpenAIOkHttpClient.builder()
            .baseUrl(baseUrl)
            .apiKey(environment.getOrDefault("API_KEY", "none"))
            .maxRetries(0) // a failure must be seen, not papered over
            .timeout(Duration.ofMinutes(2))
            .build();
    String named = environment.getOrDefault("MODEL", "");
    model = named.isEmpty() ? client.models().list().data().getFirst().id() : named;
  }

  /** Runs every check; see the class for the environment variables. */
  public static void main(String[] args) {
    int failed = 0;
    Map<String, Check> checks = new Conformance(System.getenv()).checks();
    for (Map.Entry<String, Check> check : checks.entrySet()) {
      failed += passes(check.getKey(), check.getValue()) ? 0 : 1;
    }
    System.out.printf("java-openai: %d passed, %d failed%n", checks.size() - failed, failed);
    System.exit(failed == 0 ? 0 : 1);
  }

  private static boolean passes(String name, Check check) {
    try {
      check.run();
      System.out.println("ok   " + name);
      return true;
    } catch (Exception | AssertionError e) {
      System.out.println(
          "FAIL " + name + ": " + e + (e.getCause() == null ? "" : " (" + e.getCause() + ")"));
      return false;
    }
  }

  private Map<String, Check> checks() {
    Map<String, Check> checks = new LinkedHashMap<>();
    checks.put("models_list_holdsTheModel", this::listModels);
    checks.put("models_retrieve_returnsTheModel", this::retrieveModel);
    checks.put("chat_nonStream_answersWithUsage", this::answerWithUsage);
    checks.put("chat_maxTokens_endsWithLength", this::endWithLength);
    checks.put("chat_stream_equalsNonStream", this::streamChat);
    checks.put("chat_streamIncludeUsage_endsWithUsageChunk", this::streamUsage);
    checks.put("chat_logprobs_describeTheAnswer", this::describeByLogprobs);
    checks.put("chat_nTwo_givesTwoDifferentChoices", this::chooseTwice);
    checks.put("chat_stop_cutsBeforeTheStopString", this::stopAtString);
    checks.put("chat_seed_reproducesTheAnswer", this::reproduceBySeed);
    checks.put("completions_stream_equalsNonStream", this::streamCompletion);
    checks.put("completions_logprobs_alignWithTheText", this::alignLogprobs);
    checks.put("unknownModel_raisesNotFound", this::refuseUnknownModel);
    checks.put(
        "unknownModel_whenStreaming_raisesBeforeTheStream", this::refuseUnknownModelInStream);
    checks.put("badTemperature_raisesBadRequest", this::refuseBadTemperature);
    checks.put("cancelMidStream_freesTheServer", this::cancelMidStream);
    return checks;
  }

  private void listModels() {
    List<String> ids = client.models().list().data().stream().map(entry -> entry.id()).toList();
    expect(ids.contains(model), model + " is not among " + ids);
  }

  private void retrieveModel() {
    expectEqual(client.models().retrieve(model).validate().id(), model, "id");
  }

  private void answerWithUsage() {
    // validate() throws where a required field is missing or has another type.
    ChatCompletion answer = chat(options -> {}).validate();
    expect(!text(answer).isBlank(), "the answer is blank");
    var usage = answer.usage().orElseThrow();
    expect(
        usage.promptTokens() > 0 && usage.completionTokens() > 0, "usage counts nothing: " + usage);
    expectEqual(
        usage.totalTokens(), usage.promptTokens() + usage.completionTokens(), "total_tokens");
  }

  private void endWithLength() {
    ChatCompletion answer = chat(options -> options.maxCompletionTokens(2));
    expectEqual(
        answer.choices().getFirst().finishReason(),
        ChatCompletion.Choice.FinishReason.LENGTH,
        "finish_reason");
    expectEqual(answer.usage().orElseThrow().completionTokens(), 2L, "completion_tokens");
  }

  private void streamChat() {
    List<ChatCompletionChunk> chunks = stream(options -> {});
    chunks.forEach(ChatCompletionChunk::validate);
    expect(chunks.size() > 3, chunks.size() + " chunks are no stream");
    expect(
        chunks.getLast().choices().getFirst().finishReason().isPresent(),
        "the last choice has no finish_reason");
    expectEqual(joined(chunks), greedyText(), "concatenation");
  }

  private void streamUsage() {
    var asked = ChatCompletionStreamOptions.builder().includeUsage(true).build();
    List<ChatCompletionChunk> chunks = stream(options -> options.streamOptions(asked));
    expectEqual(chunks.getLast().choices(), List.of(), "choices of the usage chunk");
    List<ChatCompletionChunk> before = chunks.subList(0, chunks.size() - 1);
    expect(
        before.stream().allMatch(chunk -> chunk.usage().isEmpty()),
        "usage came before the last chunk");
    var expected = chat(options -> {}).usage().orElseThrow();
    var usage = chunks.getLast().usage().orElseThrow();
    expectEqual(usage.promptTokens(), expected.promptTokens(), "prompt_tokens");
    expectEqual(usage.completionTokens(), expected.completionTokens(), "completion_tokens");
  }

  private void describeByLogprobs() {
    ChatCompletion answer =
        chat(options -> options.maxCompletionTokens(4).logprobs(true).topLogprobs(3));
    var tokens = answer.choices().getFirst().logprobs().orElseThrow().content().orElseThrow();
    expectEqual(
        tokens.stream().map(token -> token.token()).collect(Collectors.joining()),
        text(answer),
        "tokens");
    for (var token : tokens) {
      expect(token.logprob() <= 0, "logprob of " + token.token() + " is " + token.logprob());
      expectEqual(token.topLogprobs().size(), 3, "number of top_logprobs");
      expectEqual(
          token.topLogprobs().getFirst().token(),
          token.token(),
          "most likely token at temperature 0");
    }
  }

  @SuppressWarnings("deprecation") // seed: OpenAI is dropping it, Sluice keeps its promise
  private void chooseTwice() {
    ChatCompletion answer = chat(options -> options.n(2).temperature(1).seed(1));
    List<Long> indexes = answer.choices().stream().map(choice -> choice.index()).toList();
    expectEqual(indexes, List.of(0L, 1L), "indexes");
    Set<Optional<String>> texts =
        answer.choices().stream().map(c -> c.message().content()).collect(Collectors.toSet());
    expectEqual(texts.size(), 2, "number of different choices");
  }

  private void stopAtString() {
    String text = greedyText();
    String stop = text.substring(text.length() / 2, text.length() / 2 + 3);
    ChatCompletion answer = chat(options -> options.stopOfStrings(List.of(stop)));
    expectEqual(
        answer.choices().getFirst().finishReason(),
        ChatCompletion.Choice.FinishReason.STOP,
        "finish_reason");
    expectEqual(text(answer), text.substring(0, text.indexOf(stop)), "text before '" + stop + "'");
  }

  private void reproduceBySeed() {
    expectEqual(sample(42), sample(42), "the same seed's second answer");
    long answers = LongStream.rangeClosed(1, 4).mapToObj(this::sample).distinct().count();
    expect(answers > 1, "four seeds gave one answer: the seed has no effect");
  }

  @SuppressWarnings("deprecation") // seed, as above
  private String sample(long seed) {
    return text(chat(options -> options.temperature(1).seed(seed)));
  }

  private void streamCompletion() {
    var params = completionParams().maxTokens(16).build();
    String whole = client.completions().create(params).validate().choices().getFirst().text();
    expect(!whole.isBlank(), "the completion is blank");
    try (StreamResponse<Completion> stream = client.completions().createStreaming(params)) {
      String streamed =
          stream.stream()
              .flatMap(chunk -> chunk.choices().stream())
              .map(choice -> choice.text())
              .collect(Collectors.joining());
      expectEqual(streamed, whole, "concatenation");
    }
  }

  private void alignLogprobs() {
    var choice =
        client
            .completions()
            .create(completionParams().maxTokens(3).logprobs(2).build())
            .choices()
            .getFirst();
    var logprobs = choice.logprobs().orElseThrow();
    expectEqual(String.join("", logprobs.tokens().orElseThrow()), choice.text(), "tokens");
    expectEqual(logprobs.tokenLogprobs().orElseThrow().size(), 3, "number of token_logprobs");
    expectEqual(logprobs.textOffset().orElseThrow().getFirst(), 0L, "first text_offset");
  }

  private void refuseUnknownModel() {
    expectError(
        NotFoundException.class,
        Optional.of("model_not_found"),
        "model",
        () -> chat(options -> options.model("no-such-model")));
  }

  private void refuseUnknownModelInStream() {
    expectError(
        NotFoundException.class,
        Optional.of("model_not_found"),
        "model",
        () -> stream(options -> options.model("no-such-model")));
  }

  private void refuseBadTemperature() {
    expectError(
        BadRequestException.class,
        Optional.empty(),
        "temperature",
        () -> chat(options -> options.temperature(-1)));
  }

  private static void expectError(
      Class<? extends OpenAIServiceException> kind,
      Optional<String> code,
      String param,
      Check call) {
    try {
      call.run();
    } catch (OpenAIServiceException e) {
      expectEqual(e.getClass(), kind, "exception");
      expectEqual(e.code(), code, "code");
      expectEqual(e.param(), Optional.of(param), "param");
      expectEqual(e.type(), Optional.of("invalid_request_error"), "type");
      return;
    } catch (Exception e) {
      throw new AssertionError("expected " + kind.getSimpleName(), e);
    }
    throw new AssertionError("no " + kind.getSimpleName() + " was raised");
  }

  private void cancelMidStream() throws IOException, InterruptedException {
    var params =
        chatParams()
            .maxCompletionTokens(LONG_TOKENS)
            .putAdditionalBodyProperty("ignore_eos", JsonValue.from(true))
            .build();
    try (var stream = client.chat().completions().createStreaming(params)) {
      Iterator<ChatCompletionChunk> chunks = stream.stream().iterator();
      for (int i = 0; i < 4; i++) {
        chunks.next();
      }
      expect(
          requestsRunning() >= 1,
          "nothing runs in the middle of a stream: the gauge tells nothing");
    }
    long deadline = System.nanoTime() + CANCEL_LIMIT.toNanos();
    while (requestsRunning() > 0) {
      expect(
          System.nanoTime() < deadline, "still running " + CANCEL_LIMIT + " after the client left");
      Thread.sleep(50);
    }
    expect(!greedyText().isBlank(), "the server answers no more after a cancel");
  }

  /** The server's own count of requests in work. */
  private double requestsRunning() throws IOException, InterruptedException {
    URI uri = URI.create(baseUrl).resolve("/metrics");
    try (HttpClient http = HttpClient.newHttpClient()) {
      String text =
          http.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
              .body();
      List<Double> values =
          RUNNING.matcher(text).results().map(match -> Double.valueOf(match.group(1))).toList();
      expect(!values.isEmpty(), uri + " has no gauge vllm:num_requests_running");
      return values.stream().mapToDouble(Double::doubleValue).sum();
    }
  }

  private ChatCompletionCreateParams.Builder chatParams() {
    return ChatCompletionCreateParams.builder()
        .model(model)
        .addUserMessage(QUESTION)
        .maxCompletionTokens(32)
        .temperature(0);
  }

  private CompletionCreateParams.Builder completionParams() {
    return CompletionCreateParams.builder().model(model).prompt(PROMPT).temperature(0);
  }

  private ChatCompletion chat(Consumer<ChatCompletionCreateParams.Builder> options) {
    ChatCompletionCreateParams.Builder params = chatParams();
    options.accept(params);
    return client.chat().completions().create(params.build());
  }

  private List<ChatCompletionChunk> stream(Consumer<ChatCompletionCreateParams.Builder> options) {
    ChatCompletionCreateParams.Builder params = chatParams();
    options.accept(params);
    try (var stream = client.chat().completions().createStreaming(params.build())) {
      return stream.stream().toList();
    }
  }

  private String greedyText() {
    return text(chat(options -> {}));
  }

  private static String text(ChatCompletion answer) {
    return answer.choices().getFirst().message().content().orElseThrow();
  }

  private static String joined(List<ChatCompletionChunk> chunks) {
    return chunks.stream()
        .flatMap(chunk -> chunk.choices().stream())
        .flatMap(choice -> choice.delta().content().stream())
        .collect(Collectors.joining());
  }

  private static void expect(boolean condition, String message) {
    if (!condition) {
      throw new AssertionError(message);
    }
  }

  private static void expectEqual(Object actual, Object expected, String what) {
    expect(
        Objects.equals(actual, expected),
        what + ": expected <" + expected + ">, got <" + actual + ">");
  }

  /** One check: returns if it passed, throws if not. */
  @FunctionalInterface
  private interface Check {
    void run() throws Exception;
  }
}
