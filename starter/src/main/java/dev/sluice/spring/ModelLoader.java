package dev.sluice.spring;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.context.event.ContextRefreshedEvent;

/**
 * Loads the model on a thread of its own once everything else has started, so that it holds up
 * nothing: probes are answered meanwhile, and a port in use is noticed first.
 */
final class ModelLoader implements ApplicationListener<ContextRefreshedEvent> {
  private static final Logger log = LoggerFactory.getLogger(ModelLoader.class);

  private final ApplicationContext context;
  private final ModelSource source;
  private final ModelHolder holder;

  ModelLoader(ApplicationContext context, ModelSource source, ModelHolder holder) {
    this.context = context;
    this.source = source;
    this.holder = holder;
  }

  @Override
  public void onApplicationEvent(ContextRefreshedEvent event) {
    if (event.getApplicationContext().equals(context)) { // and not a child of it
      // Not a daemon: whoever waits for the model may end the application, and say an exit code.
      Thread.ofPlatform().name("model-loader").start(this::load);
    }
  }

  private void load() {
    try {
      holder.ready(source.load());
    } catch (Exception | OutOfMemoryError e) {
      log.error("The model could not be loaded: {}", reason(e));
      log.debug("Why it could not be loaded", e);
      holder.failed(e);
    }
  }

  private static String reason(Throwable e) {
    return e.getMessage() == null ? e.toString() : e.getMessage();
  }
}
