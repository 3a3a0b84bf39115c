package dev.sluice.test.browser;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.WindowType;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.support.ui.WebDriverWait;
import tools.jackson.databind.JsonNode;

/**
 * How a person reads, from the page to the engine: slowly, not at all while the page is hidden, and
 * on after a reload.
 */
class ReadingIT {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** What the page grants at first, and what the engine may compute beyond it. */
  private static final int CREDIT = 64;

  private static final int LOOKAHEAD = 16;
  private static final String QUESTION = "hello world";

  @TempDir static Path folder;
  private static ChromeDriver browser;
  private static LiveServer server;

  private WebDriverWait wait;
  private String tab;

  @BeforeAll
  static void start() throws Exception {
    browser = Chromium.open(folder.resolve("profile"));
    server = LiveServer.start(folder, null);
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
    tab = browser.getWindowHandle();
    browser.get(server.page(""));
    waitUntilReady(); // or the page may yet write down its own settings
    browser.executeScript("localStorage.clear(); sessionStorage.clear()");
  }

  private void waitUntilReady() {
    wait.until(
        page -> "ready".equals(page.findElement(By.id("model")).getDomAttribute("data-state")));
  }

  @AfterEach
  void closePage() {
    assertThat(browser.executeScript("return window.policyViolations")).isEqualTo(List.of());
    if (Boolean.TRUE.equals(
        browser.executeScript("return document.body.dataset.running === 'true'"))) {
      browser.findElement(By.id("send")).click();
    }
    until(() -> server.sequences().isEmpty());
  }

  @Test
  void slowReader_isNeverLeftBehindByMoreThanItsCredit() {
    read(20, false, 300);
    ask();
    until(() -> {
      int generated = generated();
      int shown = shown();
      assertThat(generated).isLessThanOrEqualTo(shown + CREDIT + LOOKAHEAD);
      return shown > 70 && generated > CREDIT + LOOKAHEAD; // it was granted more, and used it
    });
    assertThat(generated()).isLessThan(300);
  }

  @Test
  void hiddenPage_pausesAndGoesOnWhenShown() {
    read(20, false, 300);
    ask();
    until(() -> shown() > 5);
    hide();
    until(() -> "paused".equals(sequence("state")));
    int generated = generated();
    until(() -> server.sequences().getFirst().get("idle_ms").intValue() > 1500);
    assertThat(generated()).isEqualTo(generated);

    show();
    until(() -> generated() > generated);
  }

  @Test
  void hiddenPage_thatIsToGoOn_does() {
    read(20, true, 300);
    ask();
    until(() -> shown() > 5);
    hide();
    until(() -> generated() > 5 + CREDIT + LOOKAHEAD + 32);
    show();
  }

  @Test
  void reloadAndLostNetwork_midAnswer_leaveTheTextAsItWouldHaveBeen() {
    read(0, false, 200);
    ask();
    waitUntilIdle();
    String undisturbed = content();
    browser.executeScript("document.getElementById('new-chat').click()");

    read(20, false, 200);
    ask();
    until(() -> shown() > 10);
    browser.navigate().refresh();
    until(() -> shown() > 30);
    assertThat(browser.findElements(By.cssSelector(".message-answer"))).hasSize(1);
    browser.executeScript("dispatchEvent(new Event('offline'))");
    until(() -> shown() > 50);
    setReading(0, false, 200);
    browser.navigate().refresh();
    waitUntilIdle();

    assertThat(content()).isEqualTo(undisturbed);
    assertThat(text(".problem")).isEmpty();
    assertThat(text(".figures")).contains("200 tokens");
  }

  @Test
  void answerThatWasGivenUp_isSaidAfterTheReload() {
    read(20, false, 300);
    ask();
    until(() -> shown() > 5);
    browser.executeScript(
        "const live = JSON.parse(sessionStorage['sluice.live']); live.stream = 'chatcmpl-0';"
            + "sessionStorage['sluice.live'] = JSON.stringify(live)");
    String before = content();
    browser.navigate().refresh();
    waitUntilIdle();
    assertThat(text(".problem")).contains("given up while you were away");
    assertThat(content()).startsWith(before);
  }

  @Test
  void socketThatCantBeHad_isReplacedByEvents() {
    Map<String, Object> script =
        browser.executeCdpCommand(
            "Page.addScriptToEvaluateOnNewDocument",
            Map.of("source", "window.WebSocket = class { constructor() { throw new Error(); } };"));
    try {
      read(0, false, 40);
      ask();
      waitUntilIdle();
      assertThat(text(".problem")).isEmpty();
      assertThat(text(".figures")).contains("40 tokens");
      assertThat(
              browser.executeScript(
                  "return performance.getEntriesByType('resource')"
                      + ".some(({ name }) => name.endsWith('/v1/chat/completions'))"))
          .isEqualTo(true);
    } finally {
      browser.executeCdpCommand(
          "Page.removeScriptToEvaluateOnNewDocument",
          Map.of("identifier", Objects.requireNonNull(script.get("identifier"))));
    }
  }

  /** Loads the page for one who reads so many tokens per second, or 0 for all at once. */
  private void read(int pace, boolean background, int maxTokens) {
    setReading(pace, background, maxTokens);
    browser.navigate().refresh();
    waitUntilReady();
  }

  private static void setReading(int pace, boolean background, int maxTokens) {
    browser.executeScript(
        "localStorage['sluice.settings'] = JSON.stringify({ temperature: 0, repetition_penalty: 1,"
            + " pace: arguments[0], background: arguments[1], max_tokens: arguments[2] })",
        pace,
        background,
        maxTokens);
  }

  private static void ask() {
    WebElement prompt = browser.findElement(By.id("prompt"));
    prompt.clear(); // a reload may have brought back a draft
    prompt.sendKeys(QUESTION);
    assertThat(prompt.getDomProperty("value")).isEqualTo(QUESTION);
    prompt.sendKeys(Keys.ENTER);
  }

  /** Another tab is in front of the page. */
  private static void hide() {
    browser.switchTo().newWindow(WindowType.TAB);
  }

  private void show() {
    browser.close();
    browser.switchTo().window(tab);
  }

  private static String sequence(String field) {
    List<JsonNode> sequences = server.sequences();
    return sequences.isEmpty() ? "" : sequences.getFirst().get(field).asString();
  }

  private static int generated() {
    List<JsonNode> sequences = server.sequences();
    return sequences.isEmpty() ? 0 : sequences.getFirst().get("generated_tokens").intValue();
  }

  /** The last message as it is kept; what is on the page is kept when the page is left. */
  private static String kept(String field) {
    Object value =
        browser.executeScript(
            """
            dispatchEvent(new Event("pagehide"));
            const [chat] = JSON.parse(localStorage["sluice.chats"] ?? "[]");
            const last = chat ? JSON.parse(localStorage[`sluice.chat.${chat.id}`]).at(-1) : {};
            return String(last[arguments[0]] ?? "");
            """,
            field);
    return String.valueOf(value);
  }

  private static int shown() {
    String seq = kept("seq");
    return seq.isEmpty() ? 0 : Integer.parseInt(seq) + 1;
  }

  private static String content() {
    return kept("content");
  }

  private static String text(String selector) {
    String script = "return [...document.querySelectorAll(arguments[0])].at(-1)?.innerText ?? ''";
    return String.valueOf(browser.executeScript(script, selector));
  }

  private void waitUntilIdle() {
    until(() ->
        Boolean.TRUE.equals(
            browser.executeScript(
                "return document.body.dataset.running === 'false'"
                    + " && !document.querySelector('[aria-busy]')"
                    + " && document.querySelector('.message-answer') !== null")));
  }

  private void until(BooleanSupplier condition) {
    wait.until(page -> condition.getAsBoolean());
  }
}
