package dev.sluice.test;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZonedDateTime;
import java.util.concurrent.TimeUnit;

/** The dependency rules of {@code docs/architecture.md}. */
@AnalyzeClasses(packages = "dev.sluice", importOptions = ArchitectureTest.MainCode.class)
class ArchitectureTest {
  /** All but tests, which reach this module as jars as well as folders. */
  static final class MainCode implements ImportOption {
    @Override
    public boolean includes(Location location) {
      return !location.contains("-tests.jar") && !location.contains("/test-classes/");
    }
  }

  private static final String ENGINE = "dev.sluice.engine";

  /** Packages that are data and pure functions: a seed replays whatever they do. */
  private static final String[] PURE = {
    ENGINE + ".scheduler..",
    ENGINE + ".kv..",
    ENGINE + ".sampling..",
    ENGINE + ".model..",
    ENGINE + ".tokenizer.."
  };

  private static final String TEMPLATE = ENGINE + ".template.."; // tells the date, by a given clock

  @ArchTest
  static final ArchRule engine_knowsNoServer =
      noClasses()
          .that()
          .resideInAPackage(ENGINE + "..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "dev.sluice.app..",
              "dev.sluice.spring..",
              "org.springframework..",
              "io.netty..",
              "java.net.http..");

  @ArchTest
  static final ArchRule starter_knowsNoServer =
      noClasses()
          .that()
          .resideInAPackage("dev.sluice.spring..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "dev.sluice.app..",
              "org.springframework.web..",
              "org.springframework.security..",
              "io.netty..");

  @ArchTest
  static final ArchRule springAi_isKnownToItsModelOnly =
      noClasses()
          .that()
          .haveNameNotMatching(".*\\.SluiceChatModel(\\$.*)?")
          .and()
          .resideInAnyPackage("dev.sluice.spring..", "dev.sluice.app..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.springframework.ai..");

  @ArchTest
  static final ArchRule reactor_isKnownToStreamsAndTheFacadeOnly =
      noClasses()
          .that()
          .resideInAPackage(ENGINE + ".*..")
          .and()
          .resideOutsideOfPackage(ENGINE + ".stream..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("reactor..");

  @ArchTest
  static final ArchRule pureParts_knowNoThreadsAndNoRandomness =
      noClasses()
          .that()
          .resideInAnyPackage(PURE)
          .or()
          .resideInAPackage(TEMPLATE)
          .should()
          .dependOnClassesThat()
          .haveFullyQualifiedName("java.lang.Thread")
          .orShould()
          .dependOnClassesThat()
          .haveFullyQualifiedName("java.util.Random")
          .orShould()
          .dependOnClassesThat(
              resideInAPackage("java.util.concurrent..").and(not(type(TimeUnit.class))));

  /** A duration is a length of time, which needs no clock. */
  @ArchTest
  static final ArchRule pureParts_haveNoClock =
      noClasses()
          .that()
          .resideInAnyPackage(PURE)
          .should()
          .callMethod(System.class, "nanoTime")
          .orShould()
          .callMethod(System.class, "currentTimeMillis")
          .orShould()
          .dependOnClassesThat(resideInAPackage("java.time..").and(not(type(Duration.class))));

  @ArchTest
  static final ArchRule templates_tellTheTimeByTheClockTheyAreGiven =
      noClasses()
          .that()
          .resideInAPackage(TEMPLATE)
          .should()
          .callMethod(System.class, "nanoTime")
          .orShould()
          .callMethod(System.class, "currentTimeMillis")
          .orShould()
          .callMethod(Instant.class, "now")
          .orShould()
          .callMethod(ZonedDateTime.class, "now")
          .orShould()
          .callMethod(LocalDateTime.class, "now")
          .orShould()
          .callMethod(LocalDate.class, "now");

  @ArchTest
  static final ArchRule enginePackages_formNoCycle =
      slices().matching(ENGINE + ".(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule scheduler_seesBackendsOnlyThroughTheSeam =
      noClasses()
          .that()
          .resideInAnyPackage(ENGINE + ".scheduler..", ENGINE + ".kv..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(ENGINE + ".cpu..", ENGINE + ".model..", ENGINE + ".stream..");

  @ArchTest
  static final ArchRule vectorApi_isKnownToTheCpuBackendOnly =
      noClasses()
          .that()
          .resideOutsideOfPackage(ENGINE + ".cpu..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("jdk.incubator..");

  @ArchTest
  static final ArchRule kernels_areKnownToTheCpuBackendOnly =
      classes()
          .that()
          .resideInAPackage(ENGINE + ".cpu.simd..")
          .should()
          .onlyHaveDependentClassesThat()
          .resideInAPackage(ENGINE + ".cpu..");

  @ArchTest
  static final ArchRule app_reachesTheCpuBackendThroughItsProviderOnly =
      noClasses()
          .that()
          .resideInAnyPackage("dev.sluice.app..", "dev.sluice.spring..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage(ENGINE + ".cpu..");
}
