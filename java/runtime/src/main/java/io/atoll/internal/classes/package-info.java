/** Classes that no worker's class path has: their bytes come from the driver. */
@NullMarked
package io.atoll.internal.classes;

import org.jspecify.annotations.NullMarked;
