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

    public static final String CPU = "CPU";
    public static final String GPU = "GPU";

    public Resources {
        amounts = Map.copyOf(amounts);
    }

    public static Resources cpus(double cpus) {
        return new Resources(Map.of()).with(CPU, cpus);
    }

    /** This demand with {@code quantity} units of the resource; zero takes it out. */
    public Resources with(String name, double quantity) {
        long amount = Math.round(quantity * UNIT);
        if (!(quantity >= 0) || Double.isInfinite(quantity) || (quantity > 0 && amount == 0)) {
            throw new IllegalArgumentException(
                    "resource " + name + ": " + quantity + " asked; it takes 0 or at least " + 1.0 / UNIT);
        }
        Map<String, Long> changed = new TreeMap<>(amounts);
        changed.put(name, amount);
        changed.values().removeIf(a -> a == 0);
        return new Resources(changed);
    }

    /** Ten-thousandths of the resource; 0 when there is none. */
    public long amount(String name) {
        return amounts.getOrDefault(name, 0L);
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
