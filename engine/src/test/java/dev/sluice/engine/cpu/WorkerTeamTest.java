package dev.sluice.engine.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.engine.backend.BackendException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WorkerTeamTest {

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4})
  void run_manyPhases_runsEveryItemOnce(int threads) {
    try (WorkerTeam team = new WorkerTeam(threads)) {
      for (int phase = 0; phase < 20_000; phase++) {
        int count = phase % 37;
        AtomicIntegerArray runs = new AtomicIntegerArray(Math.max(1, count));
        team.run(
            (worker, begin, end) -> {
              for (int i = begin; i < end; i++) {
                runs.incrementAndGet(i);
              }
            },
            count,
            1 + phase % 5);
        for (int i = 0; i < count; i++) {
          assertThat(runs.get(i)).as("phase %d item %d", phase, i).isEqualTo(1);
        }
      }
    }
  }

  @Test
  void run_writesOfOnePhase_areSeenByTheNext() {
    float[] data = new float[1000];
    try (WorkerTeam team = new WorkerTeam(3)) {
      for (int phase = 0; phase < 5_000; phase++) {
        team.run(
            (worker, begin, end) -> {
              for (int i = begin; i < end; i++) {
                data[i] = data[data.length - 1 - i] + 1;
              }
            },
            500,
            7);
        team.run(
            (worker, begin, end) -> {
              for (int i = begin; i < end; i++) {
                data[data.length - 1 - i] = data[i];
              }
            },
            500,
            9);
      }
    }
    assertThat(data).containsOnly(5_000f);
  }

  @Test
  void run_workThrows_surfacesAndTheTeamGoesOn() {
    AtomicInteger ran = new AtomicInteger();
    try (WorkerTeam team = new WorkerTeam(2)) {
      for (int round = 0; round < 500; round++) {
        int bad = round % 64;
        assertThatThrownBy(() ->
                team.run(
                    (worker, begin, end) -> {
                      if (begin <= bad && bad < end) {
                        throw new IllegalStateException("item " + bad);
                      }
                    },
                    64,
                    2))
            .isInstanceOf(BackendException.class)
            .hasMessageContaining("item " + bad)
            .hasCauseInstanceOf(IllegalStateException.class);
        team.run((worker, begin, end) -> ran.addAndGet(end - begin), 64, 2);
      }
    }
    assertThat(ran).hasValue(500 * 64);
  }

  @Test
  void close_idleWorkers_endsTheirThreads() {
    WorkerTeam team = new WorkerTeam(3);
    team.run((worker, begin, end) -> {}, 10, 1);
    team.close();
    assertThat(Thread.getAllStackTraces().keySet())
        .noneMatch(thread -> thread.getName().startsWith("sluice-cpu-"));
  }
}
