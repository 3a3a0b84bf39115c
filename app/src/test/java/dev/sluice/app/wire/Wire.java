package dev.sluice.app.wire;

import dev.sluice.app.ServerHarness;
import java.util.List;

/** A transport as a reader sees it: the kit's cases run on each. */
interface Wire {

  /** Starts a chat stream with further request fields and a first credit. */
  Reading open(String fields, int credit) throws Exception;

  /** Grants for a stream that never was; the answer's code. */
  String grantUnknown() throws Exception;

  /** Drops the connection. */
  void close();

  /** One stream. */
  interface Reading {
    /** Grants, and says by what code it was refused; empty if it wasn't. */
    String grant(int n) throws Exception;

    /** Ends the stream, as politely as the transport can. */
    void cancel() throws Exception;

    /** The texts of the tokens received so far. */
    List<String> tokens();

    /** Waits for the end: {@code stop}, {@code length} or an error's code. */
    String end() throws Exception;
  }

  /** The transports. */
  enum Kind {
    SOCKET {
      @Override
      Wire connect(ServerHarness server) throws Exception {
        return new SocketWire(server);
      }
    },
    SSE {
      @Override
      Wire connect(ServerHarness server) {
        return new SseWire(server);
      }
    },
    RSOCKET {
      @Override
      Wire connect(ServerHarness server) {
        return new RSocketWire(server);
      }

      // A subscription ignores what comes too late, and may be asked for any number.
      @Override
      String refusal(String code) {
        return "";
      }
    };

    /** How a grant that is refused by this code shows; empty if it is ignored. */
    String refusal(String code) {
      return code;
    }

    abstract Wire connect(ServerHarness server) throws Exception;
  }
}
