package io.atoll.internal.memory;

/** Tells tables, batches and vectors by their names, so that Arrow's classes are not loaded to know. */
public final class ArrowNames {
    private static final ClassValue<Boolean> ARROW = new ClassValue<>() {
        @Override
        protected Boolean computeValue(Class<?> type) {
            return hasArrowName(type);
        }
    };

    private ArrowNames() {}

    /** Whether objects of a class are tables, batches or vectors. */
    public static boolean isArrow(Class<?> type) {
        return ARROW.get(type);
    }

    private static boolean hasArrowName(Class<?> type) {
        if (type == null) {
            return false;
        }
        String name = type.getName();
        if (name.equals("io.atoll.table.Table")
                || name.equals("org.apache.arrow.vector.VectorSchemaRoot")
                || name.equals("org.apache.arrow.vector.FieldVector")) {
            return true;
        }
        for (Class<?> each : type.getInterfaces()) {
            if (hasArrowName(each)) {
                return true;
            }
        }
        return hasArrowName(type.getSuperclass());
    }
}
