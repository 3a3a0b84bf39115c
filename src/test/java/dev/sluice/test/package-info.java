/** Rules that span the modules: dependencies and tidiness. */
@NullMarked
package dev.sluice.test;

import org.jspecify.annotations.NullMarked;
