package dev.sluice.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The launcher over stand-ins for Java and Maven. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the launcher is a shell script")
final class LauncherTest {
  private static final String FAKE_JAVA =
      """
      #!/bin/sh
      case "$*" in
        *extract*) for last; do :; done; mkdir -p "$last"; : > "$last/app-1-exec.jar" ;;
        *AOTCacheOutput*) exit 1 ;;
        *) printf '%s\\n' "java $*" ;;
      esac
      """;
  private static final String FAKE_MAVEN =
      """
      #!/bin/sh
      echo "mvn $*" >> "$CALLS"
      echo '[INFO] Building Sluice server 1.0   [1/1]'
      mkdir -p app/target
      : > app/target/app-1-exec.jar
      """;

  @TempDir private Path folder;
  private Path root;
  private Path bin;

  @BeforeEach
  void setUp() throws IOException {
    root = Files.createDirectories(folder.resolve("sluice home"));
    bin = Files.createDirectories(folder.resolve("bin"));
    Files.copy(launcher(), root.resolve("sluice"));
    assertThat(root.resolve("sluice").toFile().setExecutable(true)).isTrue();
    for (String source : List.of("engine/src/main", "app/src/main", "src/main")) {
      Files.createDirectories(root.resolve(source));
    }
    for (String pom : List.of("pom.xml", "engine/pom.xml", "app/pom.xml")) {
      Files.createFile(root.resolve(pom));
    }
  }

  private static Path launcher() {
    return Path.of("../sluice").toAbsolutePath().normalize(); // tests run in the module's folder
  }

  @Test
  void start_onlyAnOldJava_saysWhichIsNeededAndWhatWasFound() throws Exception {
    Path old = java("17.0.1");

    Outcome outcome = run(root.resolve("sluice"), old, "pull");

    assertThat(outcome.exitCode()).isEqualTo(1);
    assertThat(outcome.output())
        .contains("sluice: Java 99 or newer is needed")
        .contains("17 (" + old + ")")
        .contains("adoptium.net");
  }

  @Test
  void start_noMaven_saysSo() throws Exception {
    Outcome outcome = run(root.resolve("sluice"), java("99.0.1"), "pull");

    assertThat(outcome.exitCode()).isEqualTo(1);
    assertThat(outcome.output()).contains("Maven is needed to build");
  }

  @Test
  void start_notBuilt_buildsOnceAndPassesArgumentsOn() throws Exception {
    script(bin.resolve("mvn"), FAKE_MAVEN);
    Path java = java("99.0.1");

    Outcome first = run(root.resolve("sluice"), java, "chat", "--system", "two words");
    Outcome second = run(root.resolve("sluice"), java, "pull");

    assertThat(first.output()).contains("Sluice server").contains("failed, so starts will be slow");
    assertThat(first.lastLine())
        .contains("--add-modules=jdk.incubator.vector")
        .endsWith(
            "-jar " + root.toRealPath() + "/target/sluice/sluice.jar chat --system two words");
    assertThat(second.output().lines()).hasSize(1);
    assertThat(Files.readAllLines(calls())).hasSize(1);
  }

  @Test
  void start_sourceIsNewer_buildsAgain() throws Exception {
    script(bin.resolve("mvn"), FAKE_MAVEN);
    Path java = java("99.0.1");
    run(root.resolve("sluice"), java, "pull");
    Path source = Files.createFile(root.resolve("app/src/main/New.java"));
    Path built = root.resolve("target/sluice/built");
    Files.setLastModifiedTime(
        source, FileTime.fromMillis(Files.getLastModifiedTime(built).toMillis() + 2000));

    run(root.resolve("sluice"), java, "pull");

    assertThat(Files.readAllLines(calls())).hasSize(2);
  }

  @Test
  void start_throughALink_findsItsFolder() throws Exception {
    script(bin.resolve("mvn"), FAKE_MAVEN);
    Path link = Files.createSymbolicLink(folder.resolve("link"), root.resolve("sluice"));

    Outcome outcome = run(link, java("99.0.1"), "pull");

    assertThat(outcome.lastLine()).endsWith("/sluice home/target/sluice/sluice.jar pull");
  }

  @Test
  void start_buildFails_showsItsLog() throws Exception {
    script(bin.resolve("mvn"), "#!/bin/sh\necho '[ERROR] it does not compile'\nexit 1\n");

    Outcome outcome = run(root.resolve("sluice"), java("99.0.1"), "pull");

    assertThat(outcome.exitCode()).isEqualTo(1);
    assertThat(outcome.output()).contains("it does not compile").contains("the build failed");
  }

  private Path java(String version) throws IOException {
    Path home = Files.createDirectories(folder.resolve("java-" + version));
    Files.createDirectories(home.resolve("bin"));
    Files.writeString(home.resolve("release"), "JAVA_VERSION=\"" + version + "\"\n");
    script(home.resolve("bin/java"), FAKE_JAVA);
    script(home.resolve("bin/javac"), "#!/bin/sh\n");
    return home;
  }

  private static void script(Path file, String text) throws IOException {
    Files.writeString(file, text);
    assertThat(file.toFile().setExecutable(true)).isTrue();
  }

  private Path calls() {
    return folder.resolve("calls");
  }

  private record Outcome(int exitCode, String output) {

    String lastLine() {
      return output.lines().toList().getLast();
    }
  }

  /** With a folder of nothing but the tools that the script itself uses, and no Java but ours. */
  private Outcome run(Path launcher, Path javaHome, String... arguments) throws Exception {
    for (String tool :
        List.of(
            "bash",
            "sh",
            "sed",
            "head",
            "tail",
            "find",
            "readlink",
            "dirname",
            "mkdir",
            "rm",
            "mv",
            "touch",
            "tee",
            "cat",
            "grep")) {
      offer(tool);
    }
    List<String> command = new ArrayList<>(List.of(launcher.toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().clear();
    builder.environment().put("PATH", bin.toString());
    builder.environment().put("HOME", folder.toString());
    builder.environment().put("JAVA_HOME", javaHome.toString());
    builder.environment().put("CALLS", calls().toString());
    builder.environment().put("SLUICE_NEED_JAVA", "99"); // no machine has one of its own
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return new Outcome(process.exitValue(), output);
  }

  private void offer(String tool) throws IOException {
    for (String place : List.of("/usr/bin/", "/bin/")) {
      Path target = Path.of(place + tool);
      if (Files.exists(target)) {
        script(bin.resolve(tool), "#!/bin/sh\nexec " + target + " \"$@\"\n");
        return;
      }
    }
  }
}
