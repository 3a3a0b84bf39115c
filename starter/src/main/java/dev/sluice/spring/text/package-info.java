/** From token events to text, one item per token, pulled by the reader. */
@NullMarked
package dev.sluice.spring.text;

import org.jspecify.annotations.NullMarked;
