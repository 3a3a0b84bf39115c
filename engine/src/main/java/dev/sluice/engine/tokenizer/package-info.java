/** Text to token ids and back; what a user typed never becomes a control token. */
@NullMarked
package dev.sluice.engine.tokenizer;

import org.jspecify.annotations.NullMarked;
