package dev.sluice.spring;

/** Something that holds answers, or connections for them, and has a part in the end of a drain. */
public interface DrainParticipant {
  /** Answers under way. */
  int open();

  /** Ends what is open by an error. */
  void cut();

  /** Closes what is left when nothing is open any more. May block for a few seconds. */
  void close();
}
