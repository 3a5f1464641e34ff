/** What joins the processes of a node: rings, board, and the thread of the scheduler. */
@NullMarked
package io.atoll.internal.node;

import org.jspecify.annotations.NullMarked;
