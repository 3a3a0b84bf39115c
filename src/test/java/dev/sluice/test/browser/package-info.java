/** The chat page in a real browser, against answers that a test writes. */
@NullMarked
package dev.sluice.test.browser;

import org.jspecify.annotations.NullMarked;
