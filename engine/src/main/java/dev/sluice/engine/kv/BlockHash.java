package dev.sluice.engine.kv;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/**
 * Names a block by all that decides its contents: SHA-256 of the parent block's hash and the
 * block's token ids, with a salt and the tenant at the root of the chain. Single-threaded; reuses
 * its buffers.
 */
public final class BlockHash {
  /** A hash's length in longs. */
  public static final int LONGS = 4;

  private static final int BYTES = 32;

  private final MessageDigest sha256 = newDigest();
  private final byte[] input;
  private final ByteBuffer inputView;
  private final byte[] output = new byte[BYTES];
  private final ByteBuffer outputView = ByteBuffer.wrap(output);
  private final byte[] salt;

  /**
   * @param blockSize tokens per block
   * @param salt separates caches that must not share, such as those of two models
   */
  public BlockHash(int blockSize, String salt) {
    input = new byte[BYTES + Integer.BYTES * blockSize];
    inputView = ByteBuffer.wrap(input);
    this.salt = sha256.digest(salt.getBytes(StandardCharsets.UTF_8)); // of a fixed length
  }

  /**
   * The hash that the first block of a tenant's sequences has as its parent: no tenant can find
   * another's blocks, nor learn from its own speed what others have asked.
   */
  public long[] root(String tenant) {
    sha256.update(salt);
    long[] root = new long[LONGS];
    ByteBuffer.wrap(sha256.digest(tenant.getBytes(StandardCharsets.UTF_8)))
        .asLongBuffer()
        .get(root);
    return root;
  }

  /** Replaces a parent's hash by that of the block with these tokens. */
  public void next(long[] hash, int[] tokens, int from, int blockSize) {
    inputView.clear();
    for (long part : hash) {
      inputView.putLong(part);
    }
    for (int i = 0; i < blockSize; i++) {
      inputView.putInt(tokens[from + i]);
    }
    sha256.update(input);
    try {
      sha256.digest(output, 0, BYTES);
    } catch (DigestException e) {
      throw new IllegalStateException("SHA-256 does not fit into " + BYTES + " bytes", e);
    }
    for (int i = 0; i < LONGS; i++) {
      hash[i] = outputView.getLong(i * Long.BYTES);
    }
  }

  static boolean equal(long[] hash, long[] hashes, int offset) {
    return Arrays.equals(hash, 0, LONGS, hashes, offset, offset + LONGS);
  }

  private static MessageDigest newDigest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
