package dev.sluice.app.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sluice.engine.scheduler.SchedulingParams;
import dev.sluice.engine.scheduler.StallPolicy;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.http.HttpStatus;

/** What a request may say, value by value; the vocabulary has 1,000 ids. */
final class RequestTableTest {
  private static final int VOCABULARY = 1000;

  private static Fields fields(String json) {
    return new Fields(StrictJson.parse(json.getBytes(StandardCharsets.UTF_8)), "");
  }

  private static ChatRequest chat(String field) {
    return ChatRequest.read(
        fields("{\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]," + field + "}"),
        VOCABULARY);
  }

  private static CompletionRequest completion(String fields) {
    return CompletionRequest.read(fields("{" + fields + "}"), VOCABULARY);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "temperature | -0.1",
        "temperature | 2.01",
        "temperature | 1e400",
        "temperature | -1e400",
        "temperature | \"NaN\"",
        "temperature | \"1\"",
        "temperature | true",
        "temperature | [1]",
        "temperature | {}",
        "top_p | 0",
        "top_p | -0.0",
        "top_p | 1.0001",
        "top_p | 1e400",
        "top_k | -2",
        "top_k | 1001",
        "top_k | 1.5",
        "min_p | -0.01",
        "min_p | 1.01",
        "presence_penalty | 2.1",
        "presence_penalty | -2.1",
        "frequency_penalty | 2.1",
        "frequency_penalty | \"0\"",
        "repetition_penalty | 0",
        "repetition_penalty | -1",
        "repetition_penalty | 1e400",
        "max_tokens | 0",
        "max_tokens | -1",
        "max_tokens | 7.9",
        "max_tokens | 7.0",
        "max_tokens | \"7\"",
        "max_tokens | true",
        "max_tokens | 2147483648",
        "max_tokens | 9223372036854775808",
        "max_tokens | 1e400",
        "max_completion_tokens | 0",
        "min_tokens | -1",
        "n | 0",
        "n | 129",
        "n | 2147483648",
        "seed | 1.5",
        "seed | \"1\"",
        "seed | 9223372036854775808",
        "logit_bias | {\"1000\":1}",
        "logit_bias | {\"-1\":1}",
        "logit_bias | {\"x\":1}",
        "logit_bias | {\"5\":101}",
        "logit_bias | {\"5\":-101}",
        "logit_bias | {\"5\":1e400}",
        "logit_bias | [1]",
        "top_logprobs | 21",
        "top_logprobs | 1",
        "logprobs | 1",
        "stop | \"\"",
        "stop | [\"\"]",
        "stop | [\"a\",\"b\",\"c\",\"d\",\"e\"]",
        "stop | [1]",
        "stop | 1",
        "stop_token_ids | [1000]",
        "stop_token_ids | [-1]",
        "stop_token_ids | 5",
        "stream | \"true\"",
        "stream | 1",
        "stream_options | {\"include_usage\":true}",
        "ignore_eos | 0",
        "priority | -101",
        "priority | 101",
        "priority | 0.5",
        "priority | \"high\"",
        "on_stall | \"drop\"",
        "on_stall | \"PAUSE\"",
        "on_stall | 1",
        "ttft_timeout_ms | 0",
        "ttft_timeout_ms | 1.5",
        "timeout_ms | -1",
        "timeout_ms | 2147483648",
        "skip_special_tokens | \"no\"",
      })
  void read_badValue_refusedWithItsName(String name, String value) {
    ApiException refusal =
        catchThrowableOfType(ApiException.class, () -> chat("\"%s\":%s".formatted(name, value)));

    assertThat(refusal).isNotNull();
    assertThat(refusal.status()).isEqualTo(HttpStatus.BAD_REQUEST);
    assertThat(refusal.body().error().param()).isEqualTo(name);
    assertThat(refusal.body().error().type()).isEqualTo("invalid_request_error");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"temperature\":0",
        "\"temperature\":2",
        "\"temperature\":1e-30",
        "\"temperature\":null",
        "\"top_p\":1",
        "\"top_p\":1e-300",
        "\"top_k\":-1",
        "\"top_k\":0",
        "\"top_k\":1000",
        "\"min_p\":1",
        "\"presence_penalty\":-2",
        "\"repetition_penalty\":0.5",
        "\"max_tokens\":2147483647",
        "\"n\":128",
        "\"seed\":-9223372036854775808",
        "\"seed\":9223372036854775807",
        "\"logit_bias\":{\"999\":-100}",
        "\"logprobs\":true,\"top_logprobs\":20",
        "\"logprobs\":true",
        "\"logprobs\":false,\"top_logprobs\":0",
        "\"stop\":\"a\"",
        "\"stop\":[\"a\",\"b\",\"c\",\"d\"]",
        "\"stop\":[]",
        "\"stop_token_ids\":[0,999]",
        "\"stream\":true,\"stream_options\":{\"include_usage\":true}",
        "\"tools\":[]",
        "\"tools\":[{\"type\":\"function\"}],\"tool_choice\":\"none\"",
        "\"response_format\":{\"type\":\"text\"}",
        "\"n\":2,\"best_of\":2",
        "\"chat_template_kwargs\":{\"enable_thinking\":false}",
        "\"user\":\"me\",\"priority\":1",
        "\"never_heard_of\":{\"x\":[1]}",
      })
  void read_edgeOfTheRange_accepted(String fields) {
    assertThat(chat(fields).messages()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"tools\":[{\"type\":\"function\"}]",
        "\"tool_choice\":\"required\"",
        "\"response_format\":{\"type\":\"json_object\"}",
        "\"structured_outputs\":{\"regex\":\"a\"}",
        "\"guided_regex\":\"a\"",
        "\"use_beam_search\":true",
        "\"best_of\":2",
        "\"suffix\":\"x\"",
        "\"prompt_embeds\":\"AA==\"",
        "\"chat_template\":\"{{ 1 }}\"",
        "\"chat_template_kwargs\":{\"evil\":true}",
        "\"logits_processors\":[\"x\"]",
        "\"truncate_prompt_tokens\":5",
        "\"allowed_token_ids\":[1]",
        "\"bad_words\":[\"x\"]",
        "\"cache_salt\":\"x\"",
        "\"echo\":true",
        "\"modalities\":[\"audio\"]",
      })
  void read_unsupportedFieldThatChangesOutput_refused(String field) {
    ApiException refusal = catchThrowableOfType(ApiException.class, () -> chat(field));

    assertThat(refusal).isNotNull();
    assertThat(refusal.body().error().code()).isEqualTo("unsupported_parameter");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[] | messages",
        "{} | messages",
        "[1] | messages[0]",
        "[{\"content\":\"x\"}] | messages[0].role",
        "[{\"role\":\"root\",\"content\":\"x\"}] | messages[0].role",
        "[{\"role\":\"user\"}] | messages[0].content",
        "[{\"role\":\"user\",\"content\":null}] | messages[0].content",
        "[{\"role\":\"user\",\"content\":7}] | messages[0].content",
        "[{\"role\":\"tool\",\"content\":\"x\"}] | messages[0].role",
        "[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":{\"url\":\"http://169.254.169.254/\"}}]}] | messages[0].content",
        "[{\"role\":\"user\",\"content\":[{\"type\":\"text\"}]}] | messages[0].content",
      })
  void read_badMessages_refusedWithTheirPlace(String messages, String param) {
    ApiException refusal =
        catchThrowableOfType(
            ApiException.class,
            () -> ChatRequest.read(fields("{\"messages\":" + messages + "}"), VOCABULARY));

    assertThat(refusal).isNotNull();
    assertThat(refusal.status()).isEqualTo(HttpStatus.BAD_REQUEST);
    assertThat(refusal.body().error().param()).isEqualTo(param);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"x\":1",
        "\"prompt\":null",
        "\"prompt\":\"\"",
        "\"prompt\":[]",
        "\"prompt\":[[]]",
        "\"prompt\":[\"a\",\"\"]",
        "\"prompt\":[\"a\",1]",
        "\"prompt\":[1,\"a\"]",
        "\"prompt\":[-1]",
        "\"prompt\":[1000]",
        "\"prompt\":[1.5]",
        "\"prompt\":[[1],[1000]]",
        "\"prompt\":{}",
        "\"prompt\":true",
      })
  void read_badPrompt_refused(String fields) {
    ApiException refusal = catchThrowableOfType(ApiException.class, () -> completion(fields));

    assertThat(refusal).isNotNull();
    assertThat(refusal.body().error().param()).isEqualTo("prompt");
  }

  @Test
  void read_fourKindsOfPrompt_accepted() {
    assertThat(completion("\"prompt\":\"a\"").prompts()).hasSize(1);
    assertThat(completion("\"prompt\":[\"a\",\"b\"]").prompts()).hasSize(2);
    assertThat(completion("\"prompt\":[1,2,3]").prompts()).hasSize(1);
    assertThat(completion("\"prompt\":[[1],[2,3]]").prompts()).hasSize(2);
  }

  @Test
  void read_temperatureTooSmallToMatter_isGreedy() {
    assertThat(chat("\"temperature\":1e-30").options().sampling().temperature()).isZero();
  }

  @Test
  void read_newerNameOfMaxTokens_wins() {
    ChatRequest request = chat("\"max_tokens\":5,\"max_completion_tokens\":7");

    assertThat(request.options().maxTokens()).hasValue(7);
  }

  @Test
  void unknownCount_countsOnlyWhatNobodyRead() {
    Fields fields =
        fields(
            "{\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}],\"top_k\":5,\"foo\":1,\"bar\":null}");

    ChatRequest.read(fields, VOCABULARY);

    assertThat(fields.unknownCount()).isEqualTo(2);
  }

  @Test
  void refusal_ofTextWithControlCharacters_isPrintableAndCut() {
    ApiException refusal =
        catchThrowableOfType(
            ApiException.class,
            () -> chat("\"temperature\":\"" + "\\r\\n\\u001b".repeat(1000) + "\""));

    assertThat(refusal).isNotNull();
    assertThat(refusal.getMessage()).hasSizeLessThan(200).doesNotContainPattern("\\p{Cntrl}");
  }

  @Test
  void read_schedulingFields_areTaken() {
    SchedulingParams scheduling =
        chat("\"priority\":-5,\"on_stall\":\"abort\",\"ttft_timeout_ms\":1500,\"timeout_ms\":9000")
            .options()
            .schedulingFor("tenant");

    assertThat(scheduling)
        .isEqualTo(
            new SchedulingParams(
                "tenant", -5, StallPolicy.ABORT, Duration.ofMillis(1500), Duration.ofSeconds(9)));
    assertThat(chat("\"priority\":null").options().schedulingFor(""))
        .isEqualTo(SchedulingParams.DEFAULT);
  }
}
