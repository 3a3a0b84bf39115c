package dev.sluice.app.observe;

import dev.sluice.engine.EngineConfig;
import dev.sluice.engine.backend.BackendInfo;
import dev.sluice.spring.EngineProperties;
import dev.sluice.spring.IterationTokens;
import dev.sluice.spring.ModelHolder;
import dev.sluice.spring.ServedModel;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** {@code GET /metrics} on the serving port, where inference gateways look for it. */
@RestController
final class MetricsController {
  private static final MediaType TEXT =
      MediaType.parseMediaType("text/plain;version=0.0.4;charset=utf-8");
  private static final String CONFIG = "vllm:cache_config_info";

  private final PrometheusMeterRegistry registry;
  private final IterationTokens iterations;
  private final ModelHolder holder;
  private final String labels;

  MetricsController(
      PrometheusMeterRegistry registry,
      IterationTokens iterations,
      ModelHolder holder,
      EngineProperties properties) {
    this.registry = registry;
    this.iterations = iterations;
    this.holder = holder;
    labels = "engine=\"0\",model_name=\"" + escaped(properties.modelName()) + "\"";
  }

  @GetMapping("/metrics")
  ResponseEntity<String> scrape() {
    StringBuilder out = new StringBuilder(registry.scrape("text/plain; version=0.0.4"));
    iterations.writeTo(out, labels);
    ServedModel model = holder.model();
    if (model != null) {
      writeCacheConfig(out, model);
    }
    return ResponseEntity.ok().contentType(TEXT).body(out.toString());
  }

  /** By hand, because Micrometer strips the reserved suffix {@code _info}. */
  private void writeCacheConfig(StringBuilder out, ServedModel model) {
    BackendInfo backend = model.engine().backendInfo();
    EngineConfig config = model.engine().config();
    out.append("# HELP ").append(CONFIG).append(" Information of the LLMEngine CacheConfig\n");
    out.append("# TYPE ").append(CONFIG).append(" gauge\n");
    out.append(CONFIG).append('{').append(labels);
    out.append(",block_size=\"").append(backend.blockSize());
    out.append("\",num_gpu_blocks=\"").append(backend.blockCount());
    out.append("\",cache_dtype=\"auto\",enable_prefix_caching=\"");
    out.append(config.prefixCaching() ? "True" : "False"); // as Python prints it
    out.append("\"} 1.0\n");
  }

  private static String escaped(String label) {
    return label.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
  }
}
