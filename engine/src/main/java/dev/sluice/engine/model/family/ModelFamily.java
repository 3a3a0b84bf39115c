package dev.sluice.engine.model.family;

import dev.sluice.engine.model.DecoderSpec;
import dev.sluice.engine.model.Tensor;
import dev.sluice.engine.model.WeightFile;
import dev.sluice.engine.model.WeightName;
import dev.sluice.engine.model.gguf.GgufMetadata;
import java.io.IOException;
import java.util.Map;
import java.util.Set;

/**
 * A model family: how its metadata become a {@link DecoderSpec}, and what its weights are called.
 */
public interface ModelFamily {

  /** The family's name in {@code general.architecture}. */
  String architecture();

  /**
   * The shape and arithmetic of a model.
   *
   * @param tensors by file name, for what only they tell
   * @param file for values that a tensor holds, such as frequency divisors
   */
  DecoderSpec spec(GgufMetadata metadata, Map<String, Tensor> tensors, WeightFile file)
      throws IOException;

  /** Whether a model of the family has a weight. */
  WeightNeed need(WeightName name, DecoderSpec spec);

  /** Names of tensors that a file may hold for {@link #spec} alone, besides the weights. */
  Set<String> specTensors();

  /** The file's name of a weight; {@code layer} is ignored for those that are not per layer. */
  default String fileName(WeightName name, int layer) {
    String prefix = name.isPerLayer() ? "blk." + layer + "." : "";
    return prefix
        + switch (name) {
          case TOKEN_EMBEDDING -> "token_embd.weight";
          case OUTPUT_NORM -> "output_norm.weight";
          case OUTPUT -> "output.weight";
          case ATTENTION_NORM -> "attn_norm.weight";
          case QUERY -> "attn_q.weight";
          case QUERY_BIAS -> "attn_q.bias";
          case KEY -> "attn_k.weight";
          case KEY_BIAS -> "attn_k.bias";
          case VALUE -> "attn_v.weight";
          case VALUE_BIAS -> "attn_v.bias";
          case ATTENTION_OUTPUT -> "attn_output.weight";
          case QUERY_NORM -> "attn_q_norm.weight";
          case KEY_NORM -> "attn_k_norm.weight";
          case POST_ATTENTION_NORM -> "post_attention_norm.weight";
          case FEED_FORWARD_NORM -> "ffn_norm.weight";
          case GATE -> "ffn_gate.weight";
          case UP -> "ffn_up.weight";
          case DOWN -> "ffn_down.weight";
          case POST_FEED_FORWARD_NORM -> "post_ffw_norm.weight";
        };
  }
}
