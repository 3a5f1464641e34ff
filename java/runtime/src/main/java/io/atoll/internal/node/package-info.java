/** What joins the processes of a node: rings, board, and the thread of the scheduler. */
package io.atoll.internal.node;
