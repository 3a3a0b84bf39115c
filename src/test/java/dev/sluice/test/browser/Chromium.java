package dev.sluice.test.browser;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.logging.Level;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/** The installed Chromium, headless and silent: nothing is downloaded and nothing phones home. */
final class Chromium {

  private static final Path BROWSER =
      Path.of(System.getProperty("sluice.test.chromium", "/usr/bin/chromium"));
  private static final Path DRIVER =
      Path.of(System.getProperty("sluice.test.chromedriver", "/usr/bin/chromedriver"));

  private Chromium() {}

  /** Opens a browser with the given empty profile, or skips the test where none is installed. */
  static ChromeDriver open(Path profile) {
    assumeTrue(
        Files.isExecutable(BROWSER) && Files.isExecutable(DRIVER),
        () ->
            "needs %s and %s (Debian: chromium, chromium-driver), or -Dsluice.test.chromium and -Dsluice.test.chromedriver"
                .formatted(BROWSER, DRIVER));
    ChromeDriver driver = new ChromeDriver(service(), options(profile));
    recordPolicyViolations(driver);
    return driver;
  }

  private static ChromeDriverService service() {
    return new ChromeDriverService.Builder()
        .usingDriverExecutable(new File(DRIVER.toString()))
        .usingAnyFreePort()
        .build();
  }

  private static ChromeOptions options(Path profile) {
    ChromeOptions options = new ChromeOptions();
    options.setBinary(BROWSER.toString());
    options.addArguments(
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--window-size=1280,860",
        "--user-data-dir=" + profile);
    LoggingPreferences logs = new LoggingPreferences();
    logs.enable(LogType.BROWSER, Level.ALL);
    options.setCapability(ChromeOptions.LOGGING_PREFS, logs);
    return options;
  }

  // Installed before any script of the page, so that no violation can come too early to be seen.
  private static void recordPolicyViolations(ChromeDriver driver) {
    driver.executeCdpCommand(
        "Page.addScriptToEvaluateOnNewDocument",
        Map.of(
            "source",
            """
            window.policyViolations = [];
            addEventListener("securitypolicyviolation", (event) =>
              window.policyViolations.push(`${event.violatedDirective}: ${event.blockedURI} ${event.sample}`));
            """));
  }
}
