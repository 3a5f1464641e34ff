/**
 * K-means over more readings than a heap holds, by C++ that crashes on a bad row. {@link io.atoll.examples.kmeans.KMeans} does it
 * with Atoll; the same on threads of one process and by processes with sockets is there to compare: {@link
 * io.atoll.examples.kmeans.Comparison} runs all three.
 */
package io.atoll.examples.kmeans;
