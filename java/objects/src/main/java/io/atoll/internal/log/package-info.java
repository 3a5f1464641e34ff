@org.jspecify.annotations.NullMarked
package io.atoll.internal.log;
