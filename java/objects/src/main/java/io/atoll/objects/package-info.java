/** What a program may ask about stored values: {@link io.atoll.objects.StoredForm}. */
@NullMarked
package io.atoll.objects;

import org.jspecify.annotations.NullMarked;
