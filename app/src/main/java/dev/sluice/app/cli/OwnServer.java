package dev.sluice.app.cli;

import dev.sluice.app.SluiceApplication;
import dev.sluice.spring.ModelHolder;
import dev.sluice.spring.OperatorException;
import dev.sluice.spring.ServedModel;
import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;

/** A server of this process, on a free port of loopback, for as long as a benchmark runs. */
final class OwnServer implements AutoCloseable {
  private static final Duration READY = Duration.ofMinutes(3);
  private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  private final ConfigurableApplicationContext context;

  private OwnServer(ConfigurableApplicationContext context) {
    this.context = context;
  }

  /** Starts it and waits until it is ready. */
  static OwnServer start(Map<String, Object> properties) {
    Map<String, Object> all = new LinkedHashMap<>(properties);
    all.put("server.port", 0);
    OwnServer server = new OwnServer(SluiceApplication.run(all));
    server.awaitReady();
    return server;
  }

  private void awaitReady() {
    ModelHolder holder = context.getBean(ModelHolder.class);
    long deadline = System.nanoTime() + READY.toNanos();
    while (!holder.isReady()) {
      if (System.nanoTime() > deadline) {
        close();
        throw new OperatorException("the model is not ready after " + READY.toSeconds() + " s");
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
  }

  URI uri() {
    var web = ((WebServerApplicationContext) context).getWebServer();
    if (web == null) {
      throw new IllegalStateException("the server has no port");
    }
    return URI.create("http://127.0.0.1:" + web.getPort());
  }

  ServedModel model() {
    return context.getBean(ModelHolder.class).require();
  }

  @Override
  public void close() {
    context.close();
  }
}
