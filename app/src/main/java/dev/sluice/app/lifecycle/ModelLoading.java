package dev.sluice.app.lifecycle;

import dev.sluice.app.SluiceApplication;
import dev.sluice.engine.backend.BackendInfo;
import java.lang.management.ManagementFactory;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.web.server.context.WebServerInitializedEvent;
import org.springframework.context.ApplicationContext;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/**
 * Loads the model on a thread of its own once the port is open, so that probes are answered
 * meanwhile and a port in use is noticed first. A model that can't be loaded ends the process.
 */
@Component
final class ModelLoading {
  private static final Logger log = LoggerFactory.getLogger(ModelLoading.class);

  private final ApplicationContext context;
  private final ModelSource source;
  private final ModelHolder holder;

  ModelLoading(ApplicationContext context, ModelSource source, ModelHolder holder) {
    this.context = context;
    this.source = source;
    this.holder = holder;
  }

  @EventListener
  void onPortOpen(WebServerInitializedEvent event) {
    // Not a daemon: it must outlive the context that it closes, to say the exit code.
    Thread.ofPlatform().name("model-loader").start(() -> load(event));
  }

  private void load(WebServerInitializedEvent event) {
    try {
      ServedModel model = source.load();
      holder.ready(model);
      logReady(model, event);
    } catch (Exception | OutOfMemoryError e) {
      log.error("The model could not be loaded: {}", reason(e));
      log.debug("Why it could not be loaded", e);
      System.exit(SpringApplication.exit(context, () -> 1));
    }
  }

  private static String reason(Throwable e) {
    return e.getMessage() == null ? e.toString() : e.getMessage();
  }

  private void logReady(ServedModel model, WebServerInitializedEvent event) {
    String host = context.getEnvironment().getProperty("server.address", "127.0.0.1");
    BackendInfo backend = model.engine().backendInfo();
    log.info(
        "Sluice {} serving {} at http://{}:{} ({}, {} KV blocks of {} tokens) - ready in {} s",
        SluiceApplication.VERSION,
        model.name(),
        host,
        event.getWebServer().getPort(),
        backend.description(),
        backend.blockCount(),
        backend.blockSize(),
        String.format(Locale.ROOT, "%.1f", sinceStartMillis() / 1000.0));
  }

  /** Since Java started: the launcher may have built the server first, as the same process. */
  private static long sinceStartMillis() {
    return System.currentTimeMillis() - ManagementFactory.getRuntimeMXBean().getStartTime();
  }
}
