package io.atoll.internal.call;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atoll.AtollException;
import io.atoll.F0;
import io.atoll.F1;
import io.atoll.F2;
import io.atoll.P0;
import io.atoll.P1;
import io.atoll.UnserializableException;
import io.atoll.internal.call.FunctionReader.Function;
import java.io.IOException;
import java.io.Serializable;
import java.lang.invoke.MethodHandleInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;

/** From a lambda to its name, and from the name to a call. */
class FunctionTest {
    private final FunctionFinder finder = new FunctionFinder(FunctionTest.class.getClassLoader());

    static int twice(int x) {
        return 2 * x;
    }

    static double mean(double... values) {
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        return sum / values.length;
    }

    private static String secret(String word) {
        return word + "!";
    }

    static long widened(long x) {
        return x + 1;
    }

    static int throwing() throws IOException {
        throw new IOException("disk");
    }

    int field = 7;

    int instance(int x) {
        return x + field;
    }

    /** Calls the function as a worker would. */
    private Object call(Object userFunction, Object... arguments) throws Throwable {
        Function function = FunctionReader.read(userFunction, arguments.length);
        List<Object> all = new ArrayList<>(List.of(function.captured()));
        all.addAll(List.of(arguments));
        return (Object) finder.find(function.descriptor()).invokeExact(all.toArray());
    }

    @Test
    void shouldCallStaticMethods() throws Throwable {
        assertThat(call((F1<Integer, Integer>) FunctionTest::twice, 21)).isEqualTo(42);
        assertThat(call((F1<String, String>) FunctionTest::secret, "a")).isEqualTo("a!");
    }

    @Test
    void shouldCallNativeMethods() throws Throwable {
        assertThat(call((F1<Double, Double>) StrictMath::sin, 1.0)).isEqualTo(StrictMath.sin(1.0));
        assertThat(call((F0<Long>) System::nanoTime)).isInstanceOf(Long.class);
    }

    @Test
    void shouldCallInstanceMethodsOfArgumentsAndOfCapturedObjects() throws Throwable {
        assertThat(call((F1<String, Integer>) String::length, "four")).isEqualTo(4);
        assertThat(call((F1<CharSequence, Integer>) CharSequence::length, new StringBuilder("abc")))
                .isEqualTo(3);
        String bound = "bound";
        assertThat(call((F1<String, String>) bound::concat, "!")).isEqualTo("bound!");
        assertThat(call((F2<List<Integer>, Object, Boolean>) List::contains, List.of(1), 1))
                .isEqualTo(true);
        assertThat(call((F1<Integer, Integer>) this::instance, 1)).isEqualTo(8);
    }

    @Test
    void shouldCallConstructors() throws Throwable {
        assertThat(call((F1<String, StringBuilder>) StringBuilder::new, "x")).hasToString("x");
    }

    @Test
    void shouldPassWhatALambdaCaptures() throws Throwable {
        int base = 40;
        String word = "w";
        assertThat(call((F1<Integer, String>) x -> word + (base + x), 2)).isEqualTo("w42");
        assertThat(call((F0<Integer>) () -> field)).isEqualTo(7);
    }

    @Test
    void shouldCallVariableArityMethodsAsJavacMeantIt() throws Throwable {
        assertThat(call((F2<Double, Double, Double>) FunctionTest::mean, 1.0, 2.0))
                .isEqualTo(1.5);
        assertThat(call((F1<double[], Double>) FunctionTest::mean, new double[] {3}))
                .isEqualTo(3.0);
    }

    @Test
    void shouldReturnNullForVoid() throws Throwable {
        assertThat(call((P0) System::gc)).isNull();
    }

    @Test
    void shouldWidenPrimitives() throws Throwable {
        assertThat(call((F1<Integer, Long>) FunctionTest::widened, 1)).isEqualTo(2L);
    }

    @Test
    void shouldThrowWhatTheFunctionThrows() {
        assertThatThrownBy(() -> call((F0<Integer>) FunctionTest::throwing)).isInstanceOf(IOException.class);
    }

    @Test
    void shouldReadALambdaWithoutCapturesOnce() {
        F0<Integer> lambda = () -> 1;
        assertThat(FunctionReader.read(lambda, 0)).isSameAs(FunctionReader.read(lambda, 0));
    }

    @Test
    void shouldReadCapturesOfEachInstance() {
        List<Object> captured = new ArrayList<>();
        for (int i = 0; i < 2; ++i) {
            int now = i;
            F0<Integer> lambda = () -> now;
            captured.add(FunctionReader.read(lambda, 0).captured()[0]);
        }
        assertThat(captured).containsExactly(0, 1);
    }

    /** No lambda: an object that can be stored, and is a function in two ways. */
    record Scale(int by) implements F1<Integer, Integer>, F2<Integer, Integer, Integer> {
        @Override
        public Integer call(Integer value) {
            return by * value;
        }

        @Override
        public Integer call(Integer value, Integer add) {
            return by * value + add;
        }
    }

    static class Answer implements Callable<Integer> {
        @Override
        public Integer call() {
            return 42;
        }
    }

    static final class Inheriting extends Answer implements P1<Integer> {
        @Override
        public void call(Integer value) throws IOException {
            throw new IOException("called with " + value);
        }
    }

    @Test
    void shouldCallObjectsThatImplementAFunctionType() throws Throwable {
        assertThat(call(new Scale(3), 14)).isEqualTo(42);
        assertThat(call(new Scale(3), 14, 1)).isEqualTo(43);
        assertThat(call(new Answer())).isEqualTo(42);
        assertThat(call(new Inheriting())).isEqualTo(42);
        assertThatThrownBy(() -> call(new Inheriting(), 5)).hasMessage("called with 5");
        assertThat(call(new F0<String>() {
                    @Override
                    public String call() {
                        return "anonymous";
                    }
                }))
                .isEqualTo("anonymous");
        assertThat(FunctionReader.read(new Scale(3), 1).name()).isEqualTo("FunctionTest$Scale");
    }

    @Test
    void shouldRefuseWhatIsNoFunction() {
        assertThatThrownBy(() -> FunctionReader.read("text", 2))
                .isInstanceOf(UnserializableException.class)
                .hasMessageContaining("java.lang.String is no function of 2 parameters");
        assertThatThrownBy(() -> FunctionReader.read(new Answer(), 1)).isInstanceOf(UnserializableException.class);
    }

    @Test
    void shouldCallLambdasWhetherTheirTypeIsSerializableOrNot() throws Throwable {
        int captured = 41;
        Callable<Integer> lambda = () -> captured + 1;
        assertThat(call(lambda)).isEqualTo(42);
        assertThat(call((Callable<Integer> & Serializable) () -> captured + 2)).isEqualTo(43);
    }

    @Test
    void shouldSayWhatIsMissing() {
        assertThatThrownBy(() -> finder.find(
                        new FunctionDescriptor(MethodHandleInfo.REF_invokeStatic, "no.such.Type", "run", "()V")))
                .isInstanceOf(AtollException.class)
                .hasMessageContaining("no.such.Type");
        assertThatThrownBy(() -> finder.find(new FunctionDescriptor(
                        MethodHandleInfo.REF_invokeStatic, FunctionTest.class.getName(), "gone", "()V")))
                .isInstanceOf(AtollException.class)
                .hasMessageContaining("gone");
    }

    @Test
    void shouldSayWhichPackageToOpen() {
        assertThatThrownBy(() -> finder.find(new FunctionDescriptor(
                        MethodHandleInfo.REF_invokeStatic, "jdk.internal.misc.VM", "maxDirectMemory", "()J")))
                .isInstanceOf(AtollException.class)
                .hasMessageContaining("--add-opens java.base/jdk.internal.misc="
                        + (FunctionFinder.class.getModule().isNamed() ? "io.atoll" : "ALL-UNNAMED"));
    }

    @Test
    void shouldHaveShortNamesForPeople() {
        assertThat(FunctionReader.read((F1<Integer, Integer>) FunctionTest::twice, 1)
                        .name())
                .isEqualTo("FunctionTest.twice");
        assertThat(FunctionReader.read((F1<String, StringBuilder>) StringBuilder::new, 1)
                        .name())
                .isEqualTo("new StringBuilder");
    }
}
