package io.atoll.examples;

import io.atoll.Atoll;
import io.atoll.AtollSession;
import io.atoll.ObjectRef;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Words counted by tasks that start tasks: halves of halves, merged on the way back. */
public final class WordCount {
    private static final String TEXT = "a value that one process puts into the store is a view in every other and "
            + "nobody copies it and nobody keeps it on the heap ";

    private WordCount() {}

    static Map<String, Integer> count(List<String> lines) {
        if (lines.size() <= 500) {
            Map<String, Integer> counts = new TreeMap<>();
            for (String line : lines) {
                for (String word : line.split(" ")) {
                    counts.merge(word, 1, Integer::sum);
                }
            }
            return counts;
        }
        int half = lines.size() / 2;
        ObjectRef<Map<String, Integer>> left = Atoll.task(
                        WordCount::count, (List<String>) new ArrayList<>(lines.subList(0, half)))
                .remote();
        Map<String, Integer> counts = count(lines.subList(half, lines.size()));
        // A task that waits gives its CPU back: the depth of the tree needs no further process.
        left.get().forEach((word, times) -> counts.merge(word, times, Integer::sum));
        return counts;
    }

    public static void main(String[] args) {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < 10_000; ++i) {
            lines.add(TEXT + i % 7);
        }
        try (AtollSession session = Atoll.init()) {
            Map<String, Integer> counts =
                    Atoll.task(WordCount::count, lines).remote().get();
            counts.entrySet().stream()
                    .sorted(Map.Entry.<String, Integer>comparingByValue()
                            .reversed()
                            .thenComparing(Map.Entry.comparingByKey()))
                    .limit(3)
                    .forEach(entry -> System.out.println(entry.getKey() + " " + entry.getValue()));
        }
    }
}
