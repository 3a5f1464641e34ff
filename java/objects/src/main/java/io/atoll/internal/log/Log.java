package io.atoll.internal.log;

import io.atoll.jni.NativeLibrary;
import org.jspecify.annotations.Nullable;
import org.slf4j.ILoggerFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.helpers.NOPLoggerFactory;

/**
 * Where Atoll's own loggers come from. They are SLF4J's; in a program that has no provider of it, in which all that is
 * logged would be lost, warnings and errors go to the standard error. Who has chosen to hear nothing, by slf4j-nop or by
 * {@code -Dslf4j.provider}, hears nothing.
 */
public final class Log {
    private static final String CHOSEN_PROVIDER = "slf4j.provider";
    private static final String SILENT_PROVIDER = "org.slf4j.nop.NOPServiceProvider";

    static {
        NativeLibrary.hideMissingLogger();
    }

    private Log() {}

    /** The logger of a class: SLF4J has it already or makes it, so this is for where something is told, not for a loop. */
    public static Logger of(Class<?> teller) {
        ILoggerFactory factory = LoggerFactory.getILoggerFactory();
        return factory instanceof NOPLoggerFactory && !isSilenceChosen()
                ? ErrorStreamLogger.INSTANCE
                : factory.getLogger(teller.getName());
    }

    private static boolean isSilenceChosen() {
        return System.getProperty(CHOSEN_PROVIDER) != null || silentProvider() != null;
    }

    private static @Nullable Class<?> silentProvider() {
        try {
            return Class.forName(SILENT_PROVIDER, false, LoggerFactory.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            return null;
        }
    }
}
