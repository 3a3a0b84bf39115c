package dev.sluice.test;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The dependency rules of {@code docs/architecture.md}. */
@AnalyzeClasses(packages = "dev.sluice", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {
  private static final String ENGINE = "dev.sluice.engine";

  /** Packages that are data and pure functions: a seed replays whatever they do. */
  private static final String[] PURE = {
    ENGINE + ".scheduler..",
    ENGINE + ".kv..",
    ENGINE + ".sampling..",
    ENGINE + ".model..",
    ENGINE + ".tokenizer.."
  };

  @ArchTest
  static final ArchRule engine_knowsNoServer =
      noClasses()
          .that()
          .resideInAPackage(ENGINE + "..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "dev.sluice.app..", "org.springframework..", "io.netty..", "java.net.http..");

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
          .should()
          .dependOnClassesThat()
          .haveFullyQualifiedName("java.lang.Thread")
          .orShould()
          .dependOnClassesThat()
          .haveFullyQualifiedName("java.util.Random")
          .orShould()
          .dependOnClassesThat()
          .resideInAnyPackage("java.util.concurrent..");

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
          .dependOnClassesThat()
          .resideInAPackage("java.time..");

  @ArchTest
  static final ArchRule scheduler_seesBackendsOnlyThroughTheSeam =
      noClasses()
          .that()
          .resideInAnyPackage(ENGINE + ".scheduler..", ENGINE + ".kv..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(ENGINE + ".cpu..", ENGINE + ".model..", ENGINE + ".stream..");

  @ArchTest
  static final ArchRule kernels_areKnownToTheCpuBackendOnly =
      classes()
          .that()
          .resideInAPackage(ENGINE + ".cpu.simd..")
          .should()
          .onlyBeAccessed()
          .byAnyPackage(ENGINE + ".cpu..");

  @ArchTest
  static final ArchRule app_reachesTheCpuBackendThroughItsProviderOnly =
      noClasses()
          .that()
          .resideInAPackage("dev.sluice.app..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage(ENGINE + ".cpu..");
}
