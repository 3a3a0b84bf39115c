package dev.sluice.engine.scheduler;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The live sequences by where they are: waiting, resident or preempted. */
final class Roster {
  final FairQueue waiting;

  /** Those that hold KV blocks, best first: by class, then by arrival. */
  final List<Sequence> resident = new ArrayList<>();

  /** Those whose KV blocks were taken, best first. */
  final List<Sequence> preempted = new ArrayList<>();

  Roster(Map<String, Double> tenantWeights) {
    waiting = new FairQueue(tenantWeights);
  }

  /** Makes a sequence one of the resident or of the preempted, as its new state says. */
  void place(Sequence sequence, SequenceState state) {
    remove(sequence);
    sequence.state(state);
    insert(listOf(state), sequence);
  }

  /** Takes a sequence off the list that its state says it is on. */
  void remove(Sequence sequence) {
    if (sequence.state() == SequenceState.WAITING) {
      waiting.remove(sequence);
    } else {
      listOf(sequence.state()).remove(sequence);
    }
  }

  private List<Sequence> listOf(SequenceState state) {
    if (state == SequenceState.PREEMPTED) {
      return preempted;
    }
    if (state.isResident()) {
      return resident;
    }
    throw new IllegalStateException("a sequence that is " + state + " is on no list");
  }

  private static void insert(List<Sequence> list, Sequence sequence) {
    int place = list.size();
    while (place > 0 && sequence.isBefore(list.get(place - 1))) {
      place--;
    }
    list.add(place, sequence);
  }

  /** Moves a sequence to where its new priority puts it. */
  void reprioritise(Sequence sequence, int priority) {
    if (sequence.state() == SequenceState.WAITING) {
      sequence.priority(priority);
      return; // the queue looks at priorities anew each time
    }
    List<Sequence> list = listOf(sequence.state());
    list.remove(sequence);
    sequence.priority(priority);
    insert(list, sequence);
  }

  /** Resident sequences in a state. */
  int count(SequenceState state) {
    int count = 0;
    for (int i = 0; i < resident.size(); i++) {
      count += resident.get(i).state() == state ? 1 : 0;
    }
    return count;
  }
}
