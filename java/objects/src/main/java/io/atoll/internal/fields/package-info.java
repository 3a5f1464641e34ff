/** What any object is made of: its fields as they lie in the heap, what it refers to, and whether its class can be stored. */
package io.atoll.internal.fields;
