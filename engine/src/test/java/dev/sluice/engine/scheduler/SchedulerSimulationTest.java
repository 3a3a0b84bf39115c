package dev.sluice.engine.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.engine.backend.BackendException;
import dev.sluice.engine.sampling.SamplingParams;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random worlds over tiny caches: arrivals, readers that stop and return, cancels, failing steps.
 * Every step keeps the invariants, and every stream is what it would have been alone.
 */
class SchedulerSimulationTest {
  private static final int MAX_CONTEXT = 48;

  static LongStream seeds() {
    String replay = System.getProperty("test.seed");
    return replay != null ? LongStream.of(Long.parseLong(replay)) : LongStream.rangeClosed(1, 400);
  }

  @ParameterizedTest(name = "-Dtest.seed={0}")
  @MethodSource("seeds")
  void simulation_randomWorld_streamsAreUndisturbed(long seed) {
    new World(seed).play();
  }

  private record Request(
      Sequence sequence, int[] prompt, SamplingParams params, boolean cancelled) {}

  private static final class World {
    private final SplittableRandom random;
    private final SimulatedEngine engine;
    private final List<Request> requests = new ArrayList<>();
    private final boolean faults;
    private final boolean cancels;
    private final boolean stalls;

    World(long seed) {
      random = new SplittableRandom(seed);
      int blockSize = 1 << random.nextInt(4);
      int fewest = (MAX_CONTEXT + blockSize - 1) / blockSize;
      int blocks = fewest + random.nextInt(fewest + 1);
      int maxSequences = 1 + random.nextInt(8);
      int chunk = List.of(maxSequences, 7, 64).get(random.nextInt(3));
      boolean prefixCaching = random.nextBoolean();
      faults = random.nextInt(4) == 0;
      cancels = random.nextInt(2) == 0;
      stalls = random.nextInt(3) > 0;
      engine =
          new SimulatedEngine(
              Configs.of(
                  maxSequences,
                  Math.max(chunk, maxSequences),
                  MAX_CONTEXT,
                  blockSize,
                  blocks,
                  prefixCaching));
      if (faults) {
        engine.backend.beforeStep(step -> {
          if (random.nextInt(40) == 0) {
            throw new BackendException("injected");
          }
        });
      }
    }

    void play() {
      for (int step = 0; step < 300; step++) {
        if (random.nextInt(6) == 0 && requests.size() < 40) {
          arrive();
        }
        disturb();
        engine.step();
      }
      settle();
      for (Request request : requests) {
        check(request);
      }
      assertThat(engine.scheduler.pool().usedCount()).isZero();
    }

    private void arrive() {
      int[] prompt = new int[1 + random.nextInt(MAX_CONTEXT - 2)];
      for (int i = 0; i < prompt.length; i++) {
        prompt[i] = i < 12 ? i % 3 : random.nextInt(1000); // prompts share their beginnings
      }
      SamplingParams params = SamplingParams.greedy(1 + random.nextInt(40));
      PromptGroup group = new PromptGroup();
      int choices = random.nextInt(5) == 0 ? 3 : 1;
      for (int choice = 0; choice < choices; choice++) {
        SamplingParams own = params.withChoice(choice);
        requests.add(new Request(engine.submit(prompt, own, group), prompt, own, false));
      }
    }

    private void disturb() {
      for (int i = 0; i < requests.size(); i++) {
        Request request = requests.get(i);
        if (request.sequence().state().isTerminal()) {
          continue;
        }
        boolean demand = request.sequence().demand() > 0;
        if (random.nextInt(8) == 0 || !demand) {
          engine.demand(request.sequence(), !stalls || random.nextInt(3) > 0);
        }
        if (cancels && random.nextInt(200) == 0) {
          engine.scheduler.cancel(request.sequence());
          requests.set(
              i, new Request(request.sequence(), request.prompt(), request.params(), true));
        }
      }
    }

    /** Liveness: with the faults off and every reader reading, all must end within the bound. */
    private void settle() {
      engine.backend.beforeStep(step -> {});
      for (Request request : requests) {
        if (!request.sequence().state().isTerminal()) {
          engine.demand(request.sequence(), true);
        }
      }
      engine.runUntilIdle(requests.size() * MAX_CONTEXT * 4 + 10);
    }

    private void check(Request request) {
      Sequence sequence = request.sequence();
      List<Integer> expected =
          SimulatedEngine.alone(request.prompt(), request.params(), MAX_CONTEXT);
      assertThat(sequence.state().isTerminal()).as("%s has ended", sequence).isTrue();
      if (sequence.state() == SequenceState.FINISHED) {
        assertThat(engine.stream(sequence)).as("stream of %s", sequence).isEqualTo(expected);
      } else {
        assertThat(request.cancelled() || faults).as("%s ended for a reason", sequence).isTrue();
        List<Integer> stream = engine.stream(sequence);
        assertThat(stream).as("%s", sequence).isEqualTo(expected.subList(0, stream.size()));
      }
    }
  }
}
