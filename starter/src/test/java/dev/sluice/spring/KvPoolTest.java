package dev.sluice.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.engine.model.DecoderSpec;
import dev.sluice.engine.model.DecoderSpec.Pairing;
import dev.sluice.engine.model.DecoderSpec.Rope;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class KvPoolTest {
  /** 2 (keys, values) x 4 bytes x 2 layers x 1 head x 8 wide x 16 tokens. */
  private static final long BLOCK_BYTES = 2048;

  private static final int TIER = 5;

  @Test
  void size_muchMemory_hasRoomForSixteenFullSequences() {
    assertThat(KvPool.size(spec(), settings(0, 0), 1L << 40))
        .isEqualTo(new KvPool(16 * 64, TIER, 1024));
  }

  @Test
  void size_littleMemory_takesAQuarterAndShortensTheContext() {
    assertThat(KvPool.size(spec(), settings(0, 0), 4 * 10 * BLOCK_BYTES))
        .isEqualTo(new KvPool(10, TIER, 160));
  }

  @Test
  void size_blocksGiven_areTaken() {
    assertThat(KvPool.size(spec(), settings(0, 7), 0)).isEqualTo(new KvPool(7, TIER, 112));
  }

  @Test
  void size_lengthGivenAndTooLongForTheBlocks_isRefused() {
    assertThatThrownBy(() -> KvPool.size(spec(), settings(113, 7), 0))
        .isInstanceOf(OperatorException.class)
        .hasMessage(
            "sluice.max-model-len 113 exceeds the 112 tokens that the KV cache holds (7 blocks);"
                + " lower it or raise sluice.num-gpu-blocks-override");
  }

  @Test
  void size_lengthAboveTheModels_isRefused() {
    assertThatThrownBy(() -> KvPool.size(spec(), settings(1025, 0), 1L << 40))
        .isInstanceOf(OperatorException.class)
        .hasMessage("sluice.max-model-len 1025 exceeds the model's own 1024; lower it");
  }

  @ParameterizedTest
  @CsvSource({
    "0, 512, 16, sluice.max-num-seqs 0 is outside of 1 to 4096",
    "64, 0, 16, sluice.max-num-batched-tokens 0 is outside of 1 to 65536",
    "64, 63, 16, sluice.max-num-batched-tokens 63 is below sluice.max-num-seqs 64",
    "64, 512, 24, sluice.block-size 24 is not a power of two",
    "64, 512, 512, sluice.block-size 512 is outside of 1 to 256",
  })
  void settings_outOfRange_nameTheProperty(
      int maxNumSeqs, int maxNumBatchedTokens, int blockSize, String message) {
    assertThatThrownBy(() -> settings(0, 0, maxNumSeqs, maxNumBatchedTokens, blockSize))
        .isInstanceOf(OperatorException.class)
        .hasMessageStartingWith(message);
  }

  @Test
  void settings_defaults_areNamedAfterTheFile() {
    ModelSettings settings = ModelSettings.defaults(Path.of("/models/tiny.gguf"));

    assertThat(settings.servedName()).isEqualTo("tiny");
    assertThat(settings.resolvedThreads()).isEqualTo(Runtime.getRuntime().availableProcessors());
  }

  private static ModelSettings settings(int maxModelLen, int kvBlocks) {
    return settings(maxModelLen, kvBlocks, 64, 512, 16);
  }

  private static ModelSettings settings(
      int maxModelLen, int kvBlocks, int maxNumSeqs, int maxNumBatchedTokens, int blockSize) {
    ModelSettings defaults = ModelSettings.defaults(Path.of("m.gguf"));
    return new ModelSettings(
        defaults.modelFile(),
        "m",
        maxModelLen,
        maxNumSeqs,
        maxNumBatchedTokens,
        blockSize,
        kvBlocks,
        true,
        defaults.maxQueuedRequests(),
        defaults.maxQueuedTokens(),
        defaults.queueTimeout(),
        defaults.readers().withOffloading(TIER * BLOCK_BYTES + 1, null),
        1);
  }

  private static DecoderSpec spec() {
    Rope rope = new Rope(Pairing.INTERLEAVED, 8, 10_000, new float[] {1, 1, 1, 1});
    return new DecoderSpec("llama", 100, 16, 2, 2, 1, 8, 32, 1024, 1e-5f, rope, 0.35f, true);
  }
}
