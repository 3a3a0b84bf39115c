package dev.sluice.engine.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sluice.engine.backend.Backend;
import dev.sluice.engine.backend.BackendOptions;
import dev.sluice.engine.backend.ForwardBatch;
import dev.sluice.engine.backend.StepResult;
import dev.sluice.engine.model.LoadedModel;
import dev.sluice.engine.model.ModelFiles;
import dev.sluice.engine.sampling.SamplingParams;
import dev.sluice.engine.sampling.SamplingState;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** The real model against float32 reference outputs of Hugging Face transformers. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SmolLm2GoldenTest {
  private static final String MODEL = "SmolLM2-135M-Instruct.Q4_1.gguf";
  private static final int BLOCK_SIZE = 16;
  private static final int MAX_TOKENS = 256;

  private LoadedModel model;
  private Backend backend;
  private JsonNode golden;
  private final ForwardBatch batch = new ForwardBatch(MAX_TOKENS, 1, 64);

  @BeforeAll
  void open() throws IOException {
    String home = System.getenv("SLUICE_HOME");
    Path base =
        home == null ? Path.of(System.getProperty("user.home"), ".cache/sluice") : Path.of(home);
    Path path = base.resolve("models").resolve(MODEL);
    assumeTrue(Files.exists(path), "no model; run ./sluice pull smollm2-135m");
    model = ModelFiles.open(path);
    backend =
        new CpuBackendProvider()
            .open(model, new BackendOptions(2, BLOCK_SIZE, 64, MAX_TOKENS, 1, 1024));
    try (InputStream in =
        Objects.requireNonNull(getClass().getResourceAsStream("/goldens/smollm2-135m.json"))) {
      golden = new ObjectMapper().readTree(in);
    }
  }

  @AfterAll
  void close() throws IOException {
    if (backend != null) {
      backend.close();
    }
    if (model != null) {
      model.close();
    }
  }

  @Test
  void greedy_goldenPrompts_followsTheReferenceUpToTheFirstTie() {
    for (JsonNode run : golden.get("greedy")) {
      int[] prompt = ints(run.get("prompt_ids"));
      int[] expected = ints(run.get("tokens"));
      int[] all = new int[prompt.length + expected.length];
      System.arraycopy(prompt, 0, all, 0, prompt.length);
      System.arraycopy(expected, 0, all, prompt.length, expected.length);
      int computed = 0;
      for (int i = 0; i < expected.length; i++) {
        if (run.get("margins").get(i).asDouble() < 0.02) {
          break; // any rounding may decide here
        }
        StepResult result = sample(all, computed, prompt.length + i, i == 0 ? 20 : -1);
        computed = prompt.length + i;
        assertThat(result.tokenIds[0])
            .as("%s, token %d", run.get("prompt"), i)
            .isEqualTo(expected[i]);
        if (i == 0) {
          checkTop(run.get("first_top20"), result);
        }
      }
    }
  }

  private static void checkTop(JsonNode expected, StepResult result) {
    var top = Objects.requireNonNull(result.logprobs[0]);
    for (int i = 0; i < expected.size(); i++) {
      assertThat((double) top.topLogprobs()[i])
          .as("rank %d", i)
          .isCloseTo(expected.get(i).get(1).asDouble(), within(1e-3));
    }
  }

  @Test
  void logprobs_goldenTexts_areTheReference() {
    for (JsonNode text : golden.get("logprobs")) {
      int[] ids = ints(text.get("ids"));
      for (int from = 0; from < ids.length; from += 100) {
        int to = Math.min(from + 100, ids.length);
        fill(ids, from, to);
        for (int position = from; position < Math.min(to, ids.length - 1); position++) {
          addRow(position - from, ids[position + 1], 0);
        }
        backend.launch(batch);
        StepResult result = backend.await();
        for (int row = 0; row < result.rowCount; row++) {
          double logprob = Objects.requireNonNull(result.logprobs[row]).logprob();
          double expected = text.get("token_logprobs").get(from + row).asDouble();
          assertThat(logprob).as("position %d", from + row).isCloseTo(expected, within(1e-3));
        }
      }
    }
  }

  private StepResult sample(int[] ids, int from, int to, int logprobs) {
    int at = from;
    for (; to - at > MAX_TOKENS; at += MAX_TOKENS) {
      fill(ids, at, at + MAX_TOKENS);
      backend.launch(batch);
    }
    fill(ids, at, to);
    addRow(to - at - 1, ForwardBatch.SAMPLE, logprobs);
    batch.sampling[0] = new SamplingState(SamplingParams.greedy(100), new int[0], new int[0]);
    backend.launch(batch);
    return backend.await();
  }

  private void fill(int[] ids, int from, int to) {
    batch.clear();
    batch.sequenceCount = 1;
    batch.tokenCount = to - from;
    batch.sequenceStarts[1] = batch.tokenCount;
    batch.contextLengths[0] = to;
    for (int position = from; position < to; position++) {
      int token = position - from;
      batch.tokenIds[token] = ids[position];
      batch.positions[token] = position;
      batch.slots[token] = position;
    }
    for (int block = 0; block * BLOCK_SIZE < to; block++) {
      batch.blockTables[block] = block;
    }
  }

  private void addRow(int token, int target, int logprobs) {
    int row = batch.rowCount++;
    batch.rowTokens[row] = token;
    batch.rowSequences[row] = 0;
    batch.rowTargets[row] = target;
    batch.rowLogprobs[row] = logprobs;
  }

  private static int[] ints(JsonNode array) {
    int[] out = new int[array.size()];
    for (int i = 0; i < out.length; i++) {
      out[i] = array.get(i).asInt();
    }
    return out;
  }
}
