package dev.sluice.app.api;

import static dev.sluice.app.ServerHarness.chat;
import static dev.sluice.app.ServerHarness.events;
import static dev.sluice.app.ServerHarness.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.app.ServerHarness;
import java.io.ByteArrayInputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The routes over a real socket. */
final class OpenAiApiTest {
  private static final String CHAT = "/v1/chat/completions";
  private static final String COMPLETIONS = "/v1/completions";

  @SuppressWarnings("NullAway.Init")
  private static ServerHarness server;

  @BeforeAll
  static void start() throws Exception {
    server = ServerHarness.start(new ServerHarness.Script());
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static JsonNode ok(HttpResponse<String> response) {
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return json(response.body());
  }

  private static List<JsonNode> stream(String path, String body) throws Exception {
    HttpResponse<String> response = server.post(path, body);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    assertThat(response.headers().firstValue("Content-Type").orElse(""))
        .startsWith("text/event-stream");
    assertThat(response.headers().firstValue("X-Accel-Buffering")).hasValue("no");
    List<String> events = events(response.body());
    assertThat(events.getLast()).isEqualTo("[DONE]");
    return events.subList(0, events.size() - 1).stream().map(ServerHarness::json).toList();
  }

  private static String content(List<JsonNode> chunks, int index) {
    return chunks.stream()
        .flatMap(chunk -> chunk.get("choices").values().stream())
        .filter(choice -> choice.get("index").intValue() == index)
        .map(choice -> choice.get("delta").get("content").stringValue())
        .collect(Collectors.joining());
  }

  @Test
  void chat_whole_hasOpenAisShape() throws Exception {
    JsonNode answer = ok(server.post(CHAT, chat("\"max_tokens\":4,\"temperature\":0,\"seed\":1")));

    assertThat(answer.propertyNames())
        .startsWith("id", "object", "created", "model", "choices")
        .contains("usage", "system_fingerprint");
    assertThat(answer.get("object").stringValue()).isEqualTo("chat.completion");
    assertThat(answer.get("id").stringValue()).startsWith("chatcmpl-");
    JsonNode choice = answer.get("choices").get(0);
    assertThat(choice.propertyNames())
        .containsExactly(
            "index", "message", "logprobs", "finish_reason", "stop_reason", "token_ids");
    assertThat(choice.get("finish_reason").stringValue()).isEqualTo("length");
    JsonNode usage = answer.get("usage");
    assertThat(usage.get("completion_tokens").intValue()).isEqualTo(4);
    assertThat(usage.get("prompt_tokens").intValue()).isEqualTo("user:hi\n".length());
    assertThat(usage.get("total_tokens").intValue()).isEqualTo(12);
    assertThat(usage.get("prompt_tokens_details").has("cached_tokens")).isTrue();
  }

  @Test
  void chat_streamed_givesRoleThenDeltasThenFinishThenUsageThenDone() throws Exception {
    String fields = "\"max_tokens\":6,\"seed\":3,\"stream\":true";
    List<JsonNode> chunks =
        stream(CHAT, chat(fields + ",\"stream_options\":{\"include_usage\":true}"));

    JsonNode role = chunks.getFirst().get("choices").get(0).get("delta");
    assertThat(role.get("role").stringValue()).isEqualTo("assistant");
    assertThat(role.get("content").stringValue()).isEmpty();
    assertThat(chunks).hasSize(1 + 6 + 1);
    JsonNode finish = chunks.get(6).get("choices").get(0);
    assertThat(finish.get("finish_reason").stringValue()).isEqualTo("length");
    JsonNode usage = chunks.getLast();
    assertThat(usage.get("choices").isEmpty()).isTrue();
    assertThat(usage.get("usage").get("completion_tokens").intValue()).isEqualTo(6);
    assertThat(chunks.get(2).has("usage")).isFalse();
  }

  @Test
  void streamed_anyRoute_isSignedOnItsLastEventOnly() throws Exception {
    String usage = ",\"stream_options\":{\"include_usage\":true}";
    String fields = "\"max_tokens\":3,\"seed\":3,\"stream\":true";
    String prompt = "{\"prompt\":\"abc\"," + fields;
    for (List<JsonNode> chunks :
        List.of(
            stream(CHAT, chat(fields)),
            stream(CHAT, chat(fields + usage)),
            stream(COMPLETIONS, prompt + "}"),
            stream(COMPLETIONS, prompt + usage + "}"))) {
      assertThat(chunks.getLast().get("system_fingerprint").stringValue()).startsWith("sluice-");
      assertThat(chunks.subList(0, chunks.size() - 1))
          .noneMatch(chunk -> chunk.has("system_fingerprint"));
    }
  }

  @Test
  void chat_continuousUsage_countsUpOnEveryChunk() throws Exception {
    List<JsonNode> chunks =
        stream(
            CHAT,
            chat(
                "\"max_tokens\":3,\"seed\":3,\"stream\":true,\"stream_options\":"
                    + "{\"include_usage\":true,\"continuous_usage_stats\":true}"));

    assertThat(chunks)
        .extracting(chunk -> chunk.get("usage").get("completion_tokens").intValue())
        .containsExactly(0, 1, 2, 3, 3);
  }

  @Test
  void chat_streamedAndWhole_giveTheSameText() throws Exception {
    for (int seed = 0; seed < 8; seed++) {
      String fields = "\"max_tokens\":40,\"n\":3,\"seed\":" + seed;
      JsonNode whole = ok(server.post(CHAT, chat(fields)));
      List<JsonNode> chunks = stream(CHAT, chat(fields + ",\"stream\":true"));

      for (int choice = 0; choice < 3; choice++) {
        assertThat(content(chunks, choice))
            .as("seed %d choice %d", seed, choice)
            .isEqualTo(
                whole.get("choices").get(choice).get("message").get("content").stringValue());
      }
    }
  }

  @Test
  void chat_stopString_endsTheTextBeforeItAndNamesIt() throws Exception {
    JsonNode free = ok(server.post(CHAT, chat("\"max_tokens\":40,\"seed\":5")));
    String text = free.get("choices").get(0).get("message").get("content").stringValue();
    int at = text.indexOf(" w", 20);
    String stop = text.substring(at, at + 4);
    String fields = "\"max_tokens\":40,\"seed\":5,\"stop\":[" + quoted(stop) + "]";

    JsonNode stopped = ok(server.post(CHAT, chat(fields))).get("choices").get(0);
    List<JsonNode> chunks = stream(CHAT, chat(fields + ",\"stream\":true"));

    String expected = text.substring(0, text.indexOf(stop));
    assertThat(stopped.get("message").get("content").stringValue()).isEqualTo(expected);
    assertThat(stopped.get("finish_reason").stringValue()).isEqualTo("stop");
    assertThat(stopped.get("stop_reason").stringValue()).isEqualTo(stop);
    assertThat(content(chunks, 0)).isEqualTo(expected);
  }

  private static String quoted(String text) {
    return JsonMapper.shared().writeValueAsString(text);
  }

  @Test
  void chat_logprobs_haveTokenBytesAndTop() throws Exception {
    JsonNode answer =
        ok(server.post(CHAT, chat("\"max_tokens\":3,\"logprobs\":true,\"top_logprobs\":1")));

    JsonNode content = answer.get("choices").get(0).get("logprobs").get("content");
    assertThat(content.size()).isEqualTo(3);
    assertThat(content.get(0).propertyNames())
        .containsExactly("token", "logprob", "bytes", "top_logprobs");
    assertThat(content.get(0).get("top_logprobs").size()).isEqualTo(1);
  }

  @Test
  void chat_noMaxTokens_fillsTheContext() throws Exception {
    JsonNode usage = ok(server.post(CHAT, chat("\"ignore_eos\":true"))).get("usage");

    assertThat(usage.get("total_tokens").intValue()).isEqualTo(ServerHarness.CONTEXT);
  }

  @Test
  void completion_promptsTimesChoices_areIndexedPromptByPrompt() throws Exception {
    JsonNode answer =
        ok(
            server.post(
                COMPLETIONS, "{\"prompt\":[\"a\",\"bc\"],\"n\":2,\"max_tokens\":3,\"seed\":1}"));

    assertThat(answer.get("object").stringValue()).isEqualTo("text_completion");
    assertThat(answer.get("choices").values())
        .extracting(choice -> choice.get("index").intValue())
        .containsExactly(0, 1, 2, 3);
    assertThat(answer.get("usage").get("prompt_tokens").intValue()).isEqualTo(3);
    assertThat(answer.get("usage").get("completion_tokens").intValue()).isEqualTo(12);
    JsonNode alone =
        ok(server.post(COMPLETIONS, "{\"prompt\":\"bc\",\"n\":2,\"max_tokens\":3,\"seed\":1}"));
    assertThat(answer.get("choices").get(3).get("text"))
        .isEqualTo(alone.get("choices").get(1).get("text"));
  }

  @Test
  void completion_noMaxTokens_givesSixteen() throws Exception {
    JsonNode answer = ok(server.post(COMPLETIONS, "{\"prompt\":[5,6],\"ignore_eos\":true}"));

    assertThat(answer.get("usage").get("completion_tokens").intValue()).isEqualTo(16);
  }

  @Test
  void completion_echoWithLogprobs_beginsWithThePrompt() throws Exception {
    JsonNode choice =
        ok(server.post(
                COMPLETIONS, "{\"prompt\":\"abc\",\"max_tokens\":2,\"echo\":true,\"logprobs\":1}"))
            .get("choices")
            .get(0);

    JsonNode logprobs = choice.get("logprobs");
    assertThat(choice.get("text").stringValue()).startsWith("abc");
    assertThat(logprobs.get("tokens").size()).isEqualTo(5);
    assertThat(logprobs.get("token_logprobs").get(0).isNull()).isTrue();
    assertThat(logprobs.get("token_logprobs").get(1).isNumber()).isTrue();
    assertThat(logprobs.get("text_offset").get(2).intValue()).isEqualTo(2);
  }

  @Test
  void completion_streamed_givesTheWholeText() throws Exception {
    String body = "\"prompt\":\"abc\",\"max_tokens\":9,\"seed\":2,\"echo\":true}";
    List<JsonNode> chunks = stream(COMPLETIONS, "{\"stream\":true," + body);
    JsonNode whole = ok(server.post(COMPLETIONS, "{" + body));

    String text =
        chunks.stream()
            .map(chunk -> chunk.get("choices").get(0).get("text").stringValue())
            .collect(Collectors.joining());
    assertThat(text).isEqualTo(whole.get("choices").get(0).get("text").stringValue());
  }

  @Test
  void chat_returnTokenIds_givesPromptAndOutput() throws Exception {
    JsonNode answer = ok(server.post(CHAT, chat("\"max_tokens\":3,\"return_token_ids\":true")));

    assertThat(answer.get("prompt_token_ids").size()).isEqualTo(8);
    assertThat(answer.get("choices").get(0).get("token_ids").size()).isEqualTo(3);
  }

  @Test
  void tokenize_thereAndBack_isTheSameText() throws Exception {
    JsonNode tokens = ok(server.post("/tokenize", "{\"prompt\":\"héllo\"}"));
    assertThat(tokens.get("count").intValue()).isEqualTo(6);
    assertThat(tokens.get("max_model_len").intValue()).isEqualTo(ServerHarness.CONTEXT);

    JsonNode text = ok(server.post("/detokenize", "{\"tokens\":" + tokens.get("tokens") + "}"));
    assertThat(text.get("prompt").stringValue()).isEqualTo("héllo");

    JsonNode chat =
        ok(server.post("/tokenize", "{\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}"));
    assertThat(chat.get("count").intValue()).isEqualTo(8);
  }

  @Test
  void models_listAndOne_nameTheServed() throws Exception {
    JsonNode list = ok(server.get("/v1/models"));
    assertThat(list.get("data").get(0).get("id").stringValue()).isEqualTo("witness");
    assertThat(ok(server.get("/v1/models/witness")).get("object").stringValue()).isEqualTo("model");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "GET    | /v1/nope             |  | 404 | null",
        "GET    | /v1/chat/completions |  | 405 | null",
        "DELETE | /v1/models           |  | 405 | null",
        "GET    | /v1/models/nope      |  | 404 | model_not_found",
        "GET    | /actuator            |  | 404 | null",
        "GET    | /actuator/env        |  | 404 | null",
        "GET    | /actuator/heapdump   |  | 404 | null",
        "GET    | /actuator/loggers    |  | 404 | null",
        "GET    | /actuator/threaddump |  | 404 | null",
        "POST   | /actuator/shutdown   | {} | 404 | null",
        "POST   | /v1/chat/completions | {\"model\": | 400 | invalid_json",
        "POST   | /v1/chat/completions | {\"model\":\"../x\",\"messages\":[]} | 404 | model_not_found",
        "POST   | /v1/completions | {\"prompt\":\"a\",\"max_tokens\":600} | 400 | context_length_exceeded",
        "POST   | /v1/completions | {\"prompt\":\"\\ud800\"} | 400 | invalid_unicode",
        "POST   | /v1/completions | {\"prompt\":[1,2],\"n\":100} | 400 | null",
        "POST   | /v1/embeddings | {\"input\":\"hi\"} | 404 | null",
      })
  void anyFailure_onAnyPath_hasAnOpenAiBody(
      String method, String path, String body, int status, String code) throws Exception {
    HttpResponse<String> response =
        server.send(
            server
                .request(path)
                .header("Content-Type", "application/json")
                .method(
                    method,
                    body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body)));

    assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
    JsonNode error = json(response.body()).get("error");
    assertThat(error.propertyNames()).containsExactly("message", "type", "param", "code");
    assertThat(error.get("type").stringValue()).isEqualTo("invalid_request_error");
    assertThat(error.get("code").asString("null")).isEqualTo(code);
    if (status == 405) {
      assertThat(response.headers().firstValue("Allow")).isPresent();
    }
  }

  @Test
  void prompt_longerThanTheContext_isRefused() throws Exception {
    HttpResponse<String> response =
        server.post(COMPLETIONS, "{\"prompt\":\"" + "a".repeat(100_000) + "\"}");

    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(json(response.body()).get("error").get("code").stringValue())
        .isEqualTo("context_length_exceeded");
  }

  @Test
  void body_overTheCap_is413() throws Exception {
    byte[] body = new byte[RequestBody.MAX_BYTES + 1];
    HttpResponse<String> response =
        server.send(
            server
                .request(CHAT)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body))));

    assertThat(response.statusCode()).isEqualTo(413);
  }

  @Test
  void body_ofAnotherTypeOrEncoding_is415() throws Exception {
    assertThat(server.send(server.request(CHAT).POST(BodyPublishers.ofString("{}"))).statusCode())
        .isEqualTo(415);
    assertThat(
            server
                .send(
                    server
                        .request(CHAT)
                        .header("Content-Type", "text/plain")
                        .POST(BodyPublishers.ofString("{}")))
                .statusCode())
        .isEqualTo(415);
    assertThat(
            server
                .send(server.json(CHAT, chat("")).header("Content-Encoding", "gzip"))
                .statusCode())
        .isEqualTo(415);
  }

  @Test
  void post_withUpgradeToHttp2_isAnsweredWithItsBody() throws Exception {
    try (HttpClient upgrading = HttpClient.newHttpClient()) {
      HttpResponse<String> response =
          upgrading.send(
              server.json(CHAT, chat("\"max_tokens\":1")).build(), BodyHandlers.ofString());

      assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    }
  }

  @Test
  void metrics_afterRequests_haveVllmsExactNames() throws Exception {
    ok(server.post(CHAT, chat("\"max_tokens\":5,\"ignore_eos\":true")));

    String scrape = server.get("/metrics").body();

    String labels = "{engine=\"0\",model_name=\"witness\"";
    for (String name :
        List.of(
            "num_requests_running",
            "num_requests_waiting",
            "kv_cache_usage_perc",
            "num_preemptions_total",
            "prompt_tokens_total",
            "generation_tokens_total",
            "prefix_cache_queries_total",
            "prefix_cache_hits_total",
            "prompt_tokens_cached_total",
            "time_to_first_token_seconds_count",
            "inter_token_latency_seconds_count",
            "request_time_per_output_token_seconds_count",
            "e2e_request_latency_seconds_count",
            "request_queue_time_seconds_count",
            "request_inference_time_seconds_count",
            "request_prefill_time_seconds_count",
            "request_decode_time_seconds_count",
            "request_prompt_tokens_count",
            "request_generation_tokens_count",
            "request_max_num_generation_tokens_count",
            "request_params_max_tokens_count",
            "request_params_n_count",
            "request_prefill_kv_computed_tokens_count",
            "request_num_preemptions_count",
            "iteration_tokens_total_count",
            "iteration_tokens_total_sum")) {
      assertThat(scrape).contains("\nvllm:" + name + labels);
    }
    assertThat(scrape)
        .contains("vllm:request_success_total{engine=\"0\",finished_reason=\"abort\"")
        .contains("vllm:cache_config_info" + labels + ",block_size=\"16\",num_gpu_blocks=\"512\"")
        .contains("vllm:time_to_first_token_seconds_bucket" + labels + ",le=\"0.001\"}")
        .contains("vllm:iteration_tokens_total_bucket" + labels + ",le=\"16384.0\"}")
        .contains("sluice_request_unknown_fields_total")
        .contains("sluice_admission_rejected_total{reason=\"queue_full\"}");
    assertThat(scrape)
        .containsPattern(
            "vllm:request_success_total\\{engine=\"0\",finished_reason=\"length\","
                + "model_name=\"witness\"\\} [1-9]");
  }

  @Test
  void probes_whenReady_areUp() throws Exception {
    assertThat(server.get("/health").statusCode()).isEqualTo(200);
    assertThat(server.get("/livez").statusCode()).isEqualTo(200);
    assertThat(server.get("/readyz").statusCode()).isEqualTo(200);
    assertThat(json(server.get("/version").body()).has("version")).isTrue();
  }
}
