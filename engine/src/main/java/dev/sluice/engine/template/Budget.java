package dev.sluice.engine.template;

/**
 * What one rendering may still spend. Templates come from model files, and a hostile one loops for
 * ever or doubles a string until memory ends.
 */
final class Budget {
  static final int MAX_SOURCE_CHARS = 256 * 1024;
  static final int MAX_STEPS = 1_000_000;
  static final int MAX_CHARS = 8 * 1024 * 1024;
  static final int MAX_COPIED_CHARS = 128 * 1024 * 1024;
  static final int MAX_DEPTH = 64;

  /** Each level of evaluation costs a few stack frames; 160 of them fit half a mebibyte. */
  private static final int MAX_EVALUATION_DEPTH = 160;

  private long steps;
  private long copiedChars;
  private int evaluationDepth;
  private int macroDepth;

  void step() {
    steps(1);
  }

  void steps(long count) {
    // Written so that no count, however large, overflows.
    if (count > MAX_STEPS - steps) {
      throw exceeded("more than " + MAX_STEPS + " steps");
    }
    steps += count;
  }

  /** Accounts for making a string, before it is made. */
  void chars(long length) {
    if (length > MAX_CHARS) {
      throw exceeded("a text of more than " + MAX_CHARS + " characters");
    }
    copiedChars += length;
    if (copiedChars > MAX_COPIED_CHARS) {
      throw exceeded("more than " + MAX_COPIED_CHARS + " characters copied");
    }
  }

  void enterEvaluation() {
    if (++evaluationDepth > MAX_EVALUATION_DEPTH) {
      throw exceeded("evaluation nested more than " + MAX_EVALUATION_DEPTH + " deep");
    }
  }

  void leaveEvaluation() {
    evaluationDepth--;
  }

  void enterMacro() {
    if (++macroDepth > MAX_DEPTH) {
      throw exceeded("macros nested more than " + MAX_DEPTH + " deep");
    }
  }

  void leaveMacro() {
    macroDepth--;
  }

  /** For walks over data, which the template may have nested in itself. */
  static void requireDepth(int depth) {
    if (depth > MAX_DEPTH) {
      throw exceeded("data nested more than " + MAX_DEPTH + " deep");
    }
  }

  private static TemplateException exceeded(String what) {
    return new TemplateException("the chat template exceeds its budget: " + what);
  }
}
