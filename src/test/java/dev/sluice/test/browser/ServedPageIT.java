package dev.sluice.test.browser;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.app.SluiceApplication;
import dev.sluice.engine.model.TensorType;
import dev.sluice.engine.testkit.TinyModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.support.ui.WebDriverWait;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;

/** The page as the server itself delivers it, answered by a real engine over a tiny model. */
class ServedPageIT {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @TempDir static Path folder;
  private static ChromeDriver browser;
  private static ConfigurableApplicationContext server;

  private WebDriverWait wait;

  @BeforeAll
  static void start() throws IOException {
    browser = Chromium.open(folder.resolve("profile"));
    server =
        SluiceApplication.run(
            Map.of(
                "server.port", 0,
                "sluice.model", modelWithoutEnd(),
                "sluice.num-gpu-blocks-override", 64));
  }

  /** Without an end token every answer is as long as the context: no chance makes it empty. */
  private static Path modelWithoutEnd() throws IOException {
    byte[] model =
        new TinyModel(TensorType.Q8_0, 1).gguf().without("tokenizer.ggml.eos_token_id").build();
    return Files.write(folder.resolve("endless.gguf"), model);
  }

  @AfterAll
  static void stop() {
    if (browser != null) {
      browser.quit();
    }
    if (server != null) {
      server.close();
    }
  }

  @BeforeEach
  void openPage() {
    wait = new WebDriverWait(browser, PATIENCE, Duration.ofMillis(25));
    int port =
        Objects.requireNonNull(((WebServerApplicationContext) server).getWebServer()).getPort();
    browser.get("http://127.0.0.1:" + port + "/");
    wait.until(page -> "ready".equals(attribute("#model", "data-state")));
  }

  @Test
  void question_asked_isAnsweredByTheModelUnderThePagesPolicy() {
    ask("hello world");
    wait.withMessage(() -> "figures: " + text(".figures") + " problem: " + text(".problem"))
        .until(page -> text(".figures").matches("(?s).*\\d+ tokens.*prompt \\d+ tokens"));

    assertThat(browser.findElements(By.cssSelector(".problem"))).isEmpty();
    assertThat(browser.executeScript("return window.policyViolations")).isEqualTo(List.of());
  }

  @Test
  void question_longerThanTheContext_isRefusedWithTheNumbers() {
    ask("far too long ".repeat(100));
    wait.until(page -> text(".problem").contains(String.valueOf(TinyModel.CONTEXT)));
  }

  private static void ask(String question) {
    browser.findElement(By.id("prompt")).sendKeys(question, Keys.ENTER);
  }

  private static String attribute(String selector, String name) {
    return String.valueOf(browser.findElement(By.cssSelector(selector)).getDomAttribute(name));
  }

  /** Read in one go, since the page redraws while an answer grows. */
  private static String text(String selector) {
    String script = "return [...document.querySelectorAll(arguments[0])].at(-1)?.innerText ?? ''";
    return String.valueOf(browser.executeScript(script, selector));
  }
}
