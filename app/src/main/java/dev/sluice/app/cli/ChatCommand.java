package dev.sluice.app.cli;

import dev.sluice.app.client.OpenAiClient;
import dev.sluice.app.runtime.ModelStore;
import dev.sluice.engine.EngineObserver;
import dev.sluice.spring.ModelRuntime;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Chats in the terminal, with a model in this process or with a server. */
@Command(
    name = "chat",
    mixinStandardHelpOptions = true,
    versionProvider = BuildVersion.class,
    description = {
      "Chat in the terminal, with a model in this process or with a server.",
      "Reads one prompt per line if standard input is not a terminal."
    })
final class ChatCommand implements Callable<Integer> {

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it before it runs the command
  private CommandSpec spec;

  @Mixin private EngineFlags engine = new EngineFlags();

  @Option(names = "--url", description = "Chat with this OpenAI server instead of in process.")
  private @Nullable URI url;

  @Option(
      names = "--api-key",
      paramLabel = "KEY",
      description = "Key for the server. Default: $SLUICE_API_KEY.")
  private @Nullable String apiKey;

  @Option(names = "--system", paramLabel = "TEXT", description = "System message.")
  private @Nullable String system;

  @Option(names = "--temperature", description = "0 is greedy; at most 2. Default: 0.7.")
  private double temperature = 0.7;

  @Option(
      names = "--max-tokens",
      paramLabel = "TOKENS",
      description = "Longest answer. Default: 1024.")
  private int maxTokens = 1024;

  @Override
  public Integer call() throws IOException {
    if (!(temperature >= 0 && temperature <= 2)) {
      throw new ParameterException(
          spec.commandLine(), "--temperature " + temperature + " is outside of 0 to 2");
    }
    if (maxTokens < 1) {
      throw new ParameterException(spec.commandLine(), "--max-tokens " + maxTokens + " is below 1");
    }
    try (ChatModel model = url == null ? local() : remote(url)) {
      return session(model).run() == 0 ? 0 : 1;
    }
  }

  private ChatSession session(ChatModel model) {
    Interrupts interrupts = new Interrupts();
    interrupts.install();
    return new ChatSession(
        model,
        new BufferedReader(new InputStreamReader(System.in, inputCharset())),
        spec.commandLine().getOut(),
        spec.commandLine().getErr(),
        Terminal.isInteractive(),
        interrupts,
        system,
        temperature);
  }

  /** The terminal's own; UTF-8 where the JVM can't tell, as in a pipe. */
  private static Charset inputCharset() {
    String name = System.getProperty("stdin.encoding");
    return name == null || !Terminal.isInteractive()
        ? StandardCharsets.UTF_8
        : Charset.forName(name, StandardCharsets.UTF_8);
  }

  private ChatModel local() {
    Path modelFile = Models.resolve(ModelStore.standard(), engine.model);
    return new LocalChatModel(
        ModelRuntime.load(engine.settings(modelFile), EngineObserver.NONE), maxTokens);
  }

  private ChatModel remote(URI server) {
    String key = apiKey == null ? System.getenv("SLUICE_API_KEY") : apiKey;
    OpenAiClient client = new OpenAiClient(server, key, Duration.ofMinutes(5));
    return new RemoteChatModel(
        client, engine.model == null ? Models.first(client) : engine.model, maxTokens);
  }
}
