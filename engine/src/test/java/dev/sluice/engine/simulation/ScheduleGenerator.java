package dev.sluice.engine.simulation;

import dev.sluice.engine.scheduler.LadderConfig;
import dev.sluice.engine.scheduler.StallPolicy;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Makes a schedule from a seed. Each concern draws from a random generator of its own, so that a
 * change to one leaves the others' draws as they were.
 */
final class ScheduleGenerator {
  private static final long MILLI = 1_000_000;
  private static final long SECOND = 1000 * MILLI;

  private static final int MAX_REQUESTS = 16;
  private static final int[] BLOCK_SIZES = {1, 2, 3, 4, 4, 8, 16};
  private static final int[] RESUME_AT = {1, 1, 1, 4, 12};

  private final SplittableRandom features;
  private final SplittableRandom settings;
  private final SplittableRandom arrivals;
  private final SplittableRandom lengths;
  private final SplittableRandom readers;
  private final SplittableRandom operators;
  private final SplittableRandom faults;
  private final Set<Feature> on = EnumSet.noneOf(Feature.class);

  private ScheduleGenerator(long seed) {
    SplittableRandom root = new SplittableRandom(seed);
    features = root.split();
    settings = root.split();
    arrivals = root.split();
    lengths = root.split();
    readers = root.split();
    operators = root.split();
    faults = root.split();
  }

  static Schedule schedule(long seed) {
    return new ScheduleGenerator(seed).make();
  }

  private Schedule make() {
    for (Feature feature : Feature.values()) {
      if (features.nextInt(feature == Feature.TWINS ? 6 : 2) == 0) {
        on.add(feature);
      }
    }
    Setting setting = setting();
    List<Request> requests = requests(setting);
    long end = requests.getLast().atNanos() + 10 * setting.stepNanos() * requests.size();
    List<Command> commands = commands(requests, end);
    return new Schedule(setting, requests, commands, calmNanos(setting, end));
  }

  private boolean has(Feature feature) {
    return on.contains(feature);
  }

  private Setting setting() {
    int blockSize = BLOCK_SIZES[settings.nextInt(BLOCK_SIZES.length)];
    int blocks = 4 + settings.nextInt(has(Feature.TINY_CACHE) ? 13 : 61);
    int maxSequences = 1 + settings.nextInt(8);
    int spare = has(Feature.TINY_CHUNKS) ? settings.nextInt(3) : settings.nextInt(100);
    return new Setting(
        maxSequences,
        maxSequences + spare,
        8 + settings.nextInt(89),
        blockSize,
        blocks,
        has(Feature.TIER) ? 1 + settings.nextInt(32) : 0,
        has(Feature.PREFIX_CACHING),
        has(Feature.SLACK),
        has(Feature.QUEUE_TIMEOUT) ? settings.nextLong(30 * SECOND) + 1 : Long.MAX_VALUE,
        ladder(),
        List.of(1.0, 0.25 + settings.nextInt(8), 3.0),
        MILLI * (1 + settings.nextInt(50)),
        settings.nextLong(2 * MILLI),
        settings.nextLong(has(Feature.TINY_CACHE) ? 100_000 : 5 * MILLI));
  }

  private LadderConfig ladder() {
    long scale = has(Feature.SHORT_LADDER) ? 20 * MILLI : 200 * MILLI;
    return new LadderConfig(
        RESUME_AT[settings.nextInt(RESUME_AT.length)],
        scale,
        150 * scale,
        10 * scale,
        600 * scale,
        6000 * scale);
  }

  private List<Request> requests(Setting setting) {
    List<Request> requests = new ArrayList<>();
    int count = 1 + arrivals.nextInt(MAX_REQUESTS);
    long gap = setting.stepNanos() * (1L << arrivals.nextInt(6));
    long at = 0;
    for (int id = 0; id < count; id++) {
      boolean together = has(Feature.BURSTS) && arrivals.nextInt(4) > 0;
      at += together ? 0 : (long) (-gap * Math.log(1 - arrivals.nextDouble()));
      requests.add(request(id, at, setting));
    }
    return requests;
  }

  private Request request(int id, long at, Setting setting) {
    int most = setting.maxContext() - 1;
    int prompt = 1 + lengths.nextInt(Math.min(most, 16));
    if (has(Feature.GIANT_PROMPTS) && lengths.nextInt(6) == 0) {
      prompt = most - lengths.nextInt(Math.min(3, most));
    }
    boolean shares = has(Feature.SHARED_PREFIXES) && lengths.nextInt(3) > 0;
    int shared = shares ? 1 + lengths.nextInt(most) : 0;
    if (shares && lengths.nextBoolean()) {
      prompt = Math.min(most, prompt + shared);
    }
    if (has(Feature.TWINS) && lengths.nextInt(3) > 0) {
      prompt = most;
      shared = most - lengths.nextInt(2);
    }
    boolean hurried = has(Feature.DEADLINES) && lengths.nextInt(3) == 0;
    return new Request(
        id,
        at,
        prompt,
        lengths.nextInt(2),
        Math.min(prompt, shared),
        tokens(),
        has(Feature.STOP_TOKENS) ? 5 + lengths.nextInt(60) : 0,
        has(Feature.CHOICES) && lengths.nextInt(4) == 0 ? 2 + lengths.nextInt(3) : 1,
        has(Feature.SCORES) && lengths.nextInt(4) == 0,
        has(Feature.TENANTS) ? lengths.nextInt(4) : 0,
        has(Feature.PRIORITIES) ? lengths.nextInt(5) - 2 : 0,
        has(Feature.ABORT_ON_STALL) && lengths.nextInt(3) == 0
            ? StallPolicy.ABORT
            : StallPolicy.PAUSE,
        hurried ? 1 + lengths.nextLong(5 * SECOND) : Request.NO_DEADLINE,
        hurried && lengths.nextBoolean() ? 1 + lengths.nextLong(10 * SECOND) : Request.NO_DEADLINE,
        reading(setting.ladder()));
  }

  /** Heavy-tailed: most answers are short, few are long. */
  private int tokens() {
    double tail = 1 / Math.sqrt(1 - 0.9999 * lengths.nextDouble());
    return 4 * (int) tail + lengths.nextInt(6);
  }

  private Reading reading(LadderConfig ladder) {
    int resumeAt = ladder.resumeAt();
    return switch (readers.nextInt(6)) {
      case 0, 1 -> Reading.UNBOUNDED;
      case 2 -> windowed(resumeAt, resumeAt, ladder); // as request(1)
      case 3 -> windowed(64, 32, ladder);
      case 4 -> windowed(resumeAt + resumeAt / 3, resumeAt, ladder); // as a prefetch
      default -> {
        int burst = resumeAt + readers.nextInt(12);
        yield windowed(burst, burst, ladder);
      }
    };
  }

  private Reading windowed(int window, int refill, LadderConfig ladder) {
    long pace =
        has(Feature.SLOW_READERS) ? MILLI * readers.nextInt(400) : MILLI * readers.nextInt(20);
    List<Absence> absences = new ArrayList<>();
    if (has(Feature.ABSENCES)) {
      int token = 0;
      for (int i = readers.nextInt(3); i > 0; i--) {
        token += readers.nextInt(12);
        absences.add(new Absence(token, absence(ladder)));
      }
    }
    return new Reading(window, refill, pace, has(Feature.CREDITS), absences);
  }

  /** For just under, exactly, or just over a timeout; for any time; for ever. */
  private long absence(LadderConfig ladder) {
    int offset = readers.nextInt(3) - 1;
    return switch (readers.nextInt(8)) {
      case 0 -> ladder.pauseAfterNanos() + offset;
      case 1 -> ladder.offloadUnderPressureNanos() + offset;
      case 2 -> ladder.offloadAfterNanos() + offset;
      case 3 -> ladder.stallTimeoutNanos() + offset;
      case 4 -> Absence.FOREVER;
      case 5 -> readers.nextLong(ladder.stallTimeoutNanos());
      case 6 -> readers.nextLong(ladder.offloadAfterNanos());
      default -> readers.nextLong(4 * ladder.pauseAfterNanos());
    };
  }

  private List<Command> commands(List<Request> requests, long end) {
    List<Command> commands = new ArrayList<>();
    for (Request request : requests) {
      meddle(request, end, commands);
    }
    if (has(Feature.CANCEL_STORM) && operators.nextInt(3) == 0) {
      commands.add(new Command.CancelAll(operators.nextLong(end + 1)));
    }
    for (int i = has(Feature.LOOKS) ? operators.nextInt(8) : 0; i > 0; i--) {
      commands.add(new Command.Wake(operators.nextLong(4 * end + 1)));
    }
    for (int i = faults.nextInt(3); i > 0; i--) {
      addFaults(end, commands);
    }
    commands.sort(Comparator.comparingLong(Command::atNanos));
    return commands;
  }

  private void meddle(Request request, long end, List<Command> commands) {
    int id = request.id();
    if (has(Feature.CANCELS) && operators.nextInt(6) == 0) {
      commands.add(new Command.Cancel(after(request, end), id));
    }
    if (has(Feature.HOLDS) && operators.nextInt(4) == 0) {
      long held = after(request, end);
      commands.add(new Command.Hold(held, id));
      if (operators.nextInt(4) > 0) {
        commands.add(new Command.Release(held + operators.nextLong(3 * SECOND), id));
      }
    }
    if (has(Feature.REPRIORITISES) && operators.nextInt(3) == 0) {
      commands.add(new Command.Reprioritise(after(request, end), id, operators.nextInt(7) - 3));
    }
    if (has(Feature.CANCELS) && operators.nextInt(20) == 0) {
      commands.add(new Command.Abort(after(request, end), id));
    }
  }

  private long after(Request request, long end) {
    return request.atNanos() + operators.nextLong(Math.max(1, end - request.atNanos()));
  }

  private void addFaults(long end, List<Command> commands) {
    if (has(Feature.STEP_FAULTS)) {
      commands.add(new Command.FailStep(faults.nextLong(end + 1)));
    }
    if (has(Feature.VOID_LOGITS)) {
      commands.add(new Command.VoidLogits(faults.nextLong(end + 1), faults.nextInt(8)));
    }
    if (has(Feature.COPY_FAULTS)) {
      commands.add(new Command.FailCopies(faults.nextLong(end + 1)));
    }
    if (has(Feature.SLOW_STEPS)) {
      commands.add(new Command.SlowStep(faults.nextLong(end + 1), faults.nextLong(3 * SECOND)));
    }
  }

  private long calmNanos(Setting setting, long end) {
    return has(Feature.LATE_CALM) ? end + 2 * setting.ladder().stallTimeoutNanos() : end;
  }
}
