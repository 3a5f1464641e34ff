package io.atoll.arrow;

import java.util.List;

/**
 * A function of Arrow C++.
 *
 * @param name by which {@link ArrowCompute#call} knows it
 * @param kind {@code scalar} (value by value), {@code vector}, {@code aggregate}, {@code group aggregate} (for queries alone) or
 *     {@code meta} (calls others)
 * @param arity how many arguments it takes; -1 for any number
 * @param arguments what they are called
 * @param options name of the type of its options; empty when it has none
 * @param optionsAreRequired whether it has no default for them
 * @param summary one line of what it does
 * @since 0.1
 */
public record ArrowFunction(
        String name,
        String kind,
        int arity,
        List<String> arguments,
        String options,
        boolean optionsAreRequired,
        String summary) {}
