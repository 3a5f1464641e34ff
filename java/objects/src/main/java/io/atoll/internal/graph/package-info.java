/** Graphs of any objects, by Apache Fory with serializers of ours, and what tasks throw. */
package io.atoll.internal.graph;
