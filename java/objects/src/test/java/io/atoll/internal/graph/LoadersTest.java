package io.atoll.internal.graph;

import static org.assertj.core.api.Assertions.assertThat;

import io.atoll.internal.objects.Fixture;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ref.WeakReference;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Class loaders that a thread has for a while, one after the other or in turns. */
class LoadersTest {
    /** What is loaded again by each loader. */
    static final class Item {
        private int number;
    }

    /** Has an {@link Item} of its own. */
    private static final class Own extends ClassLoader {
        Own() {
            super(LoadersTest.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.equals(Item.class.getName())) {
                return super.loadClass(name, resolve);
            }
            synchronized (this) {
                Class<?> known = findLoadedClass(name);
                if (known != null) {
                    return known;
                }
                String file = name.replace('.', '/') + ".class";
                try (InputStream in = getParent().getResourceAsStream(file)) {
                    byte[] bytes = in.readAllBytes();
                    return defineClass(name, bytes, 0, bytes.length);
                } catch (IOException e) {
                    throw new ClassNotFoundException(name, e);
                }
            }
        }

        Object item(int number) throws ReflectiveOperationException {
            var constructor = loadClass(Item.class.getName()).getDeclaredConstructor();
            constructor.setAccessible(true);
            Object item = constructor.newInstance();
            var field = item.getClass().getDeclaredField("number");
            field.setAccessible(true);
            field.set(item, number);
            return item;
        }
    }

    /** Finds all that it is asked for at its parent. */
    private static ClassLoader empty() {
        return new URLClassLoader(new URL[0], LoadersTest.class.getClassLoader());
    }

    private static void trip(ClassLoader empty, Fixture fixture) {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(empty);
        try {
            List<?> back = (List<?>) fixture.roundTrip(new ArrayList<>(List.of(new Item(), "x")));
            assertThat(back.get(0)).isExactlyInstanceOf(Item.class);
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    /** A coder takes a hundred times as long to make as a put. */
    @Test
    void shouldKeepTheCodersOfLoadersThatHaveNoClassOfTheirOwn() {
        List<ClassLoader> loaders = List.of(empty(), empty(), empty());
        try (Fixture fixture = new Fixture()) {
            for (ClassLoader each : loaders) {
                trip(each, fixture);
            }
            for (int i = 0; i < 5; i++) {
                System.gc();
            }
            for (ClassLoader each : loaders) {
                GraphCoder coder = Shelf.of(each).take();
                assertThat(coder).isNotNull();
                Shelf.of(each).giveBack(coder);
            }
        }
    }

    @Test
    void shouldLetSuchLoadersGoWhenThereAreMany() {
        List<WeakReference<ClassLoader>> made = new ArrayList<>();
        try (Fixture fixture = new Fixture()) {
            for (int i = 0; i < 7; i++) {
                ClassLoader empty = empty();
                trip(empty, fixture);
                made.add(new WeakReference<>(empty));
            }
            Fixture.collectUntil(() -> made.subList(0, 3).stream().allMatch(each -> each.get() == null));
        }
    }

    private static void trip(Own loader, Fixture fixture) throws ReflectiveOperationException {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(loader);
        try {
            Object item = loader.item(7);
            Object read = fixture.roundTrip(new ArrayList<>(List.of(item, "x")));
            Object back = ((List<?>) read).get(0);
            assertThat(back.getClass()).isSameAs(item.getClass());
            assertThat(thread.getContextClassLoader()).isSameAs(loader);
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    @Test
    void shouldKeepTheCodersOfLoadersThatTakeTurns() throws ReflectiveOperationException {
        Own one = new Own();
        Own two = new Own();
        try (Fixture fixture = new Fixture()) {
            Set<Object> seen = java.util.Collections.newSetFromMap(new IdentityHashMap<>());
            for (int i = 0; i < 20; i++) {
                trip(i % 2 == 0 ? one : two, fixture);
                GraphCoder first = Shelf.of(one).take();
                GraphCoder second = Shelf.of(two).take();
                if (first != null) {
                    seen.add(first);
                    Shelf.of(one).giveBack(first);
                }
                if (second != null) {
                    seen.add(second);
                    Shelf.of(two).giveBack(second);
                }
            }
            assertThat(seen).hasSize(2);
        }
    }

    /** Also after collections. */
    @Test
    void shouldKeepTheCodersOfALoaderThatIsInUse() throws ReflectiveOperationException {
        Own loader = new Own();
        try (Fixture fixture = new Fixture()) {
            trip(loader, fixture);
            GraphCoder coder = Shelf.of(loader).take();
            assertThat(coder).isNotNull();
            Shelf.of(loader).giveBack(coder);
            WeakReference<GraphCoder> kept = new WeakReference<>(coder);
            coder = null;
            for (int i = 0; i < 5; i++) {
                System.gc();
            }
            assertThat(kept.get()).isNotNull();
            assertThat(Shelf.of(loader).take()).isSameAs(kept.get());
        }
    }

    @Test
    void shouldLetALoaderGo() throws ReflectiveOperationException {
        Set<WeakReference<ClassLoader>> gone = new HashSet<>();
        try (Fixture fixture = new Fixture()) {
            for (int i = 0; i < 3; i++) {
                Own loader = new Own();
                trip(loader, fixture);
                gone.add(new WeakReference<>(loader));
            }
            trip(new Own(), fixture); // nothing on the stack is of the last of them
            Fixture.collectUntil(() -> gone.stream().allMatch(each -> each.get() == null));
        }
    }
}
