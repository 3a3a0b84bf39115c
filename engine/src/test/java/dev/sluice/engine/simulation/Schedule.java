package dev.sluice.engine.simulation;

import java.util.List;

/**
 * All that happens in a simulated world, as data: playing it twice gives the same twice.
 *
 * @param setting the machine
 * @param requests in order of arrival
 * @param commands in order of time
 * @param calmNanos from when on nothing goes wrong any more and every reader reads
 */
record Schedule(Setting setting, List<Request> requests, List<Command> commands, long calmNanos) {

  Schedule {
    requests = List.copyOf(requests);
    commands = List.copyOf(commands);
  }

  /** How much there is in it: arrivals and commands. */
  int size() {
    return requests.size() + commands.size();
  }

  Schedule withSetting(Setting other) {
    return new Schedule(other, requests, commands, calmNanos);
  }

  Schedule withRequests(List<Request> others) {
    return new Schedule(setting, others, commands, calmNanos);
  }

  Schedule withCommands(List<Command> others) {
    return new Schedule(setting, requests, others, calmNanos);
  }
}
