/** A streaming client of OpenAI servers, for the terminal chat and the load generator. */
@NullMarked
package dev.sluice.app.client;

import org.jspecify.annotations.NullMarked;
