package dev.sluice.spring;

import dev.sluice.engine.GenerationRequest;
import dev.sluice.engine.sampling.SamplingParams;
import dev.sluice.engine.stream.TokenEvent.PromptInfo;
import dev.sluice.spring.ServedModel.ChatRenderer;
import dev.sluice.spring.text.TextDelta;
import dev.sluice.spring.text.TextOptions;
import dev.sluice.spring.text.TextStream;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.chat.messages.AssistantMessage;
import org.springframework.ai.chat.messages.Message;
import org.springframework.ai.chat.messages.MessageType;
import org.springframework.ai.chat.metadata.ChatGenerationMetadata;
import org.springframework.ai.chat.metadata.ChatResponseMetadata;
import org.springframework.ai.chat.metadata.DefaultUsage;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.model.Generation;
import org.springframework.ai.chat.prompt.ChatOptions;
import org.springframework.ai.chat.prompt.Prompt;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Schedulers;

/**
 * The model as Spring AI's {@link ChatModel}. Its stream has one response per token and nothing
 * between the subscriber and the engine: a request for n responses is one for n tokens, and a
 * cancel frees the sequence's memory within a step.
 */
public final class SluiceChatModel implements ChatModel {
  private final ModelHolder holder;
  private final AtomicLong requests = new AtomicLong();

  SluiceChatModel(ModelHolder holder) {
    this.holder = holder;
  }

  /**
   * The answer, token by token; the prompt is tokenised by who subscribes. The last response has
   * the finish reason and the usage.
   */
  @Override
  public Flux<ChatResponse> stream(Prompt prompt) {
    return Flux.defer(() -> {
      Call call = new Call(holder.require(), prompt);
      return call.tokens().map(call::response);
    });
  }

  /**
   * The whole answer. Blocks.
   *
   * @throws IllegalStateException on a thread that must not
   */
  @Override
  public ChatResponse call(Prompt prompt) {
    if (Schedulers.isInNonBlockingThread()) {
      throw new IllegalStateException(
          "call(Prompt) blocks, and "
              + Thread.currentThread().getName()
              + " is a thread that must not; use stream(Prompt), or subscribe on"
              + " Schedulers.boundedElastic()");
    }
    return Objects.requireNonNull(
        stream(prompt).collect(Whole::new, Whole::add).map(Whole::response).block());
  }

  @Override
  public ChatOptions getOptions() {
    return ChatOptions.builder().build();
  }

  /** One answer on its way. */
  private final class Call {
    private final ServedModel model;
    private final ChatOptions options;
    private final int[] prompt;
    private final String id = "chat-ai-" + requests.incrementAndGet();
    private int cachedTokens;
    private int completionTokens;

    Call(ServedModel model, Prompt prompt) {
      this.model = model;
      ChatOptions given = prompt.getOptions();
      options = given == null ? getOptions() : given;
      requireModel(options.getModel());
      this.prompt = encode(prompt.getInstructions());
    }

    private void requireModel(@Nullable String asked) {
      if (asked != null && !asked.equals(model.name())) {
        throw new IllegalArgumentException(
            "the model " + asked + " is not served here, which is " + model.name());
      }
    }

    private int[] encode(List<Message> messages) {
      ChatRenderer template = model.template();
      if (template == null) {
        throw new IllegalStateException(
            model.name() + " has no chat template, so it can't chat; use an instruct model");
      }
      List<Map<String, Object>> plain =
          messages.stream()
              .map(m -> Map.<String, Object>of("role", role(m), "content", text(m)))
              .toList();
      return model
          .tokenizer()
          .encode(template.render(plain, Map.of("add_generation_prompt", true)));
    }

    private static String role(Message message) {
      if (message.getMessageType() == MessageType.TOOL) {
        throw new IllegalArgumentException("tool messages are not supported; remove them");
      }
      return message.getMessageType().getValue();
    }

    private static String text(Message message) {
      String text = message.getText();
      return text == null ? "" : text;
    }

    Flux<TextDelta> tokens() {
      int room = model.engine().maxContext() - prompt.length;
      Integer asked = options.getMaxTokens();
      if (asked != null && (asked < 1 || asked > room)) {
        throw new IllegalArgumentException(
            "maxTokens "
                + asked
                + " is outside of 1 to the context left ("
                + model.engine().maxContext()
                + " − "
                + prompt.length
                + " prompt tokens)");
      }
      int maxTokens = asked == null ? Math.max(1, room) : asked;
      GenerationRequest request =
          new GenerationRequest(id, prompt, sampling(maxTokens), OptionalInt.empty());
      List<String> stops = options.getStopSequences();
      return TextStream.of(
          model.engine().open(request),
          0,
          model.tokenizer(),
          new TextOptions(stops == null ? List.of() : stops, false, true, 0));
    }

    private SamplingParams sampling(int maxTokens) {
      SamplingParams plain = SamplingParams.greedy(maxTokens);
      double temperature = within("temperature", options.getTemperature(), 0, 2, 1);
      return new SamplingParams(
          (float) temperature,
          (int) within("topK", options.getTopK(), 0, model.tokenizer().vocabularySize(), 0),
          (float) within("topP", options.getTopP(), Float.MIN_NORMAL, 1, 1),
          plain.minP(),
          plain.repetitionPenalty(),
          (float) within("presencePenalty", options.getPresencePenalty(), -2, 2, 0),
          (float) within("frequencyPenalty", options.getFrequencyPenalty(), -2, 2, 0),
          plain.logitBiasIds(),
          plain.logitBiasValues(),
          temperature == 0 ? 0 : ThreadLocalRandom.current().nextLong(),
          plain.choice(),
          maxTokens,
          plain.minTokens(),
          plain.stopTokenIds(),
          false,
          plain.logprobs());
    }

    private static double within(
        String name, @Nullable Number value, double min, double max, double otherwise) {
      if (value == null) {
        return otherwise;
      }
      if (!(value.doubleValue() >= min && value.doubleValue() <= max)) {
        throw new IllegalArgumentException(
            name + " " + value + " is outside of " + min + " to " + max);
      }
      return value.doubleValue();
    }

    ChatResponse response(TextDelta delta) {
      PromptInfo info = delta.prompt();
      cachedTokens = info == null ? cachedTokens : info.cachedTokens();
      completionTokens += delta.tokens().size();
      TextDelta.Finish finish = delta.finish();
      ChatGenerationMetadata metadata =
          finish == null
              ? ChatGenerationMetadata.NULL
              : ChatGenerationMetadata.builder()
                  .finishReason(finish.reason().toUpperCase(Locale.ROOT))
                  .build();
      ChatResponseMetadata.Builder about =
          ChatResponseMetadata.builder().id(id).model(model.name());
      if (finish != null) {
        about.usage(
            new DefaultUsage(
                prompt.length,
                completionTokens,
                prompt.length + completionTokens,
                null,
                (long) cachedTokens,
                null));
      }
      return new ChatResponse(
          List.of(new Generation(new AssistantMessage(delta.text()), metadata)), about.build());
    }
  }

  /** Responses put together. */
  private static final class Whole {
    private final StringBuilder text = new StringBuilder();
    private @Nullable ChatResponse last;

    void add(ChatResponse response) {
      text.append(text(response));
      last = response;
    }

    private static String text(ChatResponse response) {
      Generation generation = response.getResult();
      String text = generation == null ? null : generation.getOutput().getText();
      return text == null ? "" : text;
    }

    ChatResponse response() {
      ChatResponse end = Objects.requireNonNull(last);
      Generation generation = Objects.requireNonNull(end.getResult());
      return new ChatResponse(
          List.of(new Generation(new AssistantMessage(text.toString()), generation.getMetadata())),
          end.getMetadata());
    }
  }
}
