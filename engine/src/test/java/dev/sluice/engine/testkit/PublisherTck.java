package dev.sluice.engine.testkit;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.reactivestreams.tck.PublisherVerification;
import org.testng.SkipException;
import org.testng.annotations.Test;

/** The Reactive Streams TCK as JUnit tests; what it skips is skipped with its reason. */
public final class PublisherTck {
  private PublisherTck() {}

  /** A test for each of the specification's rules, on the publishers that a verification makes. */
  public static Stream<DynamicTest> tests(PublisherVerification<?> verification) {
    return Arrays.stream(PublisherVerification.class.getMethods())
        .filter(method -> method.isAnnotationPresent(Test.class))
        .sorted(Comparator.comparing(Method::getName))
        .map(method -> DynamicTest.dynamicTest(method.getName(), () -> run(verification, method)));
  }

  private static void run(PublisherVerification<?> verification, Method rule) throws Throwable {
    verification.setUp();
    try {
      rule.invoke(verification);
    } catch (InvocationTargetException e) {
      Throwable cause = e.getCause();
      if (cause instanceof SkipException skipped) {
        Assumptions.abort(String.valueOf(skipped.getMessage()));
      }
      throw cause == null ? e : cause;
    }
  }
}
