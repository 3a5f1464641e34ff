package io.atoll;

import java.util.Map;
import java.util.TreeMap;

/**
 * Logical resources, in ten-thousandths, so that sums of fractions are exact.
 *
 * @param amounts by name; no zero amounts
 */
public record Resources(Map<String, Long> amounts) {
    /** Ten-thousandths in one unit. */
    public static final long UNIT = 10_000;

    /** Name of logical CPUs, which a blocked task gives back. */
    public static final String CPU = "CPU";
    /** Name of logical GPUs. */
    public static final String GPU = "GPU";

    /**
     * Checks the amounts and copies them.
     *
     * @param amounts by name
     * @throws IllegalArgumentException when one is not above zero
     */
    public Resources {
        amounts = Map.copyOf(amounts);
        for (Map.Entry<String, Long> amount : amounts.entrySet()) {
            if (amount.getValue() <= 0) {
                throw new IllegalArgumentException(
                        "resource " + amount.getKey() + ": " + amount.getValue() + " ten-thousandths");
            }
        }
    }

    /**
     * So many CPUs and nothing else.
     *
     * @param cpus rounded to ten-thousandths; 0 is nothing at all
     * @return the resources
     * @throws IllegalArgumentException when negative, not finite, or a smaller fraction
     */
    public static Resources cpus(double cpus) {
        return new Resources(Map.of()).with(CPU, cpus);
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
        long amount = Math.round(quantity * UNIT);
        if (!(quantity >= 0) || Double.isInfinite(quantity) || (quantity > 0 && amount == 0)) {
            throw new IllegalArgumentException(
                    "resource " + name + ": " + quantity + " asked; it takes 0 or at least " + 1.0 / UNIT);
        }
        Map<String, Long> changed = new TreeMap<>(amounts);
        if (amount == 0) {
            changed.remove(name);
        } else {
            changed.put(name, amount);
        }
        return new Resources(changed);
    }

    /**
     * How much there is of a resource.
     *
     * @param name of the resource
     * @return ten-thousandths; 0 when there is none
     */
    public long amount(String name) {
        return amounts.getOrDefault(name, 0L);
    }

    // By hand, as in ObjectId.
    @Override
    public boolean equals(Object other) {
        return other instanceof Resources resources && resources.amounts.equals(amounts);
    }

    @Override
    public int hashCode() {
        return amounts.hashCode();
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        new TreeMap<>(amounts)
                .forEach((name, amount) -> text.append(text.length() == 0 ? "" : ", ")
                        .append(
                                amount % UNIT == 0
                                        ? Long.toString(amount / UNIT)
                                        : Double.toString((double) amount / UNIT))
                        .append(' ')
                        .append(name));
        return text.length() == 0 ? "nothing" : text.toString();
    }
}
