package dev.sluice.app.api;

import io.netty.handler.timeout.ReadTimeoutException;
import java.io.IOException;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferLimitException;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpRequest;
import reactor.core.publisher.Mono;
import reactor.netty.channel.AbortedException;

/** A request's bytes: plain JSON, and counted while they arrive. */
final class RequestBody {
  /** Room for the longest contexts as token ids, and no more. */
  static final int MAX_BYTES = 16 << 20;

  private RequestBody() {}

  /** The whole body, or 413 and 415 without reading on. */
  static Mono<byte[]> read(ServerHttpRequest request) {
    return read(request, MAX_BYTES);
  }

  /** The same for a request that has no reason to be long. */
  static Mono<byte[]> read(ServerHttpRequest request, int maxBytes) {
    return Mono.defer(() -> {
      check(request.getHeaders(), maxBytes);
      return DataBufferUtils.join(request.getBody(), maxBytes)
          .map(RequestBody::drain)
          .onErrorMap(DataBufferLimitException.class, e -> ApiErrors.tooLarge(maxBytes))
          .onErrorMap(RequestBody::isCutShort, e -> cutShort())
          .defaultIfEmpty(new byte[0]);
    });
  }

  private static void check(HttpHeaders headers, int maxBytes) {
    if (!isJson(headers)) {
      throw refused("the request must have Content-Type application/json");
    }
    String encoding = headers.getFirst(HttpHeaders.CONTENT_ENCODING);
    if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
      throw refused("Content-Encoding is not supported; send the body as it is");
    }
    if (headers.getContentLength() > maxBytes) {
      throw ApiErrors.tooLarge(maxBytes);
    }
  }

  /** Whether the client left, or was silent for too long, before it had sent all. */
  private static boolean isCutShort(Throwable failure) {
    return failure instanceof AbortedException
        || failure instanceof IOException
        || failure instanceof ReadTimeoutException;
  }

  private static ApiException cutShort() {
    return ApiException.of(
        HttpStatus.REQUEST_TIMEOUT, null, "the request body did not arrive in time");
  }

  private static boolean isJson(HttpHeaders headers) {
    try {
      MediaType type = headers.getContentType();
      return type != null && type.isCompatibleWith(MediaType.APPLICATION_JSON);
    } catch (InvalidMediaTypeException _) {
      return false;
    }
  }

  private static ApiException refused(String message) {
    return ApiException.of(HttpStatus.UNSUPPORTED_MEDIA_TYPE, null, message);
  }

  private static byte[] drain(DataBuffer buffer) {
    try {
      byte[] bytes = new byte[buffer.readableByteCount()];
      buffer.read(bytes);
      return bytes;
    } finally {
      DataBufferUtils.release(buffer);
    }
  }
}
