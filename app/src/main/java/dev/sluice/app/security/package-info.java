/** Who may ask: API keys, the Host and Origin check, security headers. Denied unless listed. */
@NullMarked
package dev.sluice.app.security;

import org.jspecify.annotations.NullMarked;
