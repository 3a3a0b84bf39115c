package dev.sluice.test;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The repository's own rules, as far as a program can check them. */
class TidyTest {
  private static final int MAX_LINES = 700;
  private static final Set<String> SKIPPED = Set.of("target", ".git", "node_modules");
  private static final Pattern PROMISE = Pattern.compile("\\b(TO" + "DO|FIX" + "ME|XX" + "X)\\b");
  private static final Pattern PUBLIC_TYPE =
      Pattern.compile(
          "^public (?:(?:final|sealed|non-sealed|abstract|static) )*"
              + "(?:class|interface|enum|record|@interface) \\w+",
          Pattern.MULTILINE);

  /** Folders that exist on the machine that something was written on. */
  private static final Pattern MACHINE_PATH =
      Pattern.compile("(?<![\\w.}])/(?:work|tmp|root|mnt)/");

  private static final Pattern TITLE = Pattern.compile("^# ", Pattern.MULTILINE);
  private static final Pattern CODE_BLOCK = Pattern.compile("```.*?```", Pattern.DOTALL);

  private static Path root() {
    Path path = Path.of("").toAbsolutePath();
    while (!Files.exists(path.resolve("sluice"))) {
      path = path.getParent();
      assertThat(path).as("a parent folder that holds the launcher").isNotNull();
    }
    return path;
  }

  private static List<Path> files(String... endings) {
    try (Stream<Path> tree = Files.walk(root())) {
      return tree.filter(Files::isRegularFile)
          .filter(path -> Stream.of(endings).anyMatch(path.toString()::endsWith))
          .filter(TidyTest::isOurs)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The modules' own code; clients for conformance checks are programs of their own. */
  private static List<Path> mainSources() {
    return files(".java").stream()
        .filter(path -> path.toString().contains("/src/main/java/"))
        .filter(path -> !path.toString().contains("/conformance/"))
        .toList();
  }

  private static boolean isOurs(Path path) {
    for (Path part : root().relativize(path)) {
      if (SKIPPED.contains(part.toString())) {
        return false;
      }
    }
    return true;
  }

  private static String read(Path path) {
    try {
      return Files.readString(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void assertNone(List<Path> files, Predicate<String> violates, String rule) {
    assertThat(files).isNotEmpty();
    assertThat(files.stream().filter(path -> violates.test(read(path)))).as(rule).isEmpty();
  }

  @Test
  void packages_haveInfoAndAreNullMarked() {
    List<Path> lacking =
        mainSources().stream()
            .map(path -> path.resolveSibling("package-info.java"))
            .distinct()
            .filter(info -> !Files.exists(info) || !read(info).contains("@NullMarked"))
            .toList();
    assertThat(lacking).isEmpty();
  }

  @Test
  void sources_promiseNothingForLater() {
    assertNone(
        files(".java", ".js", ".css", ".html", ".sh"),
        text -> PROMISE.matcher(text).find(),
        "a note to self belongs into the issue tracker");
  }

  @Test
  void texts_nameNoFolderOfTheirAuthorsMachine() {
    assertNone(
        files(".java", ".js", ".css", ".html", ".md", ".sh", ".py", ".xml", ".yml", ".json"),
        text -> MACHINE_PATH.matcher(text).find(),
        "a path that exists on one machine only");
  }

  @Test
  void sources_haveNoTabsAndNoTrailingSpaces() {
    assertNone(
        files(".java", ".js", ".css"),
        text -> text.contains("\t") || text.contains(" \n"),
        "tabs or trailing spaces");
  }

  @Test
  void sources_areNotTooLong() {
    assertNone(
        files(".java", ".js", ".css"),
        text -> text.lines().count() > MAX_LINES,
        "more than " + MAX_LINES + " lines");
  }

  @Test
  void markdown_hasOneTitle() {
    assertNone(
        files(".md"),
        text -> TITLE.matcher(CODE_BLOCK.matcher(text).replaceAll("")).results().count() != 1,
        "exactly one title");
  }

  @Test
  void publicTypes_sayWhatTheyAre() {
    assertNone(mainSources(), TidyTest::hasUndocumentedPublicType, "a public type without Javadoc");
  }

  private static boolean hasUndocumentedPublicType(String text) {
    return PUBLIC_TYPE
        .matcher(text)
        .results()
        .map(match -> text.substring(0, match.start()))
        .anyMatch(before -> before.lastIndexOf("*/") <= before.lastIndexOf("\nimport "));
  }
}
