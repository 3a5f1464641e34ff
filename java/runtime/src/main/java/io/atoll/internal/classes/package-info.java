/** Classes that no worker's class path has: their bytes come from the driver. */
package io.atoll.internal.classes;
