package dev.sluice.app.api;

import org.springframework.core.io.ClassPathResource;
import org.springframework.core.io.Resource;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** {@code /engine}: the engine view by the name that one would type. */
@RestController
final class PageController {
  private static final Resource ENGINE = new ClassPathResource("static/engine.html");

  @GetMapping("/engine")
  ResponseEntity<Resource> engine() {
    return ResponseEntity.ok().contentType(MediaType.TEXT_HTML).body(ENGINE);
  }
}
