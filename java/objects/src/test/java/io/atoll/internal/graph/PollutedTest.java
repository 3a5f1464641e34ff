package io.atoll.internal.graph;

import static org.assertj.core.api.Assertions.assertThat;

import io.atoll.internal.objects.Fixture;
import java.io.Serializable;
import java.time.DayOfWeek;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a field's declaration says of elements nobody checks: others may be in it, and are stored as what they are. */
@SuppressWarnings({"rawtypes", "unchecked"})
class PollutedTest {
    private record Point(int x, int y) {}

    static final class Sealed {
        private long a = 1;
        private long b = 2;
    }

    private static class Holder {
        private List<Point> points = new ArrayList<>();
        private List<Sealed> sealed = new ArrayList<>();
        private Map<String, Long> counts = new HashMap<>();
        private Map<Point, Sealed> keyed = new LinkedHashMap<>();
        private List<DayOfWeek> days = new ArrayList<>();
        private Map<String, List<Point>> nested = new HashMap<>();
        private List<Integer>[] array = new List[1];
    }

    private static final class WithReplace extends Holder implements Serializable {
        private static final long serialVersionUID = 1;
        private List<Point> more = new ArrayList<>();

        private Object writeReplace() {
            return this;
        }
    }

    private static void pollute(Holder holder) {
        List<Object> others = new ArrayList<>(List.of(new LinkedHashMap<>(Map.of("x", 1)), 7, "text", new int[] {1}));
        holder.points = (List) others;
        holder.sealed = (List) new ArrayList<>(List.of(new Point(1, 2), "text"));
        ((Map) holder.counts).putAll(Map.of("a", 1, "b", "two", "c", 3L));
        ((Map) holder.keyed).put("key", new Point(3, 4));
        ((Map) holder.keyed).put(5, null);
        ((List) holder.days).addAll(Arrays.asList("MONDAY", null, DayOfWeek.MONDAY));
        ((Map) holder.nested).put("n", new ArrayList<>(List.of(others, 5)));
        ((List[]) holder.array)[0] = new ArrayList<>(List.of("no", "ints"));
    }

    private static List<?> contents(Holder holder) {
        return List.of(
                ((List<Object>) (List) holder.points).subList(0, 3),
                holder.sealed,
                holder.counts,
                holder.keyed,
                holder.days,
                ((List<List<?>>) (List) holder.nested.get("n")).get(0).subList(0, 3),
                holder.array[0]);
    }

    private static void check(Holder holder) {
        pollute(holder);
        List<?> before = contents(holder);
        try (Fixture fixture = new Fixture()) {
            Object[] read = (Object[]) fixture.roundTrip(new Object[] {holder, List.of(holder)});
            assertThat(contents((Holder) read[0])).isEqualTo(before);
            assertThat(((List<Object>) (List) ((Holder) read[0]).points).get(3)).isEqualTo(new int[] {1});
        }
    }

    @Test
    void shouldStoreWhatIsThere() {
        check(new Holder());
    }

    @Test
    void shouldStoreWhatIsThereOfAClassThatReplacesItself() {
        WithReplace holder = new WithReplace();
        holder.more = (List) new ArrayList<>(List.of("not a point"));
        check(holder);
    }

    @Test
    void shouldStillStoreWhatIsDeclared() {
        Holder holder = new Holder();
        holder.points.add(new Point(1, 2));
        holder.sealed.add(new Sealed());
        holder.counts.put("a", 1L);
        try (Fixture fixture = new Fixture()) {
            Holder read = (Holder) fixture.roundTrip(holder);
            assertThat(read.points).containsExactly(new Point(1, 2));
            assertThat(read.sealed.get(0).a + read.sealed.get(0).b).isEqualTo(3);
            assertThat(read.counts).isEqualTo(holder.counts);
        }
    }
}
