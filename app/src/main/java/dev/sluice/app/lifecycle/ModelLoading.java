package dev.sluice.app.lifecycle;

import dev.sluice.app.SluiceApplication;
import dev.sluice.engine.backend.BackendInfo;
import dev.sluice.spring.ModelHolder;
import dev.sluice.spring.ServedModel;
import java.lang.management.ManagementFactory;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.web.server.context.WebServerInitializedEvent;
import org.springframework.context.ApplicationContext;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/** Says when the server is ready, and ends the process if its model can't be loaded. */
@Component
final class ModelLoading {
  private static final Logger log = LoggerFactory.getLogger(ModelLoading.class);

  private final ApplicationContext context;
  private final ModelHolder holder;

  ModelLoading(ApplicationContext context, ModelHolder holder) {
    this.context = context;
    this.holder = holder;
  }

  @EventListener
  void onPortOpen(WebServerInitializedEvent event) {
    int port = event.getWebServer().getPort();
    holder.loaded().subscribe(model -> logReady(model, port), this::exit); // on the loader's thread
  }

  private void exit(Throwable failure) {
    log.debug("The server ends, since it has no model", failure);
    System.exit(SpringApplication.exit(context, () -> 1));
  }

  private void logReady(ServedModel model, int port) {
    String host = context.getEnvironment().getProperty("server.address", "127.0.0.1");
    BackendInfo backend = model.engine().backendInfo();
    log.info(
        "Sluice {} serving {} at http://{}:{} ({}, {} KV blocks of {} tokens) - ready in {} s",
        SluiceApplication.VERSION,
        model.name(),
        host,
        port,
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
