package dev.sluice.spring;

import dev.sluice.engine.EngineObserver;
import io.micrometer.core.instrument.MeterRegistry;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.health.contributor.ReactiveHealthIndicator;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * The engine's beans, each of which gives way to one of the application's own: where the model
 * comes from, where requests find it, and what watches over it.
 */
@AutoConfiguration(
    afterName = {
      "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration",
      "org.springframework.boot.micrometer.metrics.autoconfigure.export.simple.SimpleMetricsExportAutoConfiguration",
      "org.springframework.boot.micrometer.metrics.autoconfigure.export.prometheus.PrometheusMetricsExportAutoConfiguration"
    })
@EnableConfigurationProperties(EngineProperties.class)
public class SluiceAutoConfiguration {

  @Bean
  @ConditionalOnMissingBean
  ModelHolder modelHolder() {
    return new ModelHolder();
  }

  @Bean
  @ConditionalOnMissingBean
  ModelSource modelSource(EngineProperties properties, ObjectProvider<EngineObserver> observer) {
    return new RuntimeModelSource(properties, observer.getIfAvailable(() -> EngineObserver.NONE));
  }

  @Bean
  @ConditionalOnMissingBean
  ModelLoader modelLoader(ApplicationContext context, ModelSource source, ModelHolder holder) {
    return new ModelLoader(context, source, holder);
  }

  @Bean
  @ConditionalOnMissingBean
  GracefulDrain gracefulDrain(
      ApplicationContext context,
      ModelHolder holder,
      ObjectProvider<DrainParticipant> participants,
      EngineProperties properties) {
    return new GracefulDrain(
        context, holder, participants.orderedStream().toList(), properties.drainTimeout());
  }

  /** Meters, where there is a registry. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass(MeterRegistry.class)
  @ConditionalOnBean(MeterRegistry.class)
  static class Meters {
    @Bean
    @ConditionalOnMissingBean
    VllmMeters vllmMeters(MeterRegistry registry, EngineProperties properties) {
      return new VllmMeters(registry, properties);
    }

    @Bean
    @ConditionalOnMissingBean
    IterationTokens iterationTokens() {
      return new IterationTokens();
    }

    @Bean
    @ConditionalOnMissingBean
    EngineMetrics engineMetrics(VllmMeters meters, IterationTokens iterations) {
      return new EngineMetrics(meters, iterations);
    }

    @Bean
    @ConditionalOnMissingBean
    EngineGauges engineGauges(VllmMeters meters, ModelHolder holder) {
      return new EngineGauges(meters, holder);
    }
  }

  /** Health, where there is Actuator's. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass(ReactiveHealthIndicator.class)
  static class Health {
    @Bean
    @ConditionalOnMissingBean(name = "engineLoopHealthIndicator")
    ReactiveHealthIndicator engineLoopHealthIndicator(ModelHolder holder) {
      return EngineHealth.loop(holder);
    }

    @Bean
    @ConditionalOnMissingBean(name = "modelHealthIndicator")
    ReactiveHealthIndicator modelHealthIndicator(ModelHolder holder) {
      return EngineHealth.model(holder);
    }
  }

  /** The model as Spring AI's, where that is. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass(name = "org.springframework.ai.chat.model.ChatModel")
  @ConditionalOnProperty(
      name = "spring.ai.model.chat",
      havingValue = "sluice",
      matchIfMissing = true)
  static class SpringAi {
    @Bean
    @ConditionalOnMissingBean
    SluiceChatModel sluiceChatModel(ModelHolder holder) {
      return new SluiceChatModel(holder);
    }
  }
}
