/**
 * The engine in a Spring Boot application: its configuration, the model that it loads, health,
 * meters and the drain. Opens no endpoint.
 */
@NullMarked
package dev.sluice.spring;

import org.jspecify.annotations.NullMarked;
