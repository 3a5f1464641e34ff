/** The codecs that users register, as graphs find them. */
package io.atoll.internal.codecs;
