package dev.sluice.test.docker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.images.builder.ImageFromDockerfile;
import org.testcontainers.junit.jupiter.Container;
import org.testcontainers.junit.jupiter.Testcontainers;

/** Builds the image, which fetches its model at the first start, and asks it something. */
@Testcontainers(disabledWithoutDocker = true)
final class DockerImageIT {
  private static final int PORT = 8000;
  private static final String KEY = "image-test";

  @Container
  private static final GenericContainer<?> SERVER =
      new GenericContainer<>(image())
          .withEnv("SLUICE_API_KEY", KEY)
          .withExposedPorts(PORT)
          .waitingFor(Wait.forHttp("/health").forPort(PORT))
          .withStartupTimeout(Duration.ofMinutes(5));

  private static ImageFromDockerfile image() {
    Path root = root();
    ImageFromDockerfile image =
        new ImageFromDockerfile().withFileFromPath("Dockerfile", root.resolve("Dockerfile"));
    for (String part : new String[] {"pom.xml", "engine", "app", "src"}) {
      image.withFileFromPath(part, root.resolve(part));
    }
    return image;
  }

  /** The tests run in their module's folder, {@code src/test}. */
  private static Path root() {
    return Path.of("../..").toAbsolutePath().normalize();
  }

  @Test
  void image_withAKey_completesAPrompt() throws Exception {
    HttpResponse<String> response =
        send(
            "/v1/completions",
            "{\"prompt\":\"The capital of France is\",\"max_tokens\":4,\"temperature\":0}");

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.body()).contains("Paris");
  }

  @Test
  void image_process_isNotRoot() throws Exception {
    assertThat(SERVER.execInContainer("id", "-u").getStdout().strip()).isNotEqualTo("0");
  }

  private static HttpResponse<String> send(String path, String body)
      throws IOException, InterruptedException {
    URI uri = URI.create("http://" + SERVER.getHost() + ":" + SERVER.getMappedPort(PORT) + path);
    HttpRequest request =
        HttpRequest.newBuilder(uri)
            .header("Content-Type", "application/json")
            .header("Authorization", "Bearer " + KEY)
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build();
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(request, BodyHandlers.ofString());
    }
  }
}
