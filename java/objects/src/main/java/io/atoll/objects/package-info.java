/** What a program may ask about stored values: {@link io.atoll.objects.StoredForm}. */
package io.atoll.objects;
