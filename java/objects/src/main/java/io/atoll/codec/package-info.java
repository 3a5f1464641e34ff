/** How a program stores values of its own types: {@link io.atoll.codec.Codecs#register}. */
@NullMarked
package io.atoll.codec;

import org.jspecify.annotations.NullMarked;
