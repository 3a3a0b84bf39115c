package dev.sluice.conformance;

import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.HttpException;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.LangChain4jException;
import dev.langchain4j.exception.ModelNotFoundException;
import dev.langchain4j.model.StreamingResponseHandler;
import dev.langchain4j.model.catalog.ModelDescription;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.PartialResponse;
import dev.langchain4j.model.chat.response.PartialResponseContext;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.openai.LogProb;
import dev.langchain4j.model.openai.OpenAiChatModel;
import dev.langchain4j.model.openai.OpenAiChatRequestParameters;
import dev.langchain4j.model.openai.OpenAiChatResponseMetadata;
import dev.langchain4j.model.openai.OpenAiLanguageModel;
import dev.langchain4j.model.openai.OpenAiModelCatalog;
import dev.langchain4j.model.openai.OpenAiStreamingChatModel;
import dev.langchain4j.model.openai.OpenAiStreamingLanguageModel;
import dev.langchain4j.model.output.FinishReason;
import dev.langchain4j.model.output.Response;
import dev.langchain4j.model.output.TokenUsage;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Checks a server with LangChain4j's OpenAI module.
 *
 * <p>It sends through the JDK's HTTP client, which asks for an upgrade to HTTP/2 on the first
 * request of a connection, a POST with a body: every check is a check of that too. The module has
 * no {@code n}. {@code BASE_URL} (default {@code http://127.0.0.1:8000/v1}) and {@code MODEL}
 * (default: the first one listed) choose the server and the model. The server must serve nobody
 * else meanwhile: the cancel check reads its load. Prints one line per check and exits with 1 if
 * any failed.
 */
public final class Conformance {
  private static final String QUESTION = "What is the capital of France? Answer in one sentence.";
  private static final String PROMPT = "The capital of France is";

  /** Longer than any cancel may take to be seen, and within a context of 2048 tokens. */
  private static final int LONG_TOKENS = 1500;

  private static final Duration CANCEL_LIMIT = Duration.ofSeconds(3);
  private static final Duration ANSWER_LIMIT = Duration.ofMinutes(2);

  /** Sluice and vLLM name the gauge alike; the second name is llama.cpp's. */
  private static final Pattern RUNNING =
      Pattern.compile(
          "^(?:vllm:num_requests_running|llamacpp:requests_processing)(?:\\{.*})? (\\S+)$",
          Pattern.MULTILINE);

  private final String baseUrl;
  private final String apiKey;
  private final String model;
  private final OpenAiChatModel chatModel;
  private final OpenAiStreamingChatModel streamingModel;

  private Conformance(Map<String, String> environment) {
    baseUrl = environment.getOrDefault("BASE_URL", "http://127.0.0.1:8000/v1");
    apiKey = environment.getOrDefault("API_KEY", "none");
    String named = environment.getOrDefault("MODEL", "");
    model = named.isEmpty() ? models().getFirst() : named;
    chatModel =
        OpenAiChatModel.builder()
            .baseUrl(baseUrl)
            .apiKey(apiKey)
            .modelName(model)
            .maxRetries(0) // a failure must be seen, not papered over
            .timeout(ANSWER_LIMIT)
            .build();
    streamingModel =
        OpenAiStreamingChatModel.builder()
            .baseUrl(baseUrl)
            .apiKey(apiKey)
            .modelName(model)
            .timeout(ANSWER_LIMIT)
            .build();
  }

  /** Runs every check; see the class for the environment variables. */
  public static void main(String[] args) {
    int failed = 0;
    Map<String, Check> checks = new Conformance(System.getenv()).checks();
    for (Map.Entry<String, Check> check : checks.entrySet()) {
      failed += passes(check.getKey(), check.getValue()) ? 0 : 1;
    }
    System.out.printf("java-langchain4j: %d passed, %d failed%n", checks.size() - failed, failed);
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
    checks.put("chat_nonStream_answersWithUsage", this::answerWithUsage);
    checks.put("chat_maxTokens_endsWithLength", this::endWithLength);
    checks.put("chat_stream_equalsNonStream", this::streamChat);
    checks.put("chat_streamUsage_equalsNonStream", this::streamUsage);
    checks.put("chat_logprobs_describeTheAnswer", this::describeByLogprobs);
    checks.put("chat_stop_cutsBeforeTheStopString", this::stopAtString);
    checks.put("chat_seed_reproducesTheAnswer", this::reproduceBySeed);
    checks.put("completions_stream_equalsNonStream", this::streamCompletion);
    checks.put("unknownModel_raisesModelNotFound", this::refuseUnknownModel);
    checks.put("unknownModel_whenStreaming_raisesModelNotFound", this::refuseUnknownModelInStream);
    checks.put("badTemperature_raisesInvalidRequest", this::refuseBadTemperature);
    checks.put("cancelMidStream_freesTheServer", this::cancelMidStream);
    return checks;
  }

  private void listModels() {
    expect(models().contains(model), model + " is not among " + models());
  }

  private List<String> models() {
    return OpenAiModelCatalog.builder()
        .baseUrl(baseUrl)
        .apiKey(apiKey)
        .build()
        .listModels()
        .stream()
        .map(ModelDescription::name)
        .toList();
  }

  private void answerWithUsage() {
    ChatResponse answer = chat(options -> {});
    expect(!text(answer).isBlank(), "the answer is blank");
    TokenUsage usage = answer.tokenUsage();
    expect(usage.inputTokenCount() > 0 && usage.outputTokenCount() > 0, "usage counts nothing");
    expectEqual(
        usage.totalTokenCount(),
        usage.inputTokenCount() + usage.outputTokenCount(),
        "total_tokens");
  }

  private void endWithLength() {
    ChatResponse answer = chat(options -> options.maxOutputTokens(2));
    expectEqual(answer.finishReason(), FinishReason.LENGTH, "finish reason");
    expectEqual(answer.tokenUsage().outputTokenCount(), 2, "completion_tokens");
  }

  private void streamChat() throws Exception {
    Collector collector = stream(options -> {});
    ChatResponse answer = collector.await();
    expect(collector.parts.size() > 3, collector.parts.size() + " parts are no stream");
    expectEqual(String.join("", collector.parts), greedyText(), "concatenation");
    expectEqual(text(answer), greedyText(), "the streamed answer");
    expectEqual(answer.finishReason(), chat(options -> {}).finishReason(), "finish reason");
  }

  private void streamUsage() throws Exception {
    TokenUsage streamed = stream(options -> {}).await().tokenUsage();
    expect(streamed != null, "the stream ended without usage");
    TokenUsage whole = chat(options -> {}).tokenUsage();
    expectEqual(streamed.inputTokenCount(), whole.inputTokenCount(), "prompt_tokens");
    expectEqual(streamed.outputTokenCount(), whole.outputTokenCount(), "completion_tokens");
  }

  private void describeByLogprobs() {
    ChatResponse answer = chat(options -> options.maxOutputTokens(4).logprobs(true).topLogprobs(3));
    List<LogProb> tokens = ((OpenAiChatResponseMetadata) answer.metadata()).logProbs();
    expectEqual(
        tokens.stream().map(LogProb::token).collect(Collectors.joining()), text(answer), "tokens");
    for (LogProb token : tokens) {
      expect(token.logprob() <= 0, "logprob of " + token.token() + " is " + token.logprob());
      expectEqual(token.topLogprobs().size(), 3, "number of top_logprobs");
      expectEqual(
          token.topLogprobs().getFirst().token(),
          token.token(),
          "most likely token at temperature 0");
    }
  }

  private void stopAtString() {
    String text = greedyText();
    String stop = text.substring(text.length() / 2, text.length() / 2 + 3);
    ChatResponse answer = chat(options -> options.stopSequences(stop));
    expectEqual(answer.finishReason(), FinishReason.STOP, "finish reason");
    expectEqual(text(answer), text.substring(0, text.indexOf(stop)), "text before '" + stop + "'");
  }

  private void reproduceBySeed() {
    expectEqual(sample(42), sample(42), "the same seed's second answer");
    long answers = IntStream.rangeClosed(1, 4).mapToObj(this::sample).distinct().count();
    expect(answers > 1, "four seeds gave one answer: the seed has no effect");
  }

  private String sample(int seed) {
    return text(chat(options -> options.temperature(1.0).seed(seed)));
  }

  private void streamCompletion() throws Exception {
    String whole = languageModel().generate(PROMPT).content();
    expect(!whole.isBlank(), "the completion is blank");
    CompletableFuture<String> streamed = new CompletableFuture<>();
    streamingLanguageModel().generate(PROMPT, new TextCollector(streamed));
    expectEqual(await(streamed), whole, "concatenation");
  }

  private OpenAiLanguageModel languageModel() {
    return OpenAiLanguageModel.builder()
        .baseUrl(baseUrl)
        .apiKey(apiKey)
        .modelName(model)
        .temperature(0.0)
        .maxRetries(0)
        .timeout(ANSWER_LIMIT)
        .build();
  }

  private OpenAiStreamingLanguageModel streamingLanguageModel() {
    return OpenAiStreamingLanguageModel.builder()
        .baseUrl(baseUrl)
        .apiKey(apiKey)
        .modelName(model)
        .temperature(0.0)
        .timeout(ANSWER_LIMIT)
        .build();
  }

  private void refuseUnknownModel() {
    expectError(
        ModelNotFoundException.class,
        404,
        List.of("\"code\":\"model_not_found\"", "\"param\":\"model\""),
        () -> chat(options -> options.modelName("no-such-model")));
  }

  private void refuseUnknownModelInStream() {
    expectError(
        ModelNotFoundException.class,
        404,
        List.of("\"code\":\"model_not_found\"", "\"param\":\"model\""),
        () -> stream(options -> options.modelName("no-such-model")).await());
  }

  private void refuseBadTemperature() {
    expectError(
        InvalidRequestException.class,
        400,
        List.of("\"code\":null", "\"param\":\"temperature\""),
        () -> chat(options -> options.temperature(-1.0)));
  }

  /** The module keeps status and body in the cause; the body is its message. */
  private static void expectError(
      Class<? extends LangChain4jException> kind, int status, List<String> fields, Check call) {
    try {
      call.run();
    } catch (LangChain4jException e) {
      expectEqual(e.getClass(), kind, "exception");
      HttpException cause = (HttpException) e.getCause();
      expectEqual(cause.statusCode(), status, "status");
      String body = cause.getMessage().replace(": ", ":");
      fields.forEach(field -> expect(body.contains(field), "no " + field + " in " + body));
      return;
    } catch (Exception e) {
      throw new AssertionError("expected " + kind.getSimpleName(), e);
    }
    throw new AssertionError("no " + kind.getSimpleName() + " was raised");
  }

  private void cancelMidStream() throws Exception {
    CompletableFuture<Boolean> cancelled = new CompletableFuture<>();
    streamingModel.chat(
        request(options ->
            options.maxOutputTokens(LONG_TOKENS).customParameters(Map.of("ignore_eos", true))),
        new Canceller(cancelled));
    expect(
        await(cancelled), "nothing runs in the middle of a stream: the load gauge tells nothing");
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

  private static ChatRequest request(Consumer<OpenAiChatRequestParameters.Builder> options) {
    OpenAiChatRequestParameters.Builder parameters =
        OpenAiChatRequestParameters.builder().temperature(0.0).maxOutputTokens(32);
    options.accept(parameters);
    return ChatRequest.builder()
        .messages(UserMessage.from(QUESTION))
        .parameters(parameters.build())
        .build();
  }

  private ChatResponse chat(Consumer<OpenAiChatRequestParameters.Builder> options) {
    return chatModel.chat(request(options));
  }

  private Collector stream(Consumer<OpenAiChatRequestParameters.Builder> options) {
    Collector collector = new Collector();
    streamingModel.chat(request(options), collector);
    return collector;
  }

  private String greedyText() {
    return text(chat(options -> {}));
  }

  private static String text(ChatResponse answer) {
    return answer.aiMessage().text();
  }

  /** Waits for a callback's result; its failure is thrown as it was raised. */
  private static <T> T await(CompletableFuture<T> result)
      throws InterruptedException, TimeoutException {
    try {
      return result.get(ANSWER_LIMIT.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException raised) {
        throw raised;
      }
      throw new AssertionError(e.getCause());
    }
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

  /** Gathers the parts of one streamed answer. */
  private static final class Collector implements StreamingChatResponseHandler {
    private final List<String> parts = Collections.synchronizedList(new ArrayList<>());
    private final CompletableFuture<ChatResponse> result = new CompletableFuture<>();

    @Override
    public void onPartialResponse(String part) {
      parts.add(part);
    }

    @Override
    public void onCompleteResponse(ChatResponse answer) {
      result.complete(answer);
    }

    @Override
    public void onError(Throwable error) {
      result.completeExceptionally(error);
    }

    private ChatResponse await() throws InterruptedException, TimeoutException {
      return Conformance.await(result);
    }
  }

  /** Joins the parts of one streamed completion. */
  private record TextCollector(StringBuffer text, CompletableFuture<String> result)
      implements StreamingResponseHandler<String> {
    private TextCollector(CompletableFuture<String> result) {
      this(new StringBuffer(), result);
    }

    @Override
    public void onNext(String token) {
      text.append(token);
    }

    @Override
    public void onComplete(Response<String> response) {
      result.complete(text.toString());
    }

    @Override
    public void onError(Throwable error) {
      result.completeExceptionally(error);
    }
  }

  /** Cancels at the first part, telling whether the server had work at that moment. */
  private final class Canceller implements StreamingChatResponseHandler {
    private final CompletableFuture<Boolean> hadWork;

    private Canceller(CompletableFuture<Boolean> hadWork) {
      this.hadWork = hadWork;
    }

    @Override
    public void onPartialResponse(PartialResponse part, PartialResponseContext context) {
      if (hadWork.isDone()) {
        return;
      }
      try {
        boolean running = requestsRunning() >= 1;
        context.streamingHandle().cancel();
        hadWork.complete(running);
      } catch (Exception | AssertionError e) {
        hadWork.completeExceptionally(e);
      }
    }

    @Override
    public void onCompleteResponse(ChatResponse answer) {
      hadWork.completeExceptionally(new AssertionError("the stream ended before it was cancelled"));
    }

    @Override
    public void onError(Throwable error) {
      hadWork.completeExceptionally(error);
    }
  }
}
