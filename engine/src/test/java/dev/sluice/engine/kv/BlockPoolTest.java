package dev.sluice.engine.kv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BlockPoolTest {
  private final PrefixIndex index = new PrefixIndex(4, 2);
  private final BlockPool pool = new BlockPool(4, index);

  @Test
  void allocate_untilEmpty_givesEachBlockOnce() {
    assertThat(List.of(pool.allocate(), pool.allocate(), pool.allocate(), pool.allocate()))
        .containsExactlyInAnyOrder(0, 1, 2, 3);
    assertThatThrownBy(pool::allocate).isInstanceOf(IllegalStateException.class);
    pool.checkInvariants();
  }

  @Test
  void release_lastHolderOfPlainBlock_freesIt() {
    int block = pool.allocate();
    pool.retain(block);
    pool.release(block);
    assertThat(pool.usedCount()).isEqualTo(1);
    pool.release(block);
    assertThat(pool.freeCount()).isEqualTo(4);
    assertThatThrownBy(() -> pool.release(block)).hasMessageContaining("more often than held");
  }

  @Test
  void retain_freeBlock_throws() {
    assertThatThrownBy(() -> pool.retain(0)).hasMessageContaining("can't be shared");
  }

  @Test
  void allocate_onlyCachedLeft_evictsLeastRecentlyReleased() {
    int[] blocks = {pool.allocate(), pool.allocate(), pool.allocate(), pool.allocate()};
    for (int block : blocks) {
      index.add(block, hashOf(block), tokensOf(block), 0);
      pool.markIndexed(block);
    }
    pool.release(blocks[2]);
    pool.release(blocks[0]);
    assertThat(pool.allocate()).isEqualTo(blocks[2]);
    assertThat(index.find(hashOf(blocks[2]), tokensOf(blocks[2]), 0)).isEqualTo(PrefixIndex.MISS);
    assertThat(index.find(hashOf(blocks[0]), tokensOf(blocks[0]), 0)).isEqualTo(blocks[0]);
    pool.checkInvariants();
  }

  @Test
  void find_sameHashOtherTokens_misses() {
    int block = pool.allocate();
    index.add(block, hashOf(1), new int[] {1, 2}, 0);
    assertThat(index.find(hashOf(1), new int[] {1, 3}, 0)).isEqualTo(PrefixIndex.MISS);
    assertThat(index.find(hashOf(1), new int[] {1, 2}, 0)).isEqualTo(block);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void pool_randomHistory_keepsItsAccounts(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int count = 1 + random.nextInt(32);
    PrefixIndex bigIndex = new PrefixIndex(count, 2);
    BlockPool bigPool = new BlockPool(count, bigIndex);
    Deque<Integer> held = new ArrayDeque<>();
    for (int step = 0; step < 5_000; step++) {
      for (int turn = held.isEmpty() ? 0 : random.nextInt(held.size()); turn > 0; turn--) {
        held.addLast(held.removeFirst());
      }
      int block = held.isEmpty() ? -1 : held.getFirst();
      switch (random.nextInt(4)) {
        case 0 -> {
          if (bigPool.availableCount() > 0) {
            held.add(bigPool.allocate());
          }
        }
        case 1 -> {
          if (block >= 0) {
            bigPool.retain(block);
            held.add(block);
          }
        }
        case 2 -> {
          int[] tokens = {random.nextInt(50), 0};
          if (block >= 0 && bigIndex.add(block, hashOf(tokens[0]), tokens, 0)) {
            // A block is indexed once in its life, under one hash.
            bigPool.markIndexed(block);
          }
        }
        default -> {
          if (block >= 0) {
            held.removeFirst();
            bigPool.release(block);
          }
        }
      }
      bigPool.checkInvariants();
    }
  }

  private static long[] hashOf(int value) {
    return new long[] {value * 7L, value, value, value};
  }

  private static int[] tokensOf(int value) {
    return new int[] {value, value};
  }
}
