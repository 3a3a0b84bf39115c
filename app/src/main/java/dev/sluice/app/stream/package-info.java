/**
 * From token events to text and to server-sent events, one item per token, pulled by the reader.
 */
@NullMarked
package dev.sluice.app.stream;

import org.jspecify.annotations.NullMarked;
