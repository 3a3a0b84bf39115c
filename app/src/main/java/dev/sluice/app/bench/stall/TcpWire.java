package dev.sluice.app.bench.stall;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/** Server-sent events over a plain socket: a reader that stops leaves its bytes in the kernel. */
public final class TcpWire implements Wire {
  private final URI server;
  private final @Nullable String apiKey;

  public TcpWire(URI server, @Nullable String apiKey) {
    this.server = server;
    this.apiKey = apiKey;
  }

  @Override
  public String name() {
    return "tcp";
  }

  @Override
  public Reader open(String body, Listener listener) {
    try {
      int port = server.getPort() < 0 ? 80 : server.getPort();
      SocketReader reader = new SocketReader(new Socket(server.getHost(), port), listener);
      reader.send(body.substring(0, body.length() - 1) + ",\"stream\":true}");
      Thread.ofVirtual().name("bench-tcp").start(reader);
      return reader;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {}

  private final class SocketReader implements Reader, Runnable {
    private final Socket socket;
    private final Listener listener;
    private final CountDownLatch never = new CountDownLatch(1);

    SocketReader(Socket socket, Listener listener) {
      this.socket = socket;
      this.listener = listener;
    }

    void send(String body) throws IOException {
      byte[] bytes = body.getBytes(UTF_8);
      String head =
          "POST /v1/completions HTTP/1.1\r\nHost: "
              + server.getAuthority()
              + "\r\nContent-Type: application/json\r\nContent-Length: "
              + bytes.length
              + (apiKey == null ? "" : "\r\nAuthorization: Bearer " + apiKey)
              + "\r\n\r\n";
      socket.getOutputStream().write(head.getBytes(ISO_8859_1));
      socket.getOutputStream().write(bytes);
      socket.getOutputStream().flush();
    }

    @Override
    public void run() {
      try (BufferedReader lines =
          new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8))) {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
          if (line.startsWith("data:") && line.contains("\"text\":") && !listener.token()) {
            never.await(); // until it is closed
            return;
          }
          if (line.endsWith("[DONE]")) {
            break;
          }
        }
        listener.ended(null);
      } catch (IOException e) {
        listener.ended(e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    @Override
    public void close() {
      try {
        socket.close();
      } catch (IOException _) {
        // it is gone, which is what was wanted
      }
      never.countDown();
    }
  }
}
