package dev.sluice.app.rsocket;

import dev.sluice.app.api.ApiException;
import dev.sluice.app.security.ApiKeys;
import io.rsocket.ConnectionSetupPayload;
import io.rsocket.metadata.WellKnownMimeType;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;

/**
 * What a client's first frame says, checked: who it is, and in which formats it speaks.
 *
 * @param tenant on whose behalf its streams run; empty if the server is open
 * @param metadataType of every request's metadata
 */
record Setup(String tenant, String metadataType) {
  private static final String JSON = WellKnownMimeType.APPLICATION_JSON.getString();

  /**
   * Reads one.
   *
   * @param tenant that the handshake's key named; empty if it had none
   */
  static Setup read(ConnectionSetupPayload setup, String tenant, ApiKeys keys) {
    String type = setup.metadataMimeType();
    Setup checked =
        new Setup(tenant(new Metadata(type, setup.sliceMetadata()), tenant, keys), type);
    String dataType = setup.dataMimeType();
    if (!JSON.equals(dataType)) {
      throw ApiException.of(
          HttpStatus.UNSUPPORTED_MEDIA_TYPE,
          null,
          "the connection's data MIME type is "
              + Metadata.printable(dataType)
              + ", but it must be "
              + JSON);
    }
    return checked;
  }

  private static String tenant(Metadata metadata, String tenant, ApiKeys keys) {
    if (!keys.areNeeded() || !tenant.isEmpty()) {
      return tenant;
    }
    String key = metadata.bearer();
    String holder = key == null ? null : holder(key, keys);
    if (holder == null) {
      throw ApiException.of(
          HttpStatus.UNAUTHORIZED,
          "invalid_api_key",
          "this needs a valid API key; send it as a bearer token in the setup's metadata,"
              + " or as Authorization: Bearer <key> in the handshake");
    }
    return holder;
  }

  private static @Nullable String holder(String key, ApiKeys keys) {
    return keys.contains(key) ? ApiKeys.tenant(key) : null;
  }
}
