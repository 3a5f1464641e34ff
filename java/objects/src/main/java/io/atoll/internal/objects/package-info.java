/** Values as objects of a store, and objects as values: the way in for the runtime. */
package io.atoll.internal.objects;
