package io.atoll.internal.call;

/**
 * Names the method that a task calls, so that any JVM with the same class path finds it.
 *
 * @param kind how it is called, one of the {@code REF_} constants of {@link java.lang.invoke.MethodHandleInfo}
 * @param className binary name of the class that it is looked up in
 * @param methodName its name; {@code <init>} for a constructor
 * @param methodType its descriptor, such as {@code (ID)V}
 */
public record FunctionDescriptor(int kind, String className, String methodName, String methodType) {
    /** For logs and errors: {@code Flights.histogram}. */
    String shortName() {
        String simple = className.substring(className.lastIndexOf('.') + 1);
        return methodName.equals("<init>") ? "new " + simple : simple + "." + methodName;
    }

    // By hand: what javac makes for a record costs a process some 50 ms when it is first used.
    @Override
    public boolean equals(Object other) {
        return other instanceof FunctionDescriptor function
                && function.kind == kind
                && function.methodName.equals(methodName)
                && function.className.equals(className)
                && function.methodType.equals(methodType);
    }

    @Override
    public int hashCode() {
        return (className.hashCode() * 31 + methodName.hashCode()) * 31 + methodType.hashCode();
    }

    @Override
    public String toString() {
        return className + "." + methodName + methodType;
    }
}
