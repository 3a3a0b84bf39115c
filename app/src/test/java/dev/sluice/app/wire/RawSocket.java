package dev.sluice.app.wire;

import dev.sluice.app.ServerHarness;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** A WebSocket client byte by byte, for what no library sends. */
final class RawSocket implements AutoCloseable {
  private final Socket socket;
  private final DataInputStream in;
  private final DataOutputStream out;
  private final String host;

  RawSocket(ServerHarness server) throws IOException {
    this(server, "127.0.0.1:" + server.port());
  }

  RawSocket(ServerHarness server, String host) throws IOException {
    this.host = host;
    socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
    socket.setSoTimeout(15_000);
    in = new DataInputStream(socket.getInputStream());
    out = new DataOutputStream(socket.getOutputStream());
  }

  /** The answer's head. */
  String handshake(String headers) throws IOException {
    return handshake("13", headers);
  }

  String handshake(String version, String headers) throws IOException {
    send(
        ("GET /v1/streams HTTP/1.1\r\nHost: "
                + host
                + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: "
                + version
                + "\r\n"
                + headers
                + "\r\n")
            .getBytes(StandardCharsets.ISO_8859_1));
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      head.append((char) in.readUnsignedByte());
    }
    return head.toString();
  }

  void send(byte[] bytes) throws IOException {
    out.write(bytes);
    out.flush();
  }

  /** The head of a masked frame, by a mask of zeros. */
  void header(int firstByte, long length) throws IOException {
    out.writeByte(firstByte);
    if (length < 126) {
      out.writeByte(0x80 | (int) length);
    } else {
      out.writeByte(0x80 | 127);
      out.writeLong(length);
    }
    out.writeInt(0);
    out.flush();
  }

  void frame(int firstByte, byte[] content) throws IOException {
    header(firstByte, content.length);
    send(content);
  }

  /** Reads on to the close frame. */
  int closeStatus() throws IOException {
    while (true) {
      int opcode = in.readUnsignedByte() & 0x0F;
      int length = in.readUnsignedByte();
      if (length == 126) {
        length = in.readUnsignedShort();
      }
      byte[] content = new byte[length];
      in.readFully(content);
      if (opcode == 8) {
        return length < 2 ? 1005 : ByteBuffer.wrap(content).getShort();
      }
    }
  }

  boolean isAtEnd() throws IOException {
    return in.read() < 0;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
