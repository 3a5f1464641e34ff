package io.atoll.internal.codecs;

import io.atoll.jni.SystemProperty;
import java.util.Arrays;
import java.util.List;

/**
 * The names of classes that may be made from stored bytes, where the property {@code atoll.allowed.classes} gives them:
 * names, and packages as {@code com.acme.*}, divided by commas; the value types of the JDK and Atoll's own are always
 * allowed. Workers inherit the property. Without it every class is allowed.
 */
public final class AllowList {
    public static final String PROPERTY = SystemProperty.ALLOWED_CLASSES.key();

    private static final String LAMBDA = "$$Lambda";

    private static final List<String> ALWAYS = List.of(
            "java.lang.*",
            "java.util.*",
            "java.time.*",
            "java.math.*",
            "java.nio.*",
            "java.net.URI",
            "io.atoll.*",
            "jdk.proxy*", // classes of dynamic proxies, whose interfaces and handlers are looked up, too
            "com.sun.proxy.jdk.proxy*"); // and of those with an interface in a package that its module does not export

    private final List<String> names; // null: all
    private final String setting;

    private AllowList(String setting) {
        this.setting = setting;
        this.names = setting == null
                ? null
                : Arrays.stream(setting.split(","))
                        .map(String::trim)
                        .filter(name -> !name.isEmpty())
                        .toList();
    }

    /** As it is set now. */
    public static AllowList current() {
        return new AllowList(System.getProperty(PROPERTY));
    }

    public boolean isSet() {
        return names != null;
    }

    /** Whether it was made from this setting. */
    public boolean isOf(String property) {
        return java.util.Objects.equals(setting, property);
    }

    /** @param className as {@link Class#getName} says, of a class or an array */
    public boolean allows(String className) {
        if (names == null) {
            return true;
        }
        String name = className;
        while (name.startsWith("[")) {
            name = name.substring(1);
        }
        if (name.length() < className.length()) { // an element type is in its short form
            if (name.length() == 1) {
                return true;
            }
            name = name.startsWith("L") ? name.substring(1, name.length() - 1) : name;
        }
        int lambda = name.indexOf(LAMBDA); // it is made by the class that wrote it down
        name = lambda < 0 ? name : name.substring(0, lambda);
        return matches(ALWAYS, name) || matches(names, name);
    }

    private static boolean matches(List<String> patterns, String name) {
        for (String pattern : patterns) {
            boolean matches = pattern.endsWith("*")
                    ? name.startsWith(pattern.substring(0, pattern.length() - 1))
                    : name.equals(pattern);
            if (matches) {
                return true;
            }
        }
        return false;
    }

    public String refusal(String className) {
        return className + " is not on the list of allowed classes (" + PROPERTY + "=" + setting + ")";
    }
}
