package io.atoll.internal.memory;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.slf4j.LoggerFactory;

/**
 * While this is open Arrow does not tell at INFO what it finds when its allocator is initialized: that it happens then is
 * our doing, and one of the lines is wrong (it uses no netty). Three loggers are concerned, in the logging systems that
 * are there most; what the user has set for them stays, and is what holds again afterwards. Elsewhere nothing is done.
 */
final class QuietStart implements AutoCloseable {
    private static final List<String> LOGGERS = List.of(
            "org.apache.arrow.memory.BaseAllocator",
            "org.apache.arrow.memory.DefaultAllocationManagerOption",
            "org.apache.arrow.memory.CheckAllocator");

    private static final String SIMPLE = "org.slf4j.simpleLogger.log.";

    private final Deque<Undo> undo = new ArrayDeque<>();

    private interface Undo {
        void run() throws ReflectiveOperationException;
    }

    QuietStart() {
        try {
            switch (LoggerFactory.getILoggerFactory().getClass().getName()) {
                case "ch.qos.logback.classic.LoggerContext" ->
                    setLevels("org.slf4j.LoggerFactory", "ch.qos.logback.classic.Level", "WARN");
                case "org.slf4j.jul.JDK14LoggerFactory" ->
                    setLevels("java.util.logging.Logger", "java.util.logging.Level", "WARNING");
                case "org.apache.logging.slf4j.Log4jLoggerFactory" ->
                    setLevels("org.apache.logging.log4j.LogManager", "org.apache.logging.log4j.Level", "WARN");
                case "org.slf4j.simple.SimpleLoggerFactory" -> setProperties();
                default -> {}
            }
        } catch (ReflectiveOperationException | RuntimeException e) {
            // The lines come, then.
        }
    }

    /** These three have loggers with getLevel and setLevel. A level that is null, or in Log4j INFO, is inherited. */
    private void setLevels(String loggers, String levels, String warning) throws ReflectiveOperationException {
        ClassLoader loader = LoggerFactory.getILoggerFactory().getClass().getClassLoader();
        Class<?> level = Class.forName(levels, true, loader);
        Object warn = level.getField(warning).get(null);
        for (String name : LOGGERS) {
            Object logger = Class.forName(loggers, true, loader)
                    .getMethod("getLogger", String.class)
                    .invoke(null, name);
            Object before = logger.getClass().getMethod("getLevel").invoke(logger);
            if (before == null || before.toString().equals("INFO") && levels.contains("log4j")) {
                set(logger, level, warn);
                undo.push(() -> set(logger, level, before));
            }
        }
    }

    private static void set(Object logger, Class<?> level, Object to) throws ReflectiveOperationException {
        logger.getClass().getMethod("setLevel", level).invoke(logger, to);
    }

    /** A simple logger looks at its level when it is made, which is now. */
    private void setProperties() {
        for (String name : LOGGERS) {
            if (!isSetForSimple(name)) {
                System.setProperty(SIMPLE + name, "warn");
                undo.push(() -> System.clearProperty(SIMPLE + name));
            }
        }
    }

    private static boolean isSetForSimple(String name) {
        for (String each = name; !each.isEmpty(); each = each.substring(0, Math.max(0, each.lastIndexOf('.')))) {
            if (System.getProperty(SIMPLE + each) != null) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void close() {
        while (!undo.isEmpty()) {
            try {
                undo.pop().run();
            } catch (ReflectiveOperationException | RuntimeException e) {
                // It is not there any more.
            }
        }
    }
}
