package dev.sluice.app.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import dev.sluice.app.runtime.ModelStore;
import dev.sluice.spring.ModelSettings;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.UnmatchedArgumentException;

final class CommandLineTest {
  @TempDir private Path folder;
  private Path modelFile;

  @BeforeEach
  void setUp() throws IOException {
    modelFile = Files.write(folder.resolve("own.gguf"), new byte[1]);
  }

  @Test
  void serve_everyFlag_isAProperty() {
    assertThat(
            serve(
                Map.of(),
                "--host=0.0.0.0",
                "--port",
                "9000",
                "--served-model-name=mine",
                "--max-model-len=512",
                "--max-num-seqs=8",
                "--max-num-batched-tokens=128",
                "--block-size=32",
                "--num-gpu-blocks-override=99",
                "--no-enable-prefix-caching",
                "--api-key=k",
                "--threads=3",
                "--max-num-queued-reqs=7"))
        .containsOnly(
            entry("sluice.model", modelFile.toString()),
            entry("sluice.host", "0.0.0.0"),
            entry("sluice.port", 9000),
            entry("sluice.served-model-name", "mine"),
            entry("sluice.max-model-len", 512),
            entry("sluice.max-num-seqs", 8),
            entry("sluice.max-num-batched-tokens", 128),
            entry("sluice.block-size", 32),
            entry("sluice.num-gpu-blocks-override", 99),
            entry("sluice.enable-prefix-caching", false),
            entry("sluice.api-key", "k"),
            entry("sluice.threads", 3),
            entry("sluice.max-num-queued-reqs", 7));
  }

  @Test
  void serve_noFlags_leavesPropertiesToSpring() {
    assertThat(serve(Map.of())).containsOnlyKeys("sluice.model");
  }

  @Test
  void serve_keyInTheEnvironment_isTaken() {
    assertThat(serve(Map.of("SLUICE_API_KEY", "e"))).containsEntry("sluice.api-key", "e");
    assertThat(serve(Map.of("SLUICE_API_KEY", "e"), "--api-key=f"))
        .containsEntry("sluice.api-key", "f");
  }

  @Test
  void serve_prefixCachingNamed_isOn() {
    assertThat(serve(Map.of(), "--enable-prefix-caching"))
        .containsEntry("sluice.enable-prefix-caching", true);
  }

  @Test
  void serve_springProperty_isPassedOn() {
    assertThat(serve(Map.of(), "--server.http2.enabled=true", "--sluice.insecure="))
        .containsEntry("server.http2.enabled", "true")
        .containsEntry("sluice.insecure", "");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--bogus", "--prot=1", "model.gguf", "--server.port"})
  void serve_unknownArgument_isRefused(String argument) {
    assertThatThrownBy(() -> serve(Map.of(), argument))
        .isInstanceOf(UnmatchedArgumentException.class)
        .hasMessageContaining(argument);
  }

  @Test
  void chat_wrongValue_exitsWithTwoAndSaysWhichInTwoLines() {
    Outcome outcome = execute("chat", "--temperature=3");

    assertThat(outcome.exitCode()).isEqualTo(2);
    assertThat(outcome.err().lines())
        .containsExactly(
            "sluice: --temperature 3.0 is outside of 0 to 2",
            "Run `sluice chat --help` for the usage.");
  }

  @Test
  void bench_wrongCount_exitsWithTwo() {
    assertThat(execute("bench", "--num-seqs=0").exitCode()).isEqualTo(2);
    assertThat(execute("bench", "--num-seqs=x").exitCode()).isEqualTo(2);
  }

  @Test
  void chat_absentModel_exitsWithOneAndOneMessage() {
    Outcome outcome = execute("chat", "--model", folder.resolve("absent.gguf").toString());

    assertThat(outcome.exitCode()).isEqualTo(1);
    assertThat(outcome.err()).startsWith("sluice: model '").doesNotContain("\tat ");
  }

  @Test
  void noCommand_exitsWithTwo() {
    assertThat(execute().exitCode()).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"serve", "chat", "pull", "bench"})
  void help_ofEachCommand_namesIt(String command) {
    Outcome outcome = execute(command, "--help");

    assertThat(outcome.exitCode()).isZero();
    assertThat(outcome.out()).startsWith("Usage: sluice " + command);
  }

  @Test
  void engineFlags_defaults_areTheSettings() {
    assertThat(new EngineFlags().settings(modelFile)).isEqualTo(ModelSettings.defaults(modelFile));
  }

  private Map<String, Object> serve(Map<String, String> environment, String... arguments) {
    ServeCommand command = new ServeCommand();
    CommandLine line = new CommandLine(command);
    String[] withModel = new String[arguments.length + 1];
    System.arraycopy(arguments, 0, withModel, 0, arguments.length);
    withModel[arguments.length] = "--model=" + modelFile;
    line.parseArgs(withModel);
    return command.properties(ModelStore.standard(), environment);
  }

  private record Outcome(int exitCode, String out, String err) {}

  private static Outcome execute(String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine line =
        SluiceCommand.commandLine()
            .setColorScheme(CommandLine.Help.defaultColorScheme(CommandLine.Help.Ansi.OFF))
            .setOut(new PrintWriter(out, true))
            .setErr(new PrintWriter(err, true));
    int exitCode = line.execute(arguments);
    return new Outcome(exitCode, out.toString(), err.toString());
  }
}
