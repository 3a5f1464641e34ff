package io.atoll.internal.types;

import java.util.List;
import scala.Option;
import scala.Some;
import scala.Symbol;
import scala.Tuple2;
import scala.collection.immutable.BitSet;
import scala.collection.immutable.HashMap;
import scala.collection.immutable.ListMap;
import scala.collection.immutable.Nil$;
import scala.collection.immutable.Range;
import scala.collection.immutable.TreeMap;
import scala.collection.mutable.ArrayBuffer;
import scala.math.BigInt;
import scala.runtime.BoxedUnit;
import scala.util.Left;
import scala.util.Right;
import scala.util.Success;

/** Values of Scala's library, made from Java. */
final class ScalaValues {
    private ScalaValues() {}

    static List<Rows.Row> all() {
        Rows rows = new Rows("Scala");
        scala.collection.immutable.List<Object> nil = scala.collection.immutable.List$.MODULE$.empty();
        rows.same(Nil$.MODULE$)
                .same(scala.None$.MODULE$)
                .same(BoxedUnit.UNIT)
                .equal(
                        nil.$colon$colon(2).$colon$colon(1),
                        new Some<>("x"),
                        Option.apply(5),
                        new Tuple2<>(1, "a"),
                        new Left<>("x"),
                        new Right<>(1),
                        new Success<>(1),
                        BigInt.apply("12345678901234567890123"),
                        scala.math.BigDecimal.exact("1.10"),
                        new Range.Inclusive(1, 5, 2),
                        Symbol.apply("a"),
                        new HashMap<String, Integer>().updated("a", 1),
                        new ListMap<String, Integer>(),
                        BitSet.fromBitMask(new long[] {5}));
        rows.equal("ArrayBuffer", () -> new ArrayBuffer<Integer>().addOne(1))
                .equal("mutable.HashMap", () -> {
                    scala.collection.mutable.HashMap<String, Integer> map = new scala.collection.mutable.HashMap<>();
                    map.put("a", 1);
                    return map;
                })
                .equal(
                        "TreeMap",
                        () -> new TreeMap<String, Integer>(scala.math.Ordering.String$.MODULE$).updated("a", 1))
                .equal(
                        "Vector of 1000",
                        () -> nil.$colon$colon(1).$colon$colon(2).toVector())
                .equal(
                        "Map1",
                        () -> scala.collection.immutable.Map$.MODULE$.empty().updated("a", 1))
                .equal("Set2", () -> nil.$colon$colon(1).$colon$colon(2).toSet());
        return rows.all();
    }
}
