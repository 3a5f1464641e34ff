/** What java.io gives the hooks of Serializable and Externalizable classes, over the bytes of a graph. */
package io.atoll.internal.hooks;
