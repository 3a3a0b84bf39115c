/**
 * The HTTP interface: strict requests in, OpenAI-shaped answers and errors out. Nothing past this
 * package sees a value that was not range-checked here.
 */
@NullMarked
package dev.sluice.app.api;

import org.jspecify.annotations.NullMarked;
