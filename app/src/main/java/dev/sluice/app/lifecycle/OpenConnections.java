package dev.sluice.app.lifecycle;

import dev.sluice.spring.DrainParticipant;
import org.springframework.stereotype.Component;

/** The server's part in a drain: its answers, and the connections that they go over. */
@Component
final class OpenConnections implements DrainParticipant {
  private final OpenRequests requests;
  private final Connections connections;

  OpenConnections(OpenRequests requests, Connections connections) {
    this.requests = requests;
    this.connections = connections;
  }

  @Override
  public int open() {
    return requests.count();
  }

  @Override
  public void cut() {
    requests.cut();
  }

  @Override
  public void close() {
    connections.closeAll();
  }
}
