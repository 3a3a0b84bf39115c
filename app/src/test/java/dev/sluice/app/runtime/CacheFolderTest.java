package dev.sluice.app.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class CacheFolderTest {

  @Test
  void locate_sluiceHome_isTakenAsItIs() {
    assertThat(CacheFolder.locate(Map.of("SLUICE_HOME", "/data/s"), "Linux", "/home/u"))
        .isEqualTo(Path.of("/data/s"));
  }

  @Test
  void locate_xdgCacheHome_isItsSluiceFolder() {
    assertThat(CacheFolder.locate(Map.of("XDG_CACHE_HOME", "/c"), "Linux", "/home/u"))
        .isEqualTo(Path.of("/c/sluice"));
  }

  @Test
  void locate_xdgCacheHomeIsRelative_isIgnored() {
    assertThat(CacheFolder.locate(Map.of("XDG_CACHE_HOME", "c"), "Linux", "/home/u"))
        .isEqualTo(Path.of("/home/u/.cache/sluice"));
  }

  @Test
  void locate_nothingSet_isTheSystemsCache() {
    assertThat(CacheFolder.locate(Map.of("SLUICE_HOME", " "), "Linux", "/home/u"))
        .isEqualTo(Path.of("/home/u/.cache/sluice"));
    assertThat(CacheFolder.locate(Map.of(), "Mac OS X", "/Users/u"))
        .isEqualTo(Path.of("/Users/u/Library/Caches/sluice"));
    assertThat(CacheFolder.locate(Map.of(), "Windows 11", "/u"))
        .isEqualTo(Path.of("/u/AppData/Local/sluice"));
  }
}
