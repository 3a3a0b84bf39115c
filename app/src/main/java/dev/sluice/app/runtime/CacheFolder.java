package dev.sluice.app.runtime;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Where Sluice keeps what it can fetch again. */
final class CacheFolder {

  private CacheFolder() {}

  static Path locate() {
    return locate(System.getenv(), System.getProperty("os.name"), System.getProperty("user.home"));
  }

  /** {@code SLUICE_HOME}, or else the folder that the operating system has for caches. */
  static Path locate(Map<String, String> environment, String osName, String userHome) {
    String own = environment.get("SLUICE_HOME");
    return isSet(own) ? Path.of(own) : systemCache(environment, osName, userHome).resolve("sluice");
  }

  private static Path systemCache(Map<String, String> environment, String osName, String userHome) {
    String os = osName.toLowerCase(Locale.ROOT);
    String named = environment.get(os.startsWith("windows") ? "LOCALAPPDATA" : "XDG_CACHE_HOME");
    if (isSet(named) && Path.of(named).isAbsolute()) {
      return Path.of(named);
    }
    Stream<String> names =
        os.startsWith("mac")
            ? Stream.of("Library", "Caches")
            : os.startsWith("windows") ? Stream.of("AppData", "Local") : Stream.of(".cache");
    return names.reduce(Path.of(userHome), Path::resolve, (a, b) -> b);
  }

  private static boolean isSet(@Nullable String value) {
    return value != null && !value.isBlank();
  }
}
