package io.atoll.spi;

import io.atoll.Resources;
import java.util.Map;
import java.util.TreeMap;

/** {@link Resources} in ten-thousandths, so that sums of fractions are exact. */
public final class ResourceUnits {
    private static final double UNIT = 10_000;

    private ResourceUnits() {}

    /**
     * How much there is of each.
     *
     * @param resources in units
     * @return ten-thousandths by name, none of them 0
     */
    public static Map<String, Long> amounts(Resources resources) {
        Map<String, Long> amounts = new TreeMap<>();
        resources.quantities().forEach((name, quantity) -> amounts.put(name, amount(quantity)));
        return amounts;
    }

    /**
     * How much there is of one.
     *
     * @param resources in units
     * @param name of the resource
     * @return ten-thousandths
     */
    public static long amount(Resources resources, String name) {
        return amount(resources.quantity(name));
    }

    /**
     * The same in units.
     *
     * @param amounts ten-thousandths by name
     * @return without those of which there are 0
     */
    public static Resources of(Map<String, Long> amounts) {
        Resources all = Resources.none();
        for (Map.Entry<String, Long> each : amounts.entrySet()) {
            all = all.with(each.getKey(), each.getValue() / UNIT);
        }
        return all;
    }

    private static long amount(double quantity) {
        return Math.round(quantity * UNIT);
    }
}
