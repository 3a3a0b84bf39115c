/** Token streams and reader demand; the only package that knows Reactor. */
@NullMarked
package dev.sluice.engine.stream;

import org.jspecify.annotations.NullMarked;
