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
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.support.ui.WebDriverWait;
import tools.jackson.databind.JsonNode;

/** The engine page over a real engine, on a server with a key. */
@TestMethodOrder(MethodOrderer.MethodName.class)
class EngineViewIT {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final String KEY = "open sesame?~";

  @TempDir static Path folder;
  private static ChromeDriver browser;
  private static LiveServer server;

  private WebDriverWait wait;

  @BeforeAll
  static void start() throws Exception {
    browser = Chromium.open(folder.resolve("profile"));
    server = LiveServer.start(folder, KEY);
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
    browser.get(server.page("engine"));
    until(() -> !"connecting".equals(link()));
    if ("unauthorized".equals(link())) {
      until(() -> find("#key-dialog").isDisplayed());
      find("#api-key").sendKeys(KEY, Keys.ENTER);
    }
    until(() -> "live".equals(link()));
  }

  @AfterEach
  void pageStayedClean() {
    assertThat(browser.executeScript("return window.policyViolations")).isEqualTo(List.of());
  }

  @Test
  void stalledSequence_isShownWithItsBlocksAndCanBeHeldAndAborted() throws Exception {
    String id = server.stalledReader(1);
    until(() -> text(lane(id) + " .state").matches("stalled|paused"));
    until(() -> "paused".equals(text(lane(id) + " .state")));
    JsonNode sequence = server.sequences().getFirst();
    assertThat(text(lane(id) + " [data-name=blocks]"))
        .isEqualTo(String.valueOf(sequence.get("blocks").size()));
    assertThat(text(lane(id) + " [data-name=stalls]")).isEqualTo("1");
    assertThat(text("#pool-words")).startsWith(sequence.get("blocks").size() + " of 96 held");
    assertThat(cellsOf(id)).isEqualTo(sequence.get("blocks").size());
    assertThat(text("#counts [data-state=paused] strong")).isEqualTo("1");

    find(lane(id) + " .lane-hold").click();
    until(() -> server.sequences().getFirst().get("held").booleanValue());
    until(() -> text(lane(id) + " .state").endsWith("held"));
    find("[aria-label^='Resume']").click();
    until(() -> !server.sequences().getFirst().get("held").booleanValue());

    find(lane(id) + " .lane-abort").click();
    until(() -> server.sequences().isEmpty());
    until(() -> all(".lane").isEmpty());
    assertThat(find("#no-lanes").isDisplayed()).isTrue();
  }

  @Test
  void manySequences_areReachedByTheKeyboard() throws Exception {
    for (int i = 0; i < 12; i++) {
      server.stalledReader(1);
    }
    until(() -> all(".lane").size() == 12);
    browser.executeScript("document.querySelector('.lane .lane-abort').focus()");
    browser.switchTo().activeElement().sendKeys(Keys.ARROW_DOWN, Keys.ARROW_DOWN);
    assertThat(focusedRow()).isEqualTo(2L);
    browser.switchTo().activeElement().sendKeys(Keys.ENTER);
    until(() -> all(".lane").size() == 11);
    assertThat(focusedRow()).as("the next one's button has the focus").isEqualTo(2L);
    assertThat(
            browser.executeScript(
                "return [...document.querySelectorAll('button, a')].filter((node) =>"
                    + " !(node.ariaLabel || node.textContent.trim())).map((node) => node.outerHTML)"))
        .isEqualTo(List.of());
    for (int left = 10; left >= 0; left--) {
      int expected = left;
      browser.executeScript("document.querySelector('.lane .lane-abort').click()");
      until(() -> all(".lane").size() == expected);
    }
  }

  @Test
  void network_lost_isSaidAndComesBack() {
    try {
      network(true);
      until(() -> "lost".equals(link()));
      until(() -> find("#banner").getText().contains("cannot be reached. Trying again"));
    } finally {
      network(false);
    }
    until(() -> "live".equals(link()));
    assertThat(find("#banner").isDisplayed()).isFalse();
  }

  @Test
  void chat_onAServerWithAKey_goesByTheSocket() {
    Map<String, Object> ignored =
        browser.executeCdpCommand(
            "Page.addScriptToEvaluateOnNewDocument",
            Map.of(
                "source",
                "window.sent = []; const send = WebSocket.prototype.send;"
                    + "WebSocket.prototype.send = function (text) {"
                    + " window.sent.push(JSON.parse(text).type); send.call(this, text); };"));
    assertThat(ignored).isNotEmpty();
    browser.get(server.page(""));
    until(() -> "ready".equals(find("#model").getDomAttribute("data-state")));
    find("#prompt").sendKeys("hello world", Keys.ENTER);
    until(() -> text(".figures").matches("(?s).*\\d+ tokens.*prompt \\d+ tokens"));
    assertThat(String.valueOf(browser.executeScript("return window.sent")))
        .startsWith("[generate, credit");
  }

  private static String lane(String id) {
    return "tr[data-id='" + id + "']";
  }

  /** On how many cells of the map the pointer is told of the sequence. */
  private static int cellsOf(String id) {
    Object count =
        browser.executeScript(
            """
            const pool = document.getElementById("pool");
            const { left, top, width, height } = pool.getBoundingClientRect();
            const words = new Set();
            for (let y = 1; y < height; y += 2) {
              for (let x = 1; x < width; x += 2) {
                pool.dispatchEvent(new PointerEvent("pointermove", { clientX: left + x, clientY: top + y }));
                words.add(document.getElementById("pointed").textContent);
              }
            }
            return [...words].filter((text) => text.includes(arguments[0])).length;
            """,
            id);
    return ((Number) Objects.requireNonNull(count)).intValue();
  }

  private static Object focusedRow() {
    Object row =
        browser.executeScript(
            "return [...document.querySelectorAll('.lane')].findIndex((row) =>"
                + " row.querySelector('.lane-abort') === document.activeElement)");
    return Objects.requireNonNull(row);
  }

  private static void network(boolean offline) {
    browser.executeCdpCommand("Network.enable", Map.of());
    browser.executeCdpCommand(
        "Network.emulateNetworkConditions",
        Map.of("offline", offline, "latency", 0, "downloadThroughput", -1, "uploadThroughput", -1));
  }

  private static String link() {
    return String.valueOf(find("#link-state").getDomAttribute("data-state"));
  }

  private static WebElement find(String selector) {
    return browser.findElement(By.cssSelector(selector));
  }

  private static List<WebElement> all(String selector) {
    return browser.findElements(By.cssSelector(selector));
  }

  private static String text(String selector) {
    String script = "return [...document.querySelectorAll(arguments[0])].at(-1)?.innerText ?? ''";
    return String.valueOf(browser.executeScript(script, selector));
  }

  private void until(BooleanSupplier condition) {
    wait.until(page -> condition.getAsBoolean());
  }
}
