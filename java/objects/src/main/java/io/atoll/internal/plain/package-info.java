/** Values of simple shape, by code of ours: what needs no more than this never meets Fory. */
package io.atoll.internal.plain;
