/** How a program stores values of its own types: {@link io.atoll.codec.Codecs#register}. */
package io.atoll.codec;
