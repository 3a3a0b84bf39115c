package dev.sluice.app.security;

import dev.sluice.app.SluiceProperties;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.springframework.stereotype.Component;

/** The keys that open the server, kept as hashes and compared in constant time. */
@Component
public final class ApiKeys {
  /** Enough to tell any number of keys apart, and too little to find one by. */
  private static final int TENANT_BYTES = 8;

  private final List<byte[]> hashes;

  ApiKeys(SluiceProperties properties) {
    hashes = properties.apiKey().stream().map(ApiKeys::sha256).toList();
  }

  /** Whether who has none is refused. */
  public boolean areNeeded() {
    return !hashes.isEmpty();
  }

  /** Whether a key is one of them; compares with every one, so time tells nothing. */
  public boolean contains(String key) {
    byte[] hash = sha256(key);
    boolean found = false;
    for (byte[] known : hashes) {
      found |= MessageDigest.isEqual(known, hash);
    }
    return found;
  }

  /** A short name for a key's holder, from which the key can't be told. */
  public static String tenant(String key) {
    return HexFormat.of().formatHex(Arrays.copyOf(sha256(key), TENANT_BYTES));
  }

  private static byte[] sha256(String key) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
