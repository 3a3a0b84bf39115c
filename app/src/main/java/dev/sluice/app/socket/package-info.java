/**
 * The WebSocket at {@code /v1/streams}: many streams on one connection, each of which sends as many
 * tokens as its reader has granted. What a request may ask and what an answer says is {@code api}'s
 * affair.
 */
@NullMarked
package dev.sluice.app.socket;

import org.jspecify.annotations.NullMarked;
