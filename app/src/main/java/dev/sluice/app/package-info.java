/** The server as an application: its configuration and how it starts. */
@NullMarked
package dev.sluice.app;

import org.jspecify.annotations.NullMarked;
