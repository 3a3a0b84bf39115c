package dev.sluice.app.api;

import dev.sluice.app.SluiceApplication;
import dev.sluice.spring.ModelHolder;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** {@code GET /health} and {@code /version}. */
@RestController
final class StatusController {
  private final ModelHolder holder;

  StatusController(ModelHolder holder) {
    this.holder = holder;
  }

  /** Whether requests are answered. */
  record Status(String status) {}

  /** The server's version. */
  record Version(String version) {}

  @GetMapping("/health")
  ResponseEntity<Status> health() {
    return holder.isReady()
        ? ResponseEntity.ok(new Status("ok"))
        : ResponseEntity.status(HttpStatus.SERVICE_UNAVAILABLE).body(new Status(reason()));
  }

  private String reason() {
    if (holder.isDraining()) {
      return "shutting_down";
    }
    return holder.model() == null ? "loading" : "failed";
  }

  @GetMapping("/version")
  Version version() {
    return new Version(SluiceApplication.VERSION);
  }
}
