package dev.sluice.app.rsocket;

import io.netty.buffer.ByteBuf;
import io.rsocket.metadata.AuthMetadataCodec;
import io.rsocket.metadata.CompositeMetadata;
import io.rsocket.metadata.CompositeMetadata.Entry;
import io.rsocket.metadata.RoutingMetadata;
import io.rsocket.metadata.WellKnownAuthType;
import io.rsocket.metadata.WellKnownMimeType;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What stands beside a frame's data, of which this server looks at the route and the key.
 *
 * @param type the connection's, composite or that of the one thing in it
 * @param content as long as its frame is there
 */
record Metadata(String type, ByteBuf content) {
  private static final String COMPOSITE =
      WellKnownMimeType.MESSAGE_RSOCKET_COMPOSITE_METADATA.getString();
  private static final String ROUTING = WellKnownMimeType.MESSAGE_RSOCKET_ROUTING.getString();
  private static final String AUTHENTICATION =
      WellKnownMimeType.MESSAGE_RSOCKET_AUTHENTICATION.getString();

  /** The token as it is, from before there was the type above; Spring Security still has it. */
  private static final String BEARER = "message/x.rsocket.authentication.bearer.v0";

  private static final int MAX_SHOWN = 64;

  /** By which a request is routed; null if it names none. */
  @Nullable String route() {
    return find(
        ROUTING,
        route -> {
          Iterator<String> tags = new RoutingMetadata(route).iterator();
          return tags.hasNext() ? tags.next() : null;
        });
  }

  /** The bearer token; null if there is none. */
  @Nullable String bearer() {
    String token = find(AUTHENTICATION, Metadata::bearer);
    return token == null ? find(BEARER, Metadata::text) : token;
  }

  private static @Nullable String bearer(ByteBuf authentication) {
    ByteBuf content = authentication.duplicate();
    boolean bearer =
        AuthMetadataCodec.isWellKnownAuthType(content)
            && AuthMetadataCodec.readWellKnownAuthType(content) == WellKnownAuthType.BEARER;
    return bearer ? text(content) : null;
  }

  private static String text(ByteBuf content) {
    return content.toString(StandardCharsets.UTF_8);
  }

  private @Nullable String find(String wanted, Function<ByteBuf, @Nullable String> reader) {
    try {
      if (!COMPOSITE.equals(type)) {
        return wanted.equals(type) && content.isReadable() ? reader.apply(content) : null;
      }
      for (Entry entry : new CompositeMetadata(content, false)) {
        if (wanted.equals(entry.getMimeType())) {
          return reader.apply(entry.getContent());
        }
      }
      return null;
    } catch (IllegalArgumentException | IllegalStateException | IndexOutOfBoundsException _) {
      return null; // what can't be decoded isn't there
    }
  }

  /** A client's own words, as far as they can be repeated to it. */
  static String printable(String text) {
    String shown = text.substring(0, Math.min(text.length(), MAX_SHOWN));
    return "'" + shown.replaceAll("[^ -~]", "?") + "'";
  }
}
