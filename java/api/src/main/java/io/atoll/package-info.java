/**
 * Runs Java functions in parallel across processes that look at the same memory.
 *
 * <p>{@link io.atoll.Atoll#init} makes this process the driver of a node: an object store in shared memory and worker
 * processes with this process's class path. {@link io.atoll.Atoll#put} stores a value once, for all of them. {@code
 * Atoll.task} names a function and its arguments, and {@code remote()} has it run in some worker; what comes back at once
 * is an {@link io.atoll.ObjectRef}, a future of the result and a share of it.
 *
 * <pre>{@code
 * try (AtollSession session = Atoll.init()) {
 *     ObjectRef<Table> table = Atoll.put(load());
 *     List<ObjectRef<Double>> means = new ArrayList<>();
 *     for (int hour = 0; hour < 24; ++hour) {
 *         means.add(Atoll.task(Flights::mean, table, hour).remote());
 *     }
 *     System.out.println(Atoll.get(means));
 * }
 * }</pre>
 *
 * <h2>Functions</h2>
 *
 * A task is any static or instance method, constructor or lambda, native methods too, of up to ten parameters (for an
 * instance method the object counts as one). What a lambda captures is stored with the call, so it must be storable. An
 * object is a function too, when its class can be stored and implements {@link java.util.concurrent.Callable} or one of
 * {@code F0} to {@code F10} and {@code P0} to {@code P10}. ({@link io.atoll.Atoll#executor()} is for code that knows {@link
 * java.util.concurrent.ExecutorService}s.) A function may throw checked exceptions: what it throws comes out
 * of {@code get} as the cause of a {@link io.atoll.TaskException}.
 *
 * <p>A function can be a value of its own, whose types are fixed before refs are looked at and which has the needs of its
 * tasks with it. For what is called in more than one place that is the better way: javac says less when a call is wrong, and
 * says it sooner.
 *
 * <pre>{@code
 * static final RemoteFunction2<Table, Integer, Double> MEAN = RemoteFunction2.of(Flights::mean).withCpus(2).withRetries(0);
 *
 * ObjectRef<Double> mean = MEAN.submit(tableRef, 3);
 * }</pre>
 *
 * {@code Atoll.task(f, arguments...)} is sugar for the same in one line. Functions that return a value go through {@code
 * function} and {@code task}, those that return nothing through {@code action} and {@code run}.
 *
 * <h2>Arguments</h2>
 *
 * Each argument is a value or a ref, in any mixture up to four; from five on all are values, or all are refs and {@link
 * io.atoll.Atoll#value} stands for a value among them. So it does for null. A task starts when the values of all its refs are there, and gets these values. A
 * ref inside a value, as in a {@code List<ObjectRef<T>>}, stays a ref, and so does one given for a parameter that is
 * itself an {@code ObjectRef}. A small value travels in the call; a large one is stored first, as by {@code put}, and
 * lives until the task has ended.
 *
 * <h2>Tasks in tasks</h2>
 *
 * A task may use all of {@link io.atoll.Atoll} except {@code init}. Those that it submits run newest first. While it waits
 * in {@code get} or {@code wait} it gives its CPUs to other tasks, and keeps what else it holds.
 *
 * <h2>Who closes</h2>
 *
 * Tensors, tables and Arrow vectors that {@code get} or a task's parameter gives are views: their objects stay in memory
 * until they are closed, or found unreachable by the collector, and nothing else can have that room meanwhile. Close what
 * you get, best by {@code try}. What is put stays the caller's. What a task returns it gives away: the Arrow tables,
 * batches and vectors in it are closed in the worker once they are stored. So a task that makes a table returns it, and one
 * that keeps a table returns a ref to it, which {@code get(get(ref))} resolves:
 *
 * <pre>{@code
 * static Table load(String file) { ... return Table.of(batch); }
 * static ObjectRef<Table> cached() { return Atoll.put(CACHED); }
 * }</pre>
 *
 * Tensors need no closing where they are made: they refer to arrays and to the store, both of which are collected.
 *
 * <h2>What javac makes of a call</h2>
 *
 * A method name that can mean only one method is all that javac needs. When there are several methods of that name, or
 * it is generic, or it takes an {@code Object}, javac cannot tell a ref from a value, and wants to be told: by a function as
 * a value, whose type says it, or by a witness ({@code Atoll.<Table, Integer, Double>function(U::f)}).
 * Given
 *
 * <pre>{@code
 * class U {
 *     static double mean(Table table, int hour) { return 0; }
 *     static double f(Table table, int hour) { return 0; }
 *     static double f(Table table, String carrier) { return 0; }
 *     static long twice(long x) { return 2 * x; }
 *     static void print(String line) {}
 *     static void log(String line) {}
 *     static void log(int number) {}
 *     static String show(Object o) { return o.toString(); }
 *     static <T> List<T> pair(T a, T b) { return List.of(a, b); }
 *     static int sum(int... numbers) { return 0; }
 *     static int six(int a, int b, int c, int d, int e, int f) { return 0; }
 *     static Table load() throws IOException { return null; }
 *     static ObjectRef<Integer> later(int n) { return null; }
 *     static int first(List<ObjectRef<Integer>> refs) { return refs.get(0).get(); }
 *     static int await(ObjectRef<Integer> ref) { return ref.get(); }
 *     int plus(int n) { return n; }
 * }
 * class Job implements Callable<Integer> {
 *     public Integer call() { return 0; }
 * }
 * class Scale implements F1<Integer, Integer> {
 *     public Integer call(Integer n) { return 2 * n; }
 * }
 * U u;
 * Table table;
 * int n;
 * ObjectRef<U> uRef;
 * ObjectRef<Table> tableRef;
 * ObjectRef<Integer> intRef;
 * ObjectRef<Long> longRef;
 * ObjectRef<String> textRef;
 * RemoteFunction2<Table, Integer, Double> mean = RemoteFunction2.of(U::mean);
 * RemoteFunction2<Table, Integer, Double> f = RemoteFunction2.of(U::f);
 * RemoteFunction2<Integer, Integer, Integer> larger = RemoteFunction2.of(Math::max);
 * RemoteFunction1<Object, String> show = RemoteFunction1.of(U::show);
 * RemoteFunction1<ObjectRef<Integer>, Integer> await = RemoteFunction1.of(U::await);
 * RemoteFunction6<Integer, Integer, Integer, Integer, Integer, Integer, Integer> six = RemoteFunction6.of(U::six);
 * RemoteAction1<String> print = RemoteAction1.of(U::print);
 * }</pre>
 *
 * <table>
 * <caption>Calls that compile, and calls that do not</caption>
 * <tr><th>call</th><th>compiles</th><th>because</th></tr>
 * <tr><td>{@code mean.submit(table, 3)}</td><td>yes</td><td></td></tr>
 * <tr><td>{@code mean.submit(tableRef, 3)}</td><td>yes</td><td></td></tr>
 * <tr><td>{@code mean.submit(tableRef, intRef)}</td><td>yes</td><td></td></tr>
 * <tr><td>{@code mean.submit(tableRef, textRef)}</td><td>no</td><td>a ref to a text is no number</td></tr>
 * <tr><td>{@code mean.submit(3, table)}</td><td>no</td><td></td></tr>
 * <tr><td>{@code mean.submit(tableRef)}</td><td>no</td><td></td></tr>
 * <tr><td>{@code mean.withCpus(2).withRetries(0).withName("mean").submit(table, intRef)}</td><td>yes</td><td></td></tr>
 * <tr><td>{@code f.submit(tableRef, 3)}</td><td>yes</td><td>overloaded: the type of {@code f} says which</td></tr>
 * <tr><td>{@code larger.submit(intRef, 2)}</td><td>yes</td><td></td></tr>
 * <tr><td>{@code show.submit(tableRef)}</td><td>yes</td><td>it gets the value</td></tr>
 * <tr><td>{@code await.submit(intRef)}</td><td>yes</td><td>its parameter is a ref: it stays one</td></tr>
 * <tr><td>{@code print.submit("a")}</td><td>yes</td><td></td></tr>
 * <tr><td>{@code print.submit(textRef)}</td><td>yes</td><td></td></tr>
 * <tr><td>{@code print.submit(null)}</td><td>no</td><td>value or ref?</td></tr>
 * <tr><td>{@code print.submit(Atoll.value(null))}</td><td>yes</td><td></td></tr>
 * <tr><td>{@code six.submit(1, 2, 3, 4, 5, 6)}</td><td>yes</td><td></td></tr>
 * <tr><td>{@code six.submit(intRef, intRef, intRef, intRef, intRef, intRef)}</td><td>yes</td><td></td></tr>
 * <tr><td>{@code six.submit(intRef, 2, 3, 4, 5, 6)}</td><td>no</td><td>a mixture of more than four</td></tr>
 * <tr><td>{@code six.submit(intRef, value(2), value(3), intRef, value(5), value(6))}</td><td>yes</td><td></td></tr>
 * <tr><td>{@code function(U::mean).submit(tableRef, 3)}</td><td>yes</td><td></td></tr>
 * <tr><td>{@code function(U::twice).submit(3L)}</td><td>yes</td><td></td></tr>
 * <tr><td>{@code function(U::load).submit()}</td><td>yes</td><td></td></tr>
 * <tr><td>{@code function(U::f)}</td><td>no</td><td>which?</td></tr>
 * <tr><td>{@code Atoll.<Table, Integer, Double>function(U::f).submit(tableRef, 3)}</td><td>yes</td><td>a witness</td></tr>
 * <tr><td>{@code Atoll.<Integer, Integer, Integer>function(Math::max).submit(intRef, 2)}</td><td>yes</td><td></td></tr>
 * <tr><td>{@code Atoll.<String, String, List<String>>function(U::pair).submit(textRef, "b")}</td><td>yes</td><td>generic, with a witness</td></tr>
 * <tr><td>{@code RemoteFunction1.<int[], Integer>of(U::sum).submit(new int[] {1, 2})}</td><td>yes</td><td></td></tr>
 * <tr><td>{@code RemoteFunction2.<Integer, Integer, Integer>of(U::sum).submit(1, intRef)}</td><td>yes</td><td>the same of two numbers</td></tr>
 * <tr><td>{@code RemoteFunction2.of(U::mean).withCpus(2).submit(tableRef, 3)}</td><td>yes</td><td></td></tr>
 * <tr><td>{@code RemoteFunction2.of(Math::max).withCpus(2)}</td><td>no</td><td>which?</td></tr>
 * <tr><td>{@code RemoteFunction2.<Integer, Integer, Integer>of(Math::max).withCpus(2)}</td><td>yes</td><td></td></tr>
 * <tr><td>{@code function(U::print)}</td><td>no</td><td>it returns nothing</td></tr>
 * <tr><td>{@code action(U::print).submit(textRef)}</td><td>yes</td><td></td></tr>
 * <tr><td>{@code Atoll.<String>action(U::log).submit(textRef)}</td><td>yes</td><td></td></tr>
 * <tr><td>{@code action(U::twice).submit(longRef)}</td><td>yes</td><td>what it returns is dropped</td></tr>
 * <tr><td>{@code function(new Job()).submit()}</td><td>yes</td><td>an object that can be stored</td></tr>
 * <tr><td>{@code function(new Scale()).submit(intRef)}</td><td>yes</td><td></td></tr>
 * <tr><td>{@code function(u::plus).submit(intRef)}</td><td>yes</td><td>the object captured</td></tr>
 * <tr><td>{@code function(U::plus).submit(uRef, 3)}</td><td>yes</td><td>the object first</td></tr>
 * <tr><td>{@code function((Integer a, Integer b) -> a + b).submit(1, intRef)}</td><td>yes</td><td></td></tr>
 * <tr><td>{@code task(new Job())}</td><td>yes</td><td></td></tr>
 * <tr><td>{@code task(new Scale(), intRef)}</td><td>yes</td><td></td></tr>
 * <tr><td>{@code task(U::six, 1, 2, 3, 4, 5, 6)}</td><td>yes</td><td></td></tr>
 * <tr><td>{@code task(U::six, intRef, 2, 3, 4, 5, 6)}</td><td>no</td><td>a mixture of more than four</td></tr>
 * <tr><td>{@code task(U::six, intRef, value(2), value(3), value(4), value(5), value(6))}</td><td>yes</td><td></td></tr>
 * <tr><td>{@code task(U::print, value(null))}</td><td>no</td><td>it returns nothing</td></tr>
 * <tr><td>{@code run(U::print, value(null))}</td><td>yes</td><td></td></tr>
 * <tr><td>{@code task(U::mean, table, 3)}</td><td>yes</td><td></td></tr>
 * <tr><td>{@code task(U::mean, tableRef, 3)}</td><td>yes</td><td></td></tr>
 * <tr><td>{@code task(U::mean, tableRef, intRef)}</td><td>yes</td><td></td></tr>
 * <tr><td>{@code task(U::f, table, 3)}</td><td>yes</td><td>overloaded, but all are values</td></tr>
 * <tr><td>{@code task(U::f, tableRef, 3)}</td><td>no</td><td>overloaded and a ref</td></tr>
 * <tr><td>{@code task((F2<Table, Integer, Double>) U::f, tableRef, 3)}</td><td>yes</td><td></td></tr>
 * <tr><td>{@code task(U::twice, 3)}</td><td>no</td><td>an int is not made a Long</td></tr>
 * <tr><td>{@code task(U::twice, 3L)}</td><td>yes</td><td></td></tr>
 * <tr><td>{@code task(U::twice, (long) n)}</td><td>yes</td><td></td></tr>
 * <tr><td>{@code task(U::twice, intRef)}</td><td>no</td><td>nor is a ref to an int</td></tr>
 * <tr><td>{@code task(U::twice, longRef)}</td><td>yes</td><td></td></tr>
 * <tr><td>{@code task(U::print, "a")}</td><td>no</td><td>it returns nothing</td></tr>
 * <tr><td>{@code run(U::print, "a")}</td><td>yes</td><td></td></tr>
 * <tr><td>{@code run(U::print, textRef)}</td><td>yes</td><td></td></tr>
 * <tr><td>{@code run(U::twice, 3L)}</td><td>yes</td><td>what it returns is dropped</td></tr>
 * <tr><td>{@code run(U::log, "a")}</td><td>yes</td><td></td></tr>
 * <tr><td>{@code run(U::log, textRef)}</td><td>no</td><td>overloaded and a ref</td></tr>
 * <tr><td>{@code run((P1<String>) U::log, textRef)}</td><td>yes</td><td></td></tr>
 * <tr><td>{@code task(U::show, table)}</td><td>yes</td><td></td></tr>
 * <tr><td>{@code task(U::show, tableRef)}</td><td>no</td><td>a ref is an Object too</td></tr>
 * <tr><td>{@code task((F1<Table, String>) U::show, tableRef)}</td><td>yes</td><td></td></tr>
 * <tr><td>{@code task(U::pair, "a", "b")}</td><td>yes</td><td></td></tr>
 * <tr><td>{@code task(U::pair, textRef, "b")}</td><td>no</td><td>generic and a ref</td></tr>
 * <tr><td>{@code task(U::<String>pair, textRef, "b")}</td><td>no</td><td>still</td></tr>
 * <tr><td>{@code task((F2<String, String, List<String>>) U::pair, textRef, "b")}</td><td>yes</td><td></td></tr>
 * <tr><td>{@code task(U::sum, 1, 2)}</td><td>yes</td><td></td></tr>
 * <tr><td>{@code task((F1<int[], Integer>) U::sum, new int[] {1, 2})}</td><td>yes</td><td></td></tr>
 * <tr><td>{@code task(U::load)}</td><td>yes</td><td>checked exceptions may be thrown</td></tr>
 * <tr><td>{@code get(get(task(U::later, 3).remote()))}</td><td>yes</td><td>a ref to a ref</td></tr>
 * <tr><td>{@code task(U::first, List.of(intRef, intRef))}</td><td>yes</td><td>refs in a value stay refs</td></tr>
 * <tr><td>{@code task(U::await, intRef)}</td><td>yes</td><td>its parameter is a ref: it stays one</td></tr>
 * <tr><td>{@code run(U::print, null)}</td><td>no</td><td>value or ref?</td></tr>
 * <tr><td>{@code run(U::print, (String) null)}</td><td>yes</td><td></td></tr>
 * <tr><td>{@code task(U::new)}</td><td>yes</td><td></td></tr>
 * <tr><td>{@code task(U::plus, uRef, 3)}</td><td>yes</td><td>an instance method, the object first</td></tr>
 * <tr><td>{@code task(u::plus, intRef)}</td><td>yes</td><td>the object captured</td></tr>
 * <tr><td>{@code task((a, b) -> a + b, 1, 2)}</td><td>yes</td><td></td></tr>
 * <tr><td>{@code task((a, b) -> a + b, 1, intRef)}</td><td>no</td><td>a lambda without types and a ref</td></tr>
 * <tr><td>{@code task((Integer a, Integer b) -> a + b, 1, intRef)}</td><td>yes</td><td></td></tr>
 * <tr><td>{@code task(Math::max, 1, 2)}</td><td>yes</td><td></td></tr>
 * <tr><td>{@code task(Math::max, intRef, 2)}</td><td>no</td><td>overloaded and a ref</td></tr>
 * <tr><td>{@code task((F2<Integer, Integer, Integer>) Math::max, intRef, 2)}</td><td>yes</td><td></td></tr>
 * <tr><td>{@code task(StrictMath::sin, 0.5)}</td><td>yes</td><td>native methods are tasks too</td></tr>
 * <tr><td>{@code task(StrictMath::sin, 1)}</td><td>no</td><td>an int is not made a Double</td></tr>
 * <tr><td>{@code run(Thread::sleep, 3L)}</td><td>yes</td><td></td></tr>
 * </table>
 *
 * <p>The build compiles each line of this table.
 */
@NullMarked
package io.atoll;

import org.jspecify.annotations.NullMarked;
