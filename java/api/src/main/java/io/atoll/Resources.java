package io.atoll;

import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Resources: how many units of each. All are logical, numbers that tasks share out, but for GPUs, which are assigned. Fractions
 * are rounded to ten-thousandths, of which sums are exact. Immutable.
 *
 * @since 0.1
 */
public final class Resources {
    /** Name of logical CPUs, which a blocked task gives back. */
    public static final String CPU = "CPU";
    /** Name of GPUs, of which a task has whole ones or a part of one, and sees no others. */
    public static final String GPU = "GPU";

    /** Parts of a unit. */
    private static final double PARTS = 10_000;

    private static final Resources NONE = new Resources(Collections.emptyNavigableMap());

    /** By name; none is zero. */
    private final Map<String, Double> quantities;

    private Resources(Map<String, Double> quantities) {
        this.quantities = Collections.unmodifiableMap(quantities);
    }

    /**
     * Nothing at all.
     *
     * @return the resources
     */
    public static Resources none() {
        return NONE;
    }

    /**
     * So many CPUs and nothing else.
     *
     * @param cpus rounded to ten-thousandths; 0 is nothing at all
     * @return the resources
     * @throws IllegalArgumentException when negative, not finite, or a smaller fraction
     */
    public static Resources cpus(double cpus) {
        return NONE.with(CPU, cpus);
    }

    /**
     * These resources with {@code quantity} units of one of them.
     *
     * @param name of the resource
     * @param quantity rounded to ten-thousandths; zero takes it out
     * @return new resources
     * @throws IllegalArgumentException when negative, not finite, or a smaller fraction
     */
    public Resources with(String name, double quantity) {
        Objects.requireNonNull(name, "name");
        double rounded = Math.round(quantity * PARTS) / PARTS;
        if (!(quantity >= 0) || Double.isInfinite(quantity) || (quantity > 0 && rounded == 0)) {
            throw new IllegalArgumentException(
                    "resource " + name + ": " + quantity + " asked; it takes 0 or at least " + 1 / PARTS);
        }
        Map<String, Double> changed = new TreeMap<>(quantities);
        if (rounded == 0) {
            changed.remove(name);
        } else {
            changed.put(name, rounded);
        }
        return new Resources(changed);
    }

    /**
     * How much there is of a resource.
     *
     * @param name of the resource
     * @return units; 0 when there is none
     */
    public double quantity(String name) {
        return quantities.getOrDefault(Objects.requireNonNull(name, "name"), 0.0);
    }

    /**
     * How much there is of each.
     *
     * @return units by name, none of them 0; cannot be changed
     */
    public Map<String, Double> quantities() {
        return quantities;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Resources resources && resources.quantities.equals(quantities);
    }

    @Override
    public int hashCode() {
        return quantities.hashCode();
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        quantities.forEach((name, quantity) -> text.append(text.length() == 0 ? "" : ", ")
                .append(quantity == Math.rint(quantity) ? Long.toString(Math.round(quantity)) : quantity.toString())
                .append(' ')
                .append(name));
        return text.length() == 0 ? "nothing" : text.toString();
    }
}
