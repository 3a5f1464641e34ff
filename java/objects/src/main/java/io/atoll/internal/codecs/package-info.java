/** The codecs that users register, as graphs find them, and which classes stored bytes may name. */
package io.atoll.internal.codecs;
