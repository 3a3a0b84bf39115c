/** Metrics under the names that vLLM's dashboards know, and health. */
@NullMarked
package dev.sluice.app.observe;

import org.jspecify.annotations.NullMarked;
